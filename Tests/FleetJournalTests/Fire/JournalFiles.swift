import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// The files of a journal as bytes, to be damaged and put back.
struct JournalFiles {
    var main: Data
    /// The write-ahead log; nil where it is all in the file.
    var log: Data?

    /// What an engine found.
    enum Outcome: Equatable {
        case facts([Fact])
        case refused(FactLogError)
    }

    init(_ directory: TemporaryDirectory) throws {
        main = try Data(contentsOf: URL(fileURLWithPath: directory.journal))
        log = try? Data(contentsOf: URL(fileURLWithPath: directory.journal + "-wal"))
    }

    func write(to directory: TemporaryDirectory) throws {
        for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: directory.journal + name) }
        try main.write(to: URL(fileURLWithPath: directory.journal))
        try log?.write(to: URL(fileURLWithPath: directory.journal + "-wal"))
    }

    /// Puts the files into the folder and reads them.
    func read(in directory: TemporaryDirectory, _ mode: SQLiteJournal.Mode = .readWrite) throws -> Outcome {
        try write(to: directory)
        return Self.outcome(in: directory, mode)
    }

    /// What is found in the folder now, and behind an append if one is given.
    static func outcome(
        in directory: TemporaryDirectory, _ mode: SQLiteJournal.Mode = .readWrite, appending fact: Fact? = nil
    ) -> Outcome {
        do {
            let journal = try directory.open(mode)
            defer { try? journal.close() }
            var facts = try journal.allFacts
            guard let fact else { return .facts(facts) }
            try journal.append([fact])
            facts.append(fact)
            return .facts(facts)
        } catch {
            return .refused(error)
        }
    }
}

extension JournalFiles.Outcome {
    /// What a refusal has to name: a record, a page, a frame, or what the whole file is taken for.
    private static let names = [
        "record ", "page ", "its head ", "frame ", "its header ", "it was cut to ", "it is no SQLite database",
        "is a database of another program", "has schema ", "is the journal of the fleet ", "has the older schema ",
        "has no tables yet", "says that there was a journal here",
    ]

    var isRefused: Bool {
        if case .refused = self { true } else { false }
    }

    /// The facts are some of those expected, or the journal is refused and says where.
    func expect(_ expected: [[Fact]], _ circumstances: @autoclosure () -> String) {
        switch self {
        case .facts(let facts):
            let isExpected = expected.contains(facts)
            #expect(isExpected, "\(facts.count) facts, \(circumstances())")
        case .refused(let error):
            let saysWhere = Self.names.contains { error.message.contains($0) }
            #expect(saysWhere, "\(error), \(circumstances())")
        }
    }
}
