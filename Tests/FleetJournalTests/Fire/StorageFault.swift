import FleetCore
import Foundation
import Testing

@testable import FleetJournal

/// A way for the storage below SQLite to go wrong, at the Nth of the operations that it names.
struct StorageFault: Sendable, CustomTestStringConvertible {
    var operations: String
    var effect: String
    var seed: UInt64 = 1
    /// What the process does behind a failure: closes its journal, or just ends.
    var end = "close"

    var testDescription: String { "\(operations) \(effect) seed \(seed) end \(end)" }

    static let everyChange = "open,write,sync,truncate,delete"

    /// The machine stays up: the operation fails, or the process is killed.
    static let failures: [StorageFault] =
        ["open", "read", "write", "sync", "truncate", "delete"].map { StorageFault(operations: $0, effect: "fails") }
        + [
            StorageFault(operations: "write", effect: "fails", end: "exit"),
            StorageFault(operations: "write", effect: "full", end: "exit"),
            StorageFault(operations: "write", effect: "tears", seed: 2, end: "exit"),
            // The seed draws what of the unsynced data lands.
            StorageFault(operations: "sync", effect: "fails", seed: 0, end: "exit"),
            StorageFault(operations: "sync", effect: "fails", seed: 2, end: "exit"),
            StorageFault(operations: everyChange, effect: "killed"),
        ]

    /// The machine loses its power. Seed 0 drops all that was not synced, 1 keeps it, the others draw.
    static let powerLosses: [StorageFault] = [0, 1, 2, 3].map {
        StorageFault(operations: everyChange, effect: "power", seed: $0)
    }

    func arguments(at number: Int) -> [String] {
        ["count=\(operations)", "effect=\(effect)", "at=\(number)", "seed=\(seed)", "end=\(end)"]
    }
}

/// A state folder and what is durable of it: what the system has in its cache, and what a disk would have.
struct StorageFolders {
    let directory: TemporaryDirectory
    /// Facts that were there at the start.
    var before = 0

    var state: String { directory.state }
    var platter: String { directory.path + "/platter" }

    /// Folders with an older journal, all of it durable.
    init(_ journal: OlderJournal) throws {
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: platter, withIntermediateDirectories: false)
        before = try journal.write(to: directory)
        guard before > 0 else { return }
        try FileManager.default.copyItem(atPath: directory.journal, toPath: platter + "/" + SQLiteJournal.fileName)
    }

    /// A probe over the faulty storage. It checkpoints often, so that this is under fire too.
    func probe(_ arguments: [String]) throws -> ProbeAccount {
        try ProbeProcess(["append", state, "platter=\(platter)", "checkpoint=8"] + arguments).end()
    }
}
