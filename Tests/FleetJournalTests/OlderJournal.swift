import FleetCore
import Foundation
import GRDB
import Testing

@testable import FleetJournal

/// A journal as an older Muster left it, written down here once more, so that a change of the code that is tested cannot
/// change it. A schema that is replaced gets its case here, and with it all that `JournalFaultTests`, `JournalKillTests`
/// and `JournalLimitTests` do to it.
enum OlderJournal: Sendable, CustomTestStringConvertible {
    /// No file at all: the creation is a migration too.
    case none
    case version1

    static let all: [OlderJournal] = [.none, .version1]

    private static let facts = 200

    var testDescription: String {
        switch self {
        case .none: "no journal"
        case .version1: "schema 1"
        }
    }

    /// Writes the journal of the fleet `probe`; returns how many facts it has.
    func write(to directory: TemporaryDirectory) throws -> Int {
        switch self {
        case .none: return 0
        case .version1:
            try Version1.write((0..<Self.facts).map(Fact.numbered), to: directory, fleet: "probe")
            return Self.facts
        }
    }
}

extension OlderJournal {
    /// Records under a checksum.
    enum Version1 {
        private static let schema = """
            PRAGMA journal_mode = WAL;
            CREATE TABLE head (
                fleet TEXT NOT NULL,
                facts INTEGER NOT NULL,
                commits INTEGER NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE facts (
                sequence INTEGER PRIMARY KEY,
                commit_id INTEGER NOT NULL,
                at INTEGER NOT NULL,
                body BLOB NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT;
            PRAGMA application_id = 1299542900;
            PRAGMA user_version = 1;
            """

        /// Writes a closed journal of these facts, in commits of ten.
        static func write(_ facts: [Fact], to directory: TemporaryDirectory, fleet: String = "shops") throws {
            try FileManager.default.createDirectory(atPath: directory.state, withIntermediateDirectories: true)
            let queue = try DatabaseQueue(path: directory.journal)
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: schema)
                try database.inTransaction {
                    try insert(facts, into: database, fleet: fleet)
                    return .commit
                }
            }
            try queue.close()
        }

        private static func insert(_ facts: [Fact], into database: Database, fleet: String) throws {
            var checksum = StableHash.of(fleet)
            for (index, fact) in facts.enumerated() {
                let body = FactCoder.encode(fact)
                var hash = StableHash(seed: checksum)
                let numbers = [index + 1, index / 10 + 1, Int(fact.at.milliseconds), body.count]
                for number in numbers { hash.combine(UInt64(bitPattern: Int64(number))) }
                hash.combine(bytes: body)
                checksum = hash.value
                try database.execute(
                    sql: "INSERT INTO facts VALUES (?, ?, ?, ?, ?)",
                    arguments: [
                        index + 1, index / 10 + 1, fact.at.milliseconds, Data(body), Int64(bitPattern: checksum),
                    ])
            }
            try database.execute(
                sql: "INSERT INTO head VALUES (?, ?, ?, ?)",
                arguments: [fleet, facts.count, (facts.count + 9) / 10, Int64(bitPattern: checksum)])
        }
    }
}
