import FleetCore
import FleetEngine
import Foundation
import GRDB

/// The durable fact log: one SQLite file, `journal.sqlite`, in the engine's state folder.
///
/// A `checkpoint` beside it keeps recovery short, and `journal.born` says that it was there, should it be lost.
///
/// One engine writes it, held by `engine.lock`; others may read it meanwhile. Every record carries a SHA-256 over its
/// content and the hash of the record before it. A journal that failed once takes nothing any more: what the file system
/// dropped is not known, so the engine starts again from what is really there.
public final class SQLiteJournal: FactLog {
    /// What a journal is opened for.
    public enum Mode: Sendable {
        /// To append and replay, as the only engine. Creates the folder and the file if they are not there.
        case readWrite
        /// To replay, also while an engine writes.
        case readOnly
    }

    /// Who appends, and for how long.
    public enum Holder: Sendable {
        /// An engine, until somebody ends it.
        case engine
        /// One command, which ends by itself at once: whoever opens the journal meanwhile waits a moment for it.
        case command
    }

    /// The file's name in the state folder.
    public static let fileName = "journal.sqlite"
    /// How long a call waits for a lock that another program holds on the file.
    static let busyTimeout: TimeInterval = 2
    /// What SQLite's write-ahead log is cut back to, in bytes, once its pages are in the file.
    static let logSizeLimit = 64 << 20

    /// The file's path.
    public let path: String
    let fleet: String
    let mode: Mode
    let queue: DatabaseQueue
    let directory: StateDirectory
    let checkpoints = CheckpointWriter()
    private var lock: EngineLock?
    /// The files that a writer has open; nil: a reader's.
    private(set) var files: JournalFiles?
    /// The failure after which nothing is written any more.
    var failure: FactLogError?
    /// The last record that was written or, when reading, was there.
    var chain: RecordChain
    /// Commits so far.
    var commits: Int64

    /// Durable facts: of a writer, those appended so far; of a reader, those at its opening or last replay.
    public var factCount: Int { Int(chain.count) }
    /// The hash that the first record is chained to: that of the fleet's empty journal.
    public var emptyHash: RecordHash { RecordChain(fleet: fleet).hash }

    /// Opens the journal of a fleet in a state folder. Throws what is wrong and what to do: another engine runs here,
    /// the journal is another fleet's or a later Muster's, the file is no database, is damaged, or is gone or has lost
    /// records while what followed from them is there.
    public static func open(
        directory: String, fleet: String, mode: Mode, holder: Holder = .engine
    ) throws(FactLogError) -> SQLiteJournal {
        let directory = StateDirectory(path: directory)
        try refuseLinks(in: directory)
        if mode == .readWrite {
            try directory.create()
            try directory.refuseOthers()
        }
        let lock = mode == .readWrite ? try EngineLock(in: directory, for: holder) : nil
        let witness = try witness(in: directory)
        try refuseLoss(in: directory, witness: witness)
        if mode == .readWrite { try directory.createPrivately(fileName) }
        let journal = try SQLiteJournal(directory, fleet: fleet, mode: mode, lock: lock, witness: witness)
        try journal.refuseContradiction()
        if mode == .readWrite { try leaveWitness(in: directory) }
        return journal
    }

    private init(
        _ directory: StateDirectory, fleet: String, mode: Mode, lock: EngineLock?, witness: String?
    ) throws(FactLogError) {
        self.directory = directory
        path = directory.file(Self.fileName)
        self.fleet = fleet
        self.mode = mode
        self.lock = lock
        do {
            queue = try Self.queue(path: path, mode: mode)
            let path = path
            try queue.writeWithoutTransaction {
                let found = try Self.examine($0, path: path, witness: witness)
                try Self.prepare($0, from: found, path: path, fleet: fleet, mode: mode)
            }
            let head = try queue.read { try JournalHead.read($0, path: path) }
            try head.check(fleet: fleet, path: path)
            (chain, commits) = (head.chain, head.commits)
            files = mode == .readWrite ? try JournalFiles(in: directory) : nil
        } catch {
            throw .of(error, path: path, while: "opening the journal")
        }
    }

