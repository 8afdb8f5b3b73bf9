import FleetCore
import FleetEngine
import FleetJournal
import Foundation

/// Brings a state back from a backup, which is proven before anything is put in place.
public struct StateRestore {
    /// What is made beside the state folder, and takes its place.
    static let workSuffix = ".restoring"
    /// State folders that can have been moved aside within one second.
    static let mostAside = 100

    /// The file of the backup.
    public var file: String
    /// Whose backup it has to be; nil: anybody's.
    public var fleet: String?

    /// What else than a journal may be in it.
    public var others: StateBackup.OtherFiles

    /// A restore of a backup.
    public init(from file: String, fleet: String? = nil, others: StateBackup.OtherFiles) {
        self.file = file
        self.fleet = fleet
        self.others = others
    }

    /// What became of a restore.
    public struct Outcome: Hashable, Sendable {
        /// What the backup said of itself.
        public var manifest: BackupManifest
        /// Updates that are paused since.
        public var paused: [String]
        /// Orders that were under way, and are given again only once their update goes on.
        public var setAside: Int
        /// Where the state is that was there before; nil: there was none.
        public var former: String?
        /// Folders that the state goes on with as they were there; none if there was no state.
        public var kept: [String]
    }

    /// Proves a backup in a folder that is removed again: every byte of the file by the hashes in it, the database by
    /// SQLite's check, every record by the chain from the first to the last, that the last has the hash in the manifest,
    /// and that the facts fold. A journal of an older schema is migrated for it, one of a newer refused.
    public func verify(in folder: String) throws -> BackupManifest {
        let work = try WorkFolder(folder, purpose: "proving a backup")
        let (manifest, journal, _) = try prove(in: work)
        try journal.close()
        return manifest
    }

    /// Proves the backup, and puts it in the place of a state folder.
    /// - Parameters:
    ///   - directory: The state folder.
    ///   - replaces: Whether a state that is there is moved aside; no engine may run on it.
    ///   - origin: Who restores it, and why: it stands in the audit.
    ///   - now: What the wall clock shows. The clock of simulated terminals goes on from the last fact.
    public func restore(
        to directory: String, replaces: Bool, by origin: Origin, now: Timestamp, isSimulated: (_ folder: String) -> Bool
    ) throws -> Outcome {
        let place = StatePlace(directory)
        try place.refuseState(unless: replaces)
        try place.createFolderAbove()
        let work = try WorkFolder(place.path + Self.workSuffix, purpose: "restoring a backup")
        var (manifest, journal, machine) = try prove(in: work)
        let last = machine.state.lastFactAt
        try machine.restore(origin, now: isSimulated(work.path) ? last : max(now, last))
        let facts = machine.takeFacts()
        try journal.append(facts)
        try journal.close()
        let kept = try others.kept.filter { try work.keep($0, of: place.path) }
        try work.sync()
        let former = try place.put(work, replaces: replaces, now: now)
        return Outcome(
            manifest: manifest, paused: paused(facts, machine.state),
            setAside: facts.count { if case .attemptFailed = $0.event { true } else { false } }, former: former,
            kept: kept)
    }

    private func paused(_ facts: [Fact], _ state: FleetState) -> [String] {
        facts.compactMap { fact in
            guard case .updatePaused(let update, _) = fact.event else { return nil }
            return state.updates[update.offset].id
        }
    }

    private func prove(in work: WorkFolder) throws -> (BackupManifest, SQLiteJournal, FleetMachine) {
        var reader = try ArchiveReader(file, into: work.path)
        let manifest = try reader.extract()
        if let fleet, manifest.fleet != fleet {
            throw BackupFailure(
                "\(file) is a backup of the fleet \"\(manifest.fleet)\", not of \"\(fleet)\"",
                remedy: "name the directory of \"\(manifest.fleet)\", or another file")
        }
        guard manifest.members.contains(where: { $0.name == SQLiteJournal.fileName }) else {
            throw BackupFailure.damaged(file, "it has no \(SQLiteJournal.fileName)")
        }
        // A log or a checkpoint that somebody put into an archive of their own would be believed by the engine.
        let known = Set([SQLiteJournal.fileName] + others.replaced + others.growing)
        if let stranger = manifest.members.first(where: { !known.contains($0.name) }) {
            throw BackupFailure(
                "\(file) has a file \(stranger.name), which this muster does not know",
                remedy: "restore it with the muster that took it, \(manifest.muster), or a later one")
        }
        let journal = try SQLiteJournal.open(
            directory: work.path, fleet: manifest.fleet, mode: .readWrite, holder: .command)
        return (manifest, journal, try fold(journal, manifest))
    }

    private func fold(_ journal: SQLiteJournal, _ manifest: BackupManifest) throws -> FleetMachine {
        var machine = FleetMachine(), head = journal.emptyHash, count = 0
        try journal.walk { records in
            machine.replay(records.map(\.fact))
            head = records.last?.hash ?? head
            count += records.count
        }
        guard count == manifest.facts, machine.state.revision == UInt64(count),
            manifest.head == nil || manifest.head == head.description
        else {
            throw BackupFailure.damaged(
                file,
                "its journal ends with record \(count), hash \(head); the manifest says record "
                    + "\(manifest.facts), hash \(manifest.head ?? "of an older schema")")
        }
        return machine
    }
}
