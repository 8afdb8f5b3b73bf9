import FleetCore
import FleetEngine
import Foundation
import GRDB

@testable import FleetJournal

/// A folder of its own for one test, gone with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("muster-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A state folder that is not there yet.
    var state: String { path + "/state" }
    var journal: String { state + "/journal.sqlite" }

    func open(_ mode: SQLiteJournal.Mode = .readWrite, fleet: String = "shops") throws(FactLogError) -> SQLiteJournal {
        try SQLiteJournal.open(directory: state, fleet: fleet, mode: mode)
    }

    /// A closed journal of so many numbered facts, in commits of ten.
    func fill(_ count: Int) throws {
        let journal = try open()
        for start in stride(from: 0, to: count, by: 10) {
            try journal.append((start..<min(count, start + 10)).map(Fact.numbered))
        }
        try journal.close()
    }

    /// Changes the journal's file behind its back.
    func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: journal)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    func mode(of file: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    }
}

extension TemporaryDirectory {
    /// The bytes of the journal's file.
    var journalBytes: Data {
        get throws { try Data(contentsOf: URL(fileURLWithPath: journal)) }
    }

    /// What stands in the journal's file, with its tables, as text.
    func dump() throws -> [String] {
        let queue = try DatabaseQueue(path: journal)
        let lines = try queue.read { database in
            try String.fetchAll(database, sql: "SELECT sql FROM sqlite_schema ORDER BY name")
                + String.fetchAll(database, sql: "SELECT fleet || facts || '/' || commits || hex(hash) FROM head")
                + String.fetchAll(
                    database,
                    sql: "SELECT sequence || '/' || commit_id || '/' || at || hex(body) || hex(hash) FROM facts")
        }
        try queue.close()
        return lines
    }
}

extension Fact {
    static func numbered(_ number: Int) -> Fact {
        Fact(
            at: Timestamp(milliseconds: Int64(number)),
            .attemptStarted(UpdateIndex(7), DeviceIndex(UInt32(number)), attempt: number))
    }
}

extension SQLiteJournal {
    var allFacts: [Fact] {
        get throws(FactLogError) {
            var facts: [Fact] = []
            try replay { facts += $0 }
            return facts
        }
    }
}