    /// Whether an engine holds this state folder now.
    public static func isEngineRunning(in directory: String) -> Bool {
        EngineLock.isHeld(in: StateDirectory(path: directory))
    }

    deinit { checkpoints.finish() }

    /// Closes the file and gives up the lock. Later calls fail.
    public func close() throws(FactLogError) {
        defer {
            failure = failure ?? FactLogError("\(path) is closed", remedy: "open it again")
            lock = nil
        }
        // The lock is held until then: the file must not be put in place while another engine runs.
        checkpoints.finish()
        do { try queue.close() } catch { throw .of(error, path: path, while: "closing the journal") }
    }
}

extension SQLiteJournal {
    /// SQLite's header has 100 bytes, its smallest page 512.
    private static let smallestDatabase = 512

    static func queue(path: String, mode: Mode) throws -> DatabaseQueue {
        try checkLength(path)
        try WriteAheadLog.check(logPath(path))
        var configuration = Configuration()
        configuration.readonly = mode == .readOnly
        configuration.busyMode = .timeout(busyTimeout)
        configuration.label = fileName
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func logPath(_ path: String) -> String { path + "-wal" }

    /// SQLite takes a file that was cut to less than a page for a new one, and would begin a new journal in it; it drops
    /// the log of a file without content.
    private static func checkLength(_ path: String) throws(FactLogError) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            throw FactLogError(
                "there is no journal at \(path)", remedy: "start the engine once, or name its state folder")
        }
        let length = attributes[.size] as? Int ?? 0
        let log = (try? FileManager.default.attributesOfItem(atPath: logPath(path)))?[.size] as? Int ?? 0
        let mayBeRolledBack = FileManager.default.fileExists(atPath: path + "-journal")
        guard length == 0 && log == 0 || length >= smallestDatabase || mayBeRolledBack else {
            throw FactLogError.damaged(path, "it was cut to \(length) bytes")
        }
    }

    /// The schema of the file; 0 only where a journal begins.
    private static func examine(_ database: Database, path: String, witness: String?) throws -> Int {
        let found = try JournalSchema.examine(database, path: path)
        if found == 0, let witness { throw FactLogError.lost(path, "has no tables", witness: witness) }
        return found
    }

    /// Nothing is written before the file is known to be a journal of this Muster. WAL is asked for here and not of
    /// GRDB, which would write to the file first and then set `synchronous` to NORMAL, with which a power cut loses
    /// what was acknowledged.
    private static func prepare(
        _ database: Database, from found: Int, path: String, fleet: String, mode: Mode
    ) throws {
        guard mode == .readWrite else {
            guard found == JournalSchema.version else {
                let finding = found == 0 ? "has no tables yet" : "has the older schema \(found)"
                throw FactLogError("\(path) \(finding)", remedy: "start the engine once")
            }
            return try JournalSchema.checkObjects(database, version: found, path: path)
        }
        if found > 0 { try JournalSchema.checkObjects(database, version: found, path: path) }
        guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
            throw FactLogError("\(path) cannot have a write-ahead log", remedy: "use a local file system")
        }
        try database.execute(sql: "PRAGMA journal_size_limit = \(logSizeLimit); PRAGMA synchronous = FULL")
        try checkPages(database, path: path)
        try database.inTransaction(.immediate) {
            try WriteAheadLog.makeDurable(logPath(path))
            return .rollback
        }
        try JournalSchema.migrate(database, from: found, path: path, fleet: fleet)
        guard try synchronous(database) == 2 else {
            throw FactLogError("\(path) would not survive a power cut", remedy: "report this: synchronous is not FULL")
        }
    }

    /// A flipped bit in a page's own bookkeeping changes no record, until SQLite puts the next one over those that are
    /// there. A million records take a fifth of a second.
    private static func checkPages(_ database: Database, path: String) throws {
        let answer = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
        guard answer != "ok" else { return }
        let finding = answer.split(separator: "\n").last ?? ""
        throw FactLogError.damaged(path, "a page of it is not what was written (\(finding))")
    }

    /// `PRAGMA synchronous`: 2 is FULL, with which every commit is synced before it returns.
    static func synchronous(_ database: Database) throws -> Int? {
        try Int.fetchOne(database, sql: "PRAGMA synchronous")
    }
}
