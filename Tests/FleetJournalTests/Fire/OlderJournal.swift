import FleetCore
import Foundation
import Testing

@testable import FleetJournal

/// A journal as an older Muster left it. A schema that is replaced gets its case here, and with it all that
/// `JournalFaultTests`, `JournalKillTests` and `JournalLimitTests` do to it.
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
            try OldJournal.write((0..<Self.facts).map(Fact.numbered), to: directory, fleet: "probe")
            return Self.facts
        }
    }
}
