import FleetCore
import Foundation
import GRDB
import Testing

@testable import FleetJournal

extension UnderFire {
    /// A journal of many pages with every one of them flipped or cut: the facts are those that were written, or the journal
    /// is refused, and says where.
    @Suite(.timeLimit(.minutes(10)))
    struct JournalPageTests {
        /// Places in a page's header, cell pointers and first cells.
        private static let places = [0, 1, 3, 5, 6, 7, 8, 9, 11, 15, 27, 43, 63]

        let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory() }

        /// Small pages make a deep tree of few facts.
        @Test(arguments: [512, 4096])
        func aFlippedPageIsRefusedOrHarmless(pageSize: Int) throws {
            let (original, facts) = try manyPages(of: pageSize)
            let pages = original.main.count / pageSize
            var refused = Set<Int>()
            for page in 0..<pages {
                for place in Self.places + [pageSize / 2, pageSize - 20] {
                    var damaged = original
                    damaged.main[page * pageSize + place] ^= UInt8(1 << ((page + place) % 8))
                    let circumstances = "page \(page + 1), byte \(place)"
                    let outcome = try damaged.read(in: directory)
                    outcome.expect([facts], circumstances)
                    if outcome.isRefused { refused.insert(page) } else { goOn(facts, circumstances) }
                }
            }
            #expect(pages > 25)
            #expect(refused.count > pages / 2)
        }

        @Test(arguments: [512, 4096])
        func aFileCutAtAnyPageIsRefusedOrHarmless(pageSize: Int) throws {
            let (original, facts) = try manyPages(of: pageSize)
            for length in stride(from: pageSize / 2, to: original.main.count, by: pageSize / 2) {
                var damaged = original
                damaged.main = original.main.prefix(length)
                let outcome = try damaged.read(in: directory)
                outcome.expect([facts], "cut to \(length) of \(original.main.count) bytes")
            }
        }

        /// What was harmless stays harmless when the engine goes on.
        private func goOn(_ facts: [Fact], _ circumstances: String) {
            let next = Fact.numbered(99)
            let appended = JournalFiles.outcome(in: directory, appending: next)
            appended.expect([facts + [next]], circumstances)
            guard !appended.isRefused else { return }
            let isKept = JournalFiles.outcome(in: directory) == appended
            #expect(isKept, "lost behind an append, \(circumstances)")
        }

        /// Facts over interior pages and overflow pages, and pages that were freed, as by a migration.
        private func manyPages(of pageSize: Int) throws -> (files: JournalFiles, facts: [Fact]) {
            try directory.fill(10)
            try directory.tamper("PRAGMA journal_mode = DELETE; PRAGMA page_size = \(pageSize); VACUUM")
            let notes = String(repeating: "a long note ", count: pageSize / 6)
            let long = Fact(
                at: Timestamp(milliseconds: 0), .releaseAdded(Release(version: Version(1, 0, 0), notes: notes)))
            let count = pageSize == 512 ? 800 : 1500
            let journal = try directory.open()
            try journal.append((10..<count / 2).map(Fact.numbered) + [long, long])
            try journal.append((count / 2..<count).map(Fact.numbered))
            let facts = try journal.allFacts
            try journal.close()
            try directory.tamper("CREATE TABLE gone (body BLOB); INSERT INTO gone VALUES (zeroblob(\(pageSize * 12)))")
            try directory.tamper("DROP TABLE gone")
            return (try JournalFiles(directory), facts)
        }
    }
}
