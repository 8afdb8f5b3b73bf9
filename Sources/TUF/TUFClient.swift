import Foundation

/// A client of one repository: it refreshes what it trusts, finds targets through delegations, and fetches them.
///
/// Trusted metadata lies in a folder under plain names (`root.json`, `timestamp.json`), each file replaced as a whole.
/// Whatever fails leaves the last trusted state, from which the next refresh goes on.
public actor TUFClient {
    private let folder: MetadataFolder
    private let source: any MetadataSource
    private let limits: Limits
    private let clock: @Sendable () -> UTCTime
    private var trusted: TrustedMetadata?
    /// Counts refreshes, so that a search that one has overtaken does not bring back what was trusted before.
    private var refreshes = 0

    /// A client whose folder already has a `root.json` that came by a trusted way.
    public init(
        metadataFolder: String, source: any MetadataSource, limits: Limits = Limits(),
        clock: @escaping @Sendable () -> UTCTime = { UTCTime.now }
    ) {
        folder = MetadataFolder(path: metadataFolder)
        self.source = source
        self.limits = limits
        self.clock = clock
    }

    /// Lays the root to begin with into the folder, unless it is no root that is signed by its own keys. Files of other
    /// roles stay: they are trusted only as far as the root still vouches for them.
    public static func begin(
        metadataFolder: String, root bytes: [UInt8], limits: Limits = Limits()
    ) throws(TUFRefusal) {
        guard bytes.count <= limits.longestRoot else { throw .tooLong(file: "root", limit: limits.longestRoot) }
        _ = try TrustedMetadata(root: bytes, at: UTCTime.now)
        try MetadataFolder(path: metadataFolder).write(bytes, for: "root")
    }

    /// How the root in a folder stands.
    public enum StoredRoot: Equatable, Sendable {
        /// There is none.
        case missing
        /// It is trusted, in these bytes.
        case trusted([UInt8])
        /// What is there can be trusted no more.
        case damaged(TUFRefusal)
    }

    /// How the folder's own root stands.
    ///
    /// - Throws: a refusal where that cannot be read now: it may be as good as ever.
    public static func storedRoot(
        metadataFolder: String, limits: Limits = Limits()
    ) throws(TUFRefusal) -> StoredRoot {
        do throws(TUFRefusal) {
            let stored = try readRoot(MetadataFolder(path: metadataFolder), limits, at: UTCTime.now)
            return stored.map { .trusted($0.bytes) } ?? .missing
        } catch {
            guard case .damaged = error else { throw error }
            return .damaged(error)
        }
    }

    /// What was verified before it was stored is no publisher's doing when it is wrong now.
    private static func readRoot(
        _ folder: MetadataFolder, _ limits: Limits, at now: UTCTime
    ) throws(TUFRefusal) -> (bytes: [UInt8], trusted: TrustedMetadata)? {
        do throws(TUFRefusal) {
            guard let bytes = try folder.read("root", atMost: limits.longestRoot) else { return nil }
            return (bytes, try TrustedMetadata(root: bytes, at: now))
        } catch {
            switch error {
            case .storage, .damaged: throw error
            case .tooLong(let path, let limit):
                throw .damaged(path: path, reason: "it is longer than \(limit) bytes")
            default: throw .damaged(path: try folder.file(of: "root"), reason: error.reason)
            }
        }
    }

    /// The root that is trusted after the last refresh.
    public var root: Root? { trusted?.root.signed }

    /// What the targets role of root says after the last refresh.
    public var targets: Targets? { trusted?.targets() }

    /// Brings root, timestamp, snapshot and targets up to date, and persists each as soon as it is trusted.
    ///
    /// - Throws: a `TUFRefusal`, or what the source throws.
    public func refresh() async throws {
        trusted = nil
        refreshes += 1
        let own = refreshes
        guard var new = try Self.readRoot(folder, limits, at: clock())?.trusted else {
            throw TUFRefusal.noTrustedRoot(folder: folder.path)
        }
        try await updateRoot(&new)
        try await updateTimestamp(&new)
        try await updateSnapshot(&new)
        try await updateTargets(&new, visit: DelegationSearch.Visit(role: Targets.typeName, delegator: nil))
        if own == refreshes { trusted = new }
    }

    private func fetch(_ path: String, atMost limit: Int) async throws -> [UInt8]? {
        guard let bytes = try await source.bytes(of: path, atMost: limit) else { return nil }
        guard bytes.count <= limit else { throw TUFRefusal.tooLong(file: path, limit: limit) }
        return bytes
    }

    // What the old keys signed is removed before the new root is there: cut in between, the client only fetches again.
    private func updateRoot(_ trusted: inout TrustedMetadata) async throws {
        for _ in 0..<limits.mostNewRoots {
            let path = "\(trusted.root.signed.version + 1).root.json"
            guard let bytes = try await fetch(path, atMost: limits.longestRoot) else { break }
            guard case .accepted(let forgets) = try trusted.update(root: bytes) else { break }
            if forgets {
                try folder.remove("timestamp")
                try folder.remove("snapshot")
            }
            try folder.write(bytes, for: "root")
        }
        try trusted.endRoots()
    }

    private func updateTimestamp(_ trusted: inout TrustedMetadata) async throws {
        if let stored = try? folder.read("timestamp", atMost: limits.longestTimestamp) {
            try? trusted.restore(timestamp: stored)
        }
        guard let bytes = try await fetch("timestamp.json", atMost: limits.longestTimestamp) else {
            throw TUFRefusal.missing(path: "timestamp.json")
        }
        if try trusted.update(timestamp: bytes) { try folder.write(bytes, for: "timestamp") }
    }

    private func updateSnapshot(_ trusted: inout TrustedMetadata) async throws {
        let expected = try trusted.snapshotToTrust()
        if let stored = try? folder.read("snapshot", atMost: limits.longestSnapshot),
            (try? trusted.restore(snapshot: stored)) == true
        {
            return
        }
        let bytes = try await fetch("snapshot", expected, atMost: limits.longestSnapshot, trusting: trusted)
        try trusted.update(snapshot: bytes)
        try folder.write(bytes, for: "snapshot")
    }

    private func updateTargets(_ trusted: inout TrustedMetadata, visit: DelegationSearch.Visit) async throws {
        let expected = try trusted.roleToTrust(visit.role)
        if let stored = try? folder.read(visit.role, atMost: limits.longestTargets),
            (try? trusted.update(targets: stored, role: visit.role, delegatedBy: visit.delegator)) != nil
        {
            return
        }
        let bytes = try await fetch(visit.role, expected, atMost: limits.longestTargets, trusting: trusted)
        try trusted.update(targets: bytes, role: visit.role, delegatedBy: visit.delegator)
        try folder.write(bytes, for: visit.role)
    }

    /// Fetches a file of which the version, and perhaps the length, is signed.
    private func fetch(
        _ role: String, _ expected: MetaFile, atMost limit: Int, trusting trusted: TrustedMetadata
    ) async throws -> [UInt8] {
        let name = try PercentEncoding.fileName(role, suffix: ".json")
        let path = trusted.root.signed.consistentSnapshot ? "\(expected.version).\(name)" : name
        if let length = expected.length, length > limit { throw TUFRefusal.tooLong(file: role, limit: limit) }
        guard let bytes = try await fetch(path, atMost: expected.length ?? limit) else {
            throw TUFRefusal.missing(path: path)
        }
        return bytes
    }
}

