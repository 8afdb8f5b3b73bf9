import FleetCore
import TUF

/// The metadata that nobody has to sign by hand: a snapshot and a timestamp over given targets.
///
/// `muster release publish` and a gateway that runs make them by the same rules, so that versions go up by one whoever was
/// last, and a client that has seen the one never finds itself ahead of the other.
struct OnlineFiles {
    var snapshot: SnapshotFile
    var timestamp: TimestampFile
    var isSnapshotNew: Bool
    var isTimestampNew: Bool

    /// What comes of making them.
    enum Outcome {
        case complete(OnlineFiles)
        /// The snapshot lacks signatures that nobody here can make.
        case lacksSnapshot(SnapshotFile)
        /// The timestamp does; the snapshot is there.
        case lacksTimestamp(TimestampFile, over: SnapshotFile, isSnapshotNew: Bool)

        /// The role of which there is no key; nil: nothing lacks.
        var lacking: RepositoryRole? {
            switch self {
            case .complete: nil
            case .lacksSnapshot: .snapshot
            case .lacksTimestamp: .timestamp
            }
        }
    }
}

/// What a snapshot and a timestamp are made of.
struct OnlineBasis {
    var root: Root
    var targets: TargetsFile
    /// What is in the fleet's directory, and what a gateway made since.
    var published: RepositoryFiles, served: RepositoryFiles
    /// What waits for signatures.
    var stagedSnapshot: SnapshotFile?, stagedTimestamp: TimestampFile?
    var settings: RepositorySettings
    var held: HeldKeys
    var now: Moment
    /// Whose metadata is made anew where it ends soon, or later than it is to; that of others is good until it has ended.
    var renewed: Set<RepositoryRole> = [.snapshot, .timestamp]

    /// The files, with those kept that cannot be made anew and have not ended.
    /// - Parameter lacking: Takes the roles of which there was no key.
    func makePatiently(lacking: inout [RepositoryRole]) throws(RepositoryRefusal) -> OnlineFiles.Outcome {
        var patient = self
        var outcome = try make()
        for _ in RepositoryRole.allCases {
            guard let role = outcome.lacking, patient.renewed.remove(role) != nil else { break }
            lacking.append(role)
            outcome = try patient.make()
        }
        return outcome
    }

    /// The files: those that are there, as far as they fit, are signed and do not end soon; others anew.
    ///
    /// - Throws: If clients have been told of later targets: they would refuse these.
    func make() throws(RepositoryRefusal) -> OnlineFiles.Outcome {
        let known = RepositoryFiles.lastTargetsVersion(published, served)
        guard known <= targets.signed.version else {
            throw RepositoryRefusal(
                "targets \(targets.signed.version) is published, and targets \(known) was served before",
                remedy: "put the later files back, or `muster release publish` with this state folder")
        }
        let signers = Signers(.snapshot, of: root)
        if let old = undisputed(published.snapshot, served.snapshot), fits(old), signers.accept(old) {
            return try addTimestamp(old, isNew: false)
        }
        let version = lastSnapshotVersion + 1
        var snapshot = SnapshotFile(newSnapshot(version))
        if let staged = stagedSnapshot, staged.signed.version == version, fits(staged) { snapshot = staged }
        try signers.sign(&snapshot, held)
        guard signers.accept(snapshot) else { return .lacksSnapshot(snapshot) }
        return try addTimestamp(snapshot, isNew: true)
    }

    private func addTimestamp(_ snapshot: SnapshotFile, isNew: Bool) throws(RepositoryRefusal) -> OnlineFiles.Outcome {
        let signers = Signers(.timestamp, of: root)
        if let old = undisputed(published.timestamp, served.timestamp), fits(old, snapshot), signers.accept(old) {
            return .complete(
                OnlineFiles(snapshot: snapshot, timestamp: old, isSnapshotNew: isNew, isTimestampNew: false))
        }
        let version = max(published.timestamp?.signed.version ?? 0, served.timestamp?.signed.version ?? 0) + 1
        let header = RoleHeader(version: version, madeAt: now, for: settings[.timestamp])
        var timestamp = TimestampFile(TUF.Timestamp(header: header, snapshot: MetaFile(of: snapshot)))
        if let staged = stagedTimestamp, staged.signed.version == version, fits(staged, snapshot) { timestamp = staged }
        try signers.sign(&timestamp, held)
        guard signers.accept(timestamp) else {
            return .lacksTimestamp(timestamp, over: snapshot, isSnapshotNew: isNew)
        }
        return .complete(
            OnlineFiles(snapshot: snapshot, timestamp: timestamp, isSnapshotNew: isNew, isTimestampNew: true))
    }

    /// What a snapshot says of other roles than the targets is kept: somebody may have delegated by other tools.
    private func newSnapshot(_ version: Int) -> Snapshot {
        let header = RoleHeader(version: version, madeAt: now, for: settings[.snapshot])
        var snapshot = Snapshot(
            header: header, files: newest(published.snapshot, served.snapshot)?.signed.files ?? [:])
        snapshot[role: "targets"] = MetaFile(of: targets)
        return snapshot
    }

    private var lastSnapshotVersion: Int {
        [published, served].flatMap { [$0.snapshot?.signed.version, $0.timestamp?.signed.snapshot.version] }
            .compactMap { $0 }.max() ?? 0
    }

    private func fits(_ snapshot: SnapshotFile) -> Bool {
        snapshot.signed[role: "targets"]?.leads(to: targets) == true && isFresh(snapshot, .snapshot)
    }

    private func fits(_ timestamp: TimestampFile, _ snapshot: SnapshotFile) -> Bool {
        timestamp.signed.snapshot.leads(to: snapshot) && isFresh(timestamp, .timestamp)
    }

    private func isFresh<Role: SignedRole>(_ file: Metadata<Role>, _ role: RepositoryRole) -> Bool {
        let end = file.signed.expires.moment
        guard renewed.contains(role) else { return end > now }
        return end - now > settings.margin(role) && settings.isWithinPeriod(end, role, now: now)
    }

    private func newest<Role: SignedRole>(_ one: Metadata<Role>?, _ other: Metadata<Role>?) -> Metadata<Role>? {
        guard let one, let other else { return one ?? other }
        return one.signed.version < other.signed.version ? other : one
    }

    /// The newest; nil also if two say to be of its version, as when the fleet was published where the state was not at
    /// hand: a client may have seen the one or the other, and believes neither behind it.
    private func undisputed<Role: SignedRole>(_ one: Metadata<Role>?, _ other: Metadata<Role>?) -> Metadata<Role>? {
        if let one, let other, one.signed.version == other.signed.version, one.bytes != other.bytes { return nil }
        return newest(one, other)
    }
}
