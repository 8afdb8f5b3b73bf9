import FleetCore
import Foundation
import Testing

@testable import FleetJournal

extension UnderFire {
    /// The write-ahead log of an engine that ended without closing, damaged: SQLite itself takes any damage for the end of
    /// the log and says nothing about the commits behind it.
    @Suite(.timeLimit(.minutes(10)))
    struct JournalLogTests {
        private static let headerLength = 32
        private static let frameLength = 24 + 4096
        /// Every field of a frame's header, and places in its page.
        private static let places = [0, 3, 4, 7, 8, 12, 16, 20, 24, 25, 32, 200, 2000, 4100, 4119]

        let directory: TemporaryDirectory
        /// The facts behind each commit, and the length of the log there.
        let commits: [(facts: [Fact], length: Int)]
        let original: JournalFiles

        init() throws {
            directory = try TemporaryDirectory()
            try directory.fill(50)
            let journal = try directory.open()
            var commits: [(facts: [Fact], length: Int)] = []
            commits.append((try journal.allFacts, 0))
            for round in 0..<12 {
                let last = journal.factCount
                try journal.append((last..<last + (round == 5 ? 300 : 1 + round % 4)).map(Fact.numbered))
                commits.append((try journal.allFacts, try JournalFiles(directory).log?.count ?? 0))
            }
            self.commits = commits
            original = try JournalFiles(directory)
            try journal.close()
        }

        @Test func anUndamagedLogIsTaken() throws {
            #expect(try original.read(in: directory) == .facts(commits[12].facts))
            #expect(try original.read(in: directory, .readOnly) == .facts(commits[12].facts))
        }

        /// A look at the log while the probe appends to it and begins it anew. A reader leaves it alone as long as an
        /// engine runs, but one may start in the middle of the look.
        @Test func aLogThatIsBeingWrittenIsNotTakenForDamaged() throws {
            let directory = try TemporaryDirectory()
            let probe = try ProbeProcess("append", directory.state, "checkpoint=8")
            while probe.account.durable == nil, try probe.line() != nil {}
            for _ in 0..<400 {
                while try probe.line(by: .now) != nil {}
                try WriteAheadLog.check(directory.journal + "-wal")
                let reader = try directory.open(.readOnly, fleet: "probe")
                #expect(reader.factCount >= probe.account.acknowledged)
                try reader.close()
            }
            #expect(probe.account.refusal == nil)
        }

        /// Only a damage in the last commit cannot be told from one that a power cut tore.
        @Test(arguments: [SQLiteJournal.Mode.readWrite, .readOnly])
        func aDamagedFrameIsRefused(mode: SQLiteJournal.Mode) throws {
            let length = try #require(original.log?.count)
            for start in stride(from: Self.headerLength, to: length, by: Self.frameLength) {
                let isOfLastCommit = start >= commits[11].length
                for place in Self.places {
                    var damaged = original
                    damaged.log?[start + place] ^= UInt8(1 << (place % 8))
                    let outcome = try damaged.read(in: directory, mode)
                    outcome.expect(isOfLastCommit ? [commits[11].facts] : [], "log byte \(start) + \(place)")
                }
            }
        }

        @Test(arguments: [SQLiteJournal.Mode.readWrite, .readOnly])
        func aDamagedHeaderOfTheLogIsRefused(mode: SQLiteJournal.Mode) throws {
            for place in 0..<Self.headerLength {
                var damaged = original
                damaged.log?[place] ^= UInt8(1 << (place % 8))
                try damaged.read(in: directory, mode).expect([], "log byte \(place)")
            }
        }

        /// A log that is cut looks as it did earlier: what is left is whole commits, in order, and nothing else.
        @Test func aCutLogHasTheCommitsInFrontOfTheCut() throws {
            let length = try #require(original.log?.count)
            for cut in stride(from: 0, to: length, by: Self.frameLength / 3) {
                var damaged = original
                damaged.log = original.log?.prefix(cut)
                let left = try #require(commits.last { $0.length <= cut })
                #expect(try damaged.read(in: directory) == .facts(left.facts), "cut to \(cut) bytes")
            }
        }

        /// With the log in place, its pages are read and not those of the file.
        @Test func aFlippedPageUnderALogIsRefusedOrHarmless() throws {
            let facts = commits[12].facts
            for place in stride(from: 0, to: original.main.count, by: 97) {
                var damaged = original
                damaged.main[place] ^= UInt8(1 << (place % 8))
                try damaged.read(in: directory).expect([facts], "byte \(place)")
            }
            for length in stride(from: 0, to: original.main.count, by: 2048) {
                var damaged = original
                damaged.main = original.main.prefix(length)
                try damaged.read(in: directory).expect([facts], "cut to \(length) bytes")
            }
        }
    }
}
