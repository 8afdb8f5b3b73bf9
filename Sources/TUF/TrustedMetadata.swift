/// What a client trusts during one refresh: the workflow of the specification (5.3 to 5.6) as a value, with bytes and one
/// fixed moment in, and refusals out. A refusal leaves what was trusted before as it was.
///
/// The order is: new roots one by one, `endRoots`, what is stored of timestamp and snapshot, the new ones, targets.
public struct TrustedMetadata: Sendable {
    /// The moment of the refresh; whatever has expired by then is not trusted.
    public let referenceTime: UTCTime
    /// The newest root so far.
    public private(set) var root: Metadata<Root>
    /// The trusted timestamp. A stored one may have expired: it still says how new the next one must be.
    public private(set) var timestamp: Metadata<Timestamp>?
    /// The trusted snapshot. A stored one may be outdated: it still says how new the roles must be.
    public private(set) var snapshot: Metadata<Snapshot>?
    private var rootsEnded = false
    private var snapshotIsCurrent = false
    private var targets: [Edge: Metadata<Targets>] = [:]

    /// A role as one certain role trusts it: another may trust it by other keys.
    private struct Edge: Hashable {
        var delegator: String?
        var role: String
    }

    /// Begins with a root that is trusted already. Whether it has expired does not matter yet.
    public init(root bytes: [UInt8], at referenceTime: UTCTime) throws(TUFRefusal) {
        let root = try Metadata<Root>(bytes: bytes)
        try root.verify(by: root.signed[.root], keys: root.signed.keys, demandOf: "itself")
        self.root = root
        self.referenceTime = referenceTime
    }

    private func checkExpiry(of role: some SignedRole, file: String) throws(TUFRefusal) {
        guard role.expires > referenceTime else {
            throw .expired(file: file, expires: role.expires, at: referenceTime)
        }
    }

    private func verify<Role>(_ file: Metadata<Role>, as role: Root.RoleName) throws(TUFRefusal) {
        let by = "root \(root.signed.version)"
        try file.verify(by: root.signed[role], keys: root.signed.keys, file: role.rawValue, demandOf: by)
    }
}

// MARK: - Root

extension TrustedMetadata {
    /// What came of a new root.
    public enum RootOutcome: Sendable, Equatable {
        /// It is trusted now. Where the keys of timestamp or snapshot are others than before, stored ones of both must be
        /// forgotten, so that whoever had the old keys cannot hold versions up for ever.
        case accepted(forgetsTimestampAndSnapshot: Bool)
        /// It is the version that is trusted already, and was ignored.
        case sameVersion
    }

    /// Takes the next root.
    public mutating func update(root bytes: [UInt8]) throws(TUFRefusal) -> RootOutcome {
        guard !rootsEnded else { throw .outOfOrder(needs: "a new refresh") }
        let new = try Metadata<Root>(bytes: bytes)
        try verify(new, as: .root)
        try new.verify(by: new.signed[.root], keys: new.signed.keys, demandOf: "itself")
        let trusted = root.signed.version
        if new.signed.version == trusted { return .sameVersion }
        guard new.signed.version > trusted else {
            throw .rollback(file: "root", found: new.signed.version, trusted: trusted)
        }
        guard new.signed.version == trusted + 1 else {
            throw .wrongVersion(file: "root", found: new.signed.version, expected: trusted + 1)
        }
        let forgets = [.timestamp, .snapshot].contains { !Self.sameKeys(root.signed, new.signed, for: $0) }
        root = new
        return .accepted(forgetsTimestampAndSnapshot: forgets)
    }

    private static func sameKeys(_ old: Root, _ new: Root, for role: Root.RoleName) -> Bool {
        let ids = Set(old[role].keyIDs)
        return ids == Set(new[role].keyIDs) && ids.allSatisfy { old.keys[$0] == new.keys[$0] }
    }

    /// There is no newer root. Refuses where the newest has expired, since a mirror may be keeping the next one back.
    public mutating func endRoots() throws(TUFRefusal) {
        try checkExpiry(of: root.signed, file: "root")
        rootsEnded = true
    }
}

// MARK: - Timestamp

extension TrustedMetadata {
    private func signedTimestamp(_ bytes: [UInt8]) throws(TUFRefusal) -> Metadata<Timestamp> {
        guard rootsEnded else { throw .outOfOrder(needs: "the newest root") }
        let file = try Metadata<Timestamp>(bytes: bytes)
        try verify(file, as: .timestamp)
        return file
    }

    /// Takes a timestamp that was trusted in an earlier refresh, expired or not.
    public mutating func restore(timestamp bytes: [UInt8]) throws(TUFRefusal) {
        timestamp = try signedTimestamp(bytes)
    }

    /// Takes a timestamp from the repository.
    ///
    /// - Returns: whether it is newer and so trusted now. One of the same version is ignored, whatever it says.
    public mutating func update(timestamp bytes: [UInt8]) throws(TUFRefusal) -> Bool {
        let new = try signedTimestamp(bytes)
        if let old = timestamp {
            guard new.signed.version >= old.signed.version else {
                throw .rollback(file: "timestamp", found: new.signed.version, trusted: old.signed.version)
            }
            if new.signed.version == old.signed.version {
                try checkExpiry(of: old.signed, file: "timestamp")
                return false
            }
            let (from, to) = (old.signed.snapshot.version, new.signed.snapshot.version)
            guard to >= from else { throw .rollback(file: "snapshot", found: to, trusted: from) }
        }
        try checkExpiry(of: new.signed, file: "timestamp")
        timestamp = new
        return true
    }

