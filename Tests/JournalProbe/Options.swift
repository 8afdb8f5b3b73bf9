import CFaultyStorage
import FleetJournal
import Foundation

/// What the probe was told to do, and what is to go wrong.
struct Options {
    enum Command: String {
        case append, hold, checkpoint
    }

    var command: Command
    var directory: String
    /// `holder=command`: it holds the journal for one command.
    var holder = SQLiteJournal.Holder.engine
    /// `commits=N`: how many to make; by default until it is killed.
    var commits = 1_000_000
    /// `end=exit`: ends without closing the journal.
    var closes = true
    /// `descriptors=N`: how many more it may open.
    var descriptors: UInt64?
    /// `bytes=N`: the most that a file may have.
    var bytes: UInt64?
    /// `platter=DIRECTORY`: puts the faulty storage in the place of SQLite's own.
    var platter: String?
    /// `count=write,sync`: the operations that are counted.
    var counted: Set<Substring> = []
    /// `at=N`: the one that goes wrong, from 1.
    var number: Int64 = 0
    /// `effect=fails`: what becomes of it.
    var effect = "works"
    /// `seed=N`: for what is drawn.
    var seed: UInt64 = 0
    /// `cache=clean`: what the platter lacks at first was given up by a failed sync.
    var startsClean = false
    /// `checkpoint=N`: pages in the write-ahead log after which SQLite checkpoints.
    var checkpointPages: Int32 = 0

    init?(_ arguments: ArraySlice<String>) {
        guard let command = arguments.first.flatMap(Command.init), let directory = arguments.dropFirst().first else {
            return nil
        }
        self.command = command
        self.directory = directory
        for argument in arguments.dropFirst(2) {
            let parts = argument.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, set(String(parts[0]), to: String(parts[1])) else { return nil }
        }
    }

    private mutating func set(_ key: String, to value: String) -> Bool {
        switch key {
        case "holder": holder = value == "command" ? .command : .engine
        case "commits": commits = Int(value) ?? 0
        case "end": closes = value != "exit"
        case "descriptors": descriptors = UInt64(value)
        case "bytes": bytes = UInt64(value)
        case "platter": platter = value
        case "count": counted = Set(value.split(separator: ","))
        case "at": number = Int64(value) ?? 0
        case "effect": effect = value
        case "seed": seed = UInt64(value) ?? 0
        case "cache": startsClean = value == "clean"
        case "checkpoint": checkpointPages = Int32(value) ?? 0
        default: return false
        }
        return true
    }
}

extension Options {
    /// Sets the limits of the process and puts the storage in place.
    func apply() {
        if let bytes { limit(Int32(RLIMIT_FSIZE.rawValue), to: bytes) }
        if let platter { install(platter) }
        if checkpointPages > 0 { precondition(muster_storage_checkpoint_behind(checkpointPages) == 0) }
        if let descriptors { limit(Int32(RLIMIT_NOFILE.rawValue), to: Self.usedDescriptors() + descriptors) }
    }

    /// Whether what is to go wrong has gone wrong.
    var hasFired: Bool { muster_storage_fired() != 0 }

    /// The regular end of the process: what was not synced is not on the platter.
    func end() -> Never {
        if platter != nil { muster_storage_settle() }
        _exit(0)
    }

    /// The lowest number that is free, once Dispatch has those that it needs: it traps if it cannot have them.
    private static func usedDescriptors() -> UInt64 {
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {}
        group.wait()
        let lowest = dup(1)
        precondition(lowest >= 0 && close(lowest) == 0)
        return UInt64(lowest)
    }

    /// A file that grows past its limit gets an error, not the signal.
    private func limit(_ resource: Int32, to value: UInt64) {
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        precondition(setrlimit(resource, &limit) == 0)
    }

    private func install(_ platter: String) {
        var plan = muster_storage_plan()
        // Kept until the process ends.
        plan.state = UnsafePointer(strdup(directory))
        plan.platter = UnsafePointer(strdup(platter))
        (plan.operations, plan.number, plan.effect) = (operations, number, effectCode)
        (plan.seed, plan.starts_clean) = (seed, startsClean ? 1 : 0)
        let code = muster_storage_install(&plan)
        precondition(code == 0, "SQLite took no other storage: \(code)")
    }

    private var operations: Int32 {
        let bits: [Substring: Int] = [
            "open": MUSTER_STORAGE_OPEN, "read": MUSTER_STORAGE_READ, "write": MUSTER_STORAGE_WRITE,
            "sync": MUSTER_STORAGE_SYNC, "truncate": MUSTER_STORAGE_TRUNCATE, "delete": MUSTER_STORAGE_DELETE,
        ]
        return counted.reduce(0) { $0 | Int32(bits[$1] ?? 0) }
    }

    private var effectCode: Int32 {
        let effects = [
            "works": MUSTER_STORAGE_WORKS, "fails": MUSTER_STORAGE_FAILS, "full": MUSTER_STORAGE_IS_FULL,
            "tears": MUSTER_STORAGE_TEARS, "power": MUSTER_STORAGE_LOSES_POWER, "killed": MUSTER_STORAGE_IS_KILLED,
        ]
        return Int32(effects[effect] ?? MUSTER_STORAGE_WORKS)
    }
}