// MARK: - Targets

extension TUFClient {
    /// What the repository says of a target, by the first role in the order of delegations that describes it.
    ///
    /// - Throws: `unknownTarget` if none does; a refusal of a role that has to be asked ends the search.
    public func target(named name: String) async throws -> TargetFile {
        guard var trusted else { throw TUFRefusal.outOfOrder(needs: "a refresh") }
        let own = refreshes
        defer { if own == refreshes { self.trusted = trusted } }
        var search = DelegationSearch(target: name, mostVisitedRoles: limits.mostVisitedRoles)
        while let visit = try search.next() {
            if trusted.targets(visit.role, delegatedBy: visit.delegator?.name) == nil {
                try await updateTargets(&trusted, visit: visit)
            }
            guard let targets = trusted.targets(visit.role, delegatedBy: visit.delegator?.name) else { continue }
            if let found = search.asked(visit.role, answers: targets) { return found }
        }
        throw TUFRefusal.unknownTarget(name)
    }

    /// Fetches a target into a folder, unless it is there already and is the right one.
    ///
    /// - Returns: the path of the file, whose name is the percent-encoded name of the target.
    public func download(_ name: String, from source: some TargetSource, into targetFolder: String) async throws
        -> String
    {
        let target = try await target(named: name)
        let fileName = try PercentEncoding.fileName(name)
        let path = (targetFolder as NSString).appendingPathComponent(fileName)
        if TargetDownload.isWhole(target, at: path) { return path }
        let prefix = trusted?.root.signed.consistentSnapshot == true ? target.hashes.naming : nil
        let remote = try PercentEncoding.targetPath(name, prefix: prefix)
        guard let pieces = try await source.pieces(of: remote, length: target.length) else {
            throw TUFRefusal.missing(path: remote)
        }
        try await TargetDownload.store(pieces, of: target, name: name, at: path)
        return path
    }
}