    /// What a current timestamp says of the snapshot.
    public func snapshotToTrust() throws(TUFRefusal) -> MetaFile {
        guard let timestamp else { throw .outOfOrder(needs: "a timestamp") }
        try checkExpiry(of: timestamp.signed, file: "timestamp")
        return timestamp.signed.snapshot
    }
}

// MARK: - Snapshot

extension TrustedMetadata {
    /// Takes a snapshot that was trusted in an earlier refresh, outdated or not.
    ///
    /// - Returns: whether it is the one that timestamp names, and none needs to be fetched.
    public mutating func restore(snapshot bytes: [UInt8]) throws(TUFRefusal) -> Bool {
        let expected = try snapshotToTrust()
        let file = try Metadata<Snapshot>(bytes: bytes)
        try verify(file, as: .snapshot)
        snapshot = file
        snapshotIsCurrent = isCurrent(file, bytes: bytes, by: expected)
        return snapshotIsCurrent
    }

    /// Takes the snapshot that timestamp names.
    public mutating func update(snapshot bytes: [UInt8]) throws(TUFRefusal) {
        let expected = try snapshotToTrust()
        try expected.check(bytes, file: "snapshot")
        let new = try Metadata<Snapshot>(bytes: bytes)
        try verify(new, as: .snapshot)
        try checkVersionAndExpiry(of: new, against: expected)
        if let old = snapshot { try Self.checkRollback(from: old.signed, to: new.signed) }
        snapshot = new
        snapshotIsCurrent = true
    }

    private func isCurrent(_ file: Metadata<Snapshot>, bytes: [UInt8], by expected: MetaFile) -> Bool {
        do throws(TUFRefusal) {
            try expected.check(bytes, file: "snapshot")
            try checkVersionAndExpiry(of: file, against: expected)
            return true
        } catch { return false }
    }

    private func checkVersionAndExpiry(
        of file: Metadata<Snapshot>, against expected: MetaFile
    ) throws(TUFRefusal) {
        guard file.signed.version == expected.version else {
            throw .wrongVersion(file: "snapshot", found: file.signed.version, expected: expected.version)
        }
        try checkExpiry(of: file.signed, file: "snapshot")
    }

    private static func checkRollback(from old: Snapshot, to new: Snapshot) throws(TUFRefusal) {
        for (name, former) in old.files.sorted(by: { $0.key < $1.key }) {
            guard let file = new.files[name] else { throw .removedFromSnapshot(file: name) }
            guard file.version >= former.version else {
                throw .rollback(file: name, found: file.version, trusted: former.version)
            }
        }
    }
}

// MARK: - Targets

extension TrustedMetadata {
    /// What the current snapshot says of a targets role.
    public func roleToTrust(_ role: String) throws(TUFRefusal) -> MetaFile {
        guard let snapshot, snapshotIsCurrent else { throw .outOfOrder(needs: "a current snapshot") }
        guard let file = snapshot.signed[role: role] else { throw .notInSnapshot(file: "\(role).json") }
        return file
    }

    /// The role as the delegator trusts it, if it has been taken; without a delegator, the targets role of root.
    public func targets(_ role: String = Targets.typeName, delegatedBy delegator: String? = nil) -> Targets? {
        targets[Edge(delegator: delegator, role: role)]?.signed
    }

    /// Takes the file of a targets role, new or stored: both must be what the snapshot names.
    ///
    /// - Parameter delegator: a role that has been taken before and delegates to this one; nil for the targets role of
    ///   root.
    public mutating func update(
        targets bytes: [UInt8], role: String = Targets.typeName, delegatedBy delegator: Delegator? = nil
    ) throws(TUFRefusal) {
        let expected = try roleToTrust(role)
        try expected.check(bytes, file: role)
        let file = try Metadata<Targets>(bytes: bytes, file: role)
        if let delegator {
            try verify(file, role: role, delegatedBy: delegator)
        } else {
            try verify(file, as: .targets)
        }
        guard file.signed.version == expected.version else {
            throw .wrongVersion(file: role, found: file.signed.version, expected: expected.version)
        }
        try checkExpiry(of: file.signed, file: role)
        targets[Edge(delegator: delegator?.name, role: role)] = file
    }

    /// A role with what it says of those whom it trusts.
    public struct Delegator: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its delegations.
        public var delegations: Delegations

        public init(name: String, delegations: Delegations) {
            self.name = name
            self.delegations = delegations
        }
    }

    private func verify(
        _ file: Metadata<Targets>, role: String, delegatedBy delegator: Delegator
    ) throws(TUFRefusal) {
        guard let delegated = delegator.delegations.roles.first(where: { $0.name == role }) else {
            throw .tooFewSignatures(file: role, valid: 0, threshold: 1, by: delegator.name)
        }
        let keys = delegator.delegations.keys
        try file.verify(by: delegated.keys, keys: keys, file: role, demandOf: delegator.name)
    }
}
