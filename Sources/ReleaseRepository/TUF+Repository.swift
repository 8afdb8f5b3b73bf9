import FleetCore
import TUF

typealias RootFile = Metadata<Root>
typealias TargetsFile = Metadata<Targets>
typealias SnapshotFile = Metadata<Snapshot>
typealias TimestampFile = Metadata<TUF.Timestamp>
/// A moment as the rest of Muster has it.
typealias Moment = FleetCore.Timestamp

extension RepositoryRole {
    /// The role as a root has it.
    var name: Root.RoleName {
        switch self {
        case .root: .root
        case .targets: .targets
        case .snapshot: .snapshot
        case .timestamp: .timestamp
        }
    }
}

extension UTCTime {
    /// The second that a moment is in.
    init(_ moment: Moment) { self.init(secondsSinceEpoch: Int(moment.milliseconds / 1000)) }

    var moment: Moment { Moment(milliseconds: Int64(secondsSinceEpoch) * 1000) }
}

extension RoleHeader {
    /// The header of metadata that is made now.
    init(version: Int, madeAt now: Moment, for period: Duration) {
        self.init(version: version, expires: UTCTime(now + period))
    }
}

extension MetaFile {
    /// What leads to a file, and to none but that.
    init<Role: SignedRole>(of file: Metadata<Role>) {
        let bytes = file.bytes
        self.init(version: file.signed.version, length: bytes.count, hashes: Hashes(of: bytes))
    }

    /// Whether it leads to a file.
    func leads<Role: SignedRole>(to file: Metadata<Role>) -> Bool {
        let bytes = file.bytes
        let digest = Hashes(of: bytes).byAlgorithm
        return version == file.signed.version && (length ?? bytes.count) == bytes.count
            && (hashes?.byAlgorithm["sha256"] ?? digest["sha256"]) == digest["sha256"]
    }
}

extension Hashes {
    /// The SHA-256 in lower-case hexadecimal; nil: it is not among them.
    var sha256: String? { byAlgorithm["sha256"]?.lowercased() }
}
