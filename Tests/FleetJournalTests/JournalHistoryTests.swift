import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// Facts by their numbers, read beside the engine that writes them.
@Suite struct JournalHistoryTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "history-\(UUID().uuidString)").path()

    private func facts(_ range: Range<Int>) -> [Fact] {
        range.map { Fact(at: Timestamp(milliseconds: Int64($0)), .clockStepped(by: .seconds($0))) }
    }

    /// Pieces of any size give every fact once, while more are written.
    @Test(arguments: [1, 3, 1000]) func piecesFollowOneAnother(size: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let journal = try SQLiteJournal.open(directory: folder, fleet: "shop", mode: .readWrite)
        try journal.append(facts(0..<10))
        let history = JournalHistory(directory: folder, fleet: "shop")
        var found: [Fact] = [], written = 10
        while true {
            let piece = try history.piece(after: UInt64(found.count), atMost: size)
            #expect(piece.facts.count <= size && piece.latest == UInt64(written))
            found += piece.facts
            if written < 25 {
                try journal.append(facts(written..<written + 5))
                written += 5
            } else if found.count == written {
                break
            }
        }
        #expect(found == facts(0..<25))
        let beyond = try history.piece(after: 26, atMost: size)
        #expect(beyond == HistoryPiece(facts: [], latest: 25))
        let far = try history.piece(after: .max, atMost: size)
        #expect(far.facts.isEmpty && far.latest == 25)
    }

    @Test func whatIsNotThereIsSaidEachTime() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let history = JournalHistory(directory: folder, fleet: "shop")
        #expect(throws: FactLogError.self) { try history.piece(after: 0, atMost: 1) }
        let journal = try SQLiteJournal.open(directory: folder, fleet: "shop", mode: .readWrite)
        try journal.append(facts(0..<1))
        let piece = try history.piece(after: 0, atMost: 1)
        #expect(piece.facts == facts(0..<1))
        let other = JournalHistory(directory: folder, fleet: "another")
        #expect(throws: FactLogError.self) { try other.piece(after: 0, atMost: 1) }
    }
}
