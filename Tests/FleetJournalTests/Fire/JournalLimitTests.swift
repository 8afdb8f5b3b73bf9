import FleetCore
import Foundation
import Testing

@testable import FleetJournal

extension UnderFire {
    /// A process that may open too few files, or write files too small: the journal says so and ends cleanly.
    @Suite(.timeLimit(.minutes(10)))
    struct JournalLimitTests {
        private static let commits = 12
        private static let mostDescriptors = 32
        private static let mostBytes = 4 << 20

        /// One descriptor more each time, until all goes well.
        @Test(arguments: OlderJournal.all)
        func tooFewDescriptorsAreSaid(journal: OlderJournal) throws {
            var refusals = 0
            for limit in 0..<Self.mostDescriptors {
                let folders = try StorageFolders(journal)
                let account = try run(folders, "descriptors=\(limit)")
                if account.isUntouched {
                    #expect(refusals > 2)
                    return
                }
                if account.ending == .signal(SIGILL) || account.ending == .signal(SIGTRAP) {
                    // Dispatch, on whose queues the database is used, ends the process when it cannot have a
                    // descriptor for a worker. What was acknowledged is there all the same.
                    try account.check(folders.state, before: folders.before, "\(limit) descriptors")
                    continue
                }
                refusals += 1
                try expectCleanStop(account, folders, ["open", "descriptor"], "\(limit) descriptors")
            }
            Issue.record("\(Self.mostDescriptors) descriptors are not enough")
        }

        /// Files may be somewhat longer each time, until all goes well.
        @Test(arguments: OlderJournal.all)
        func tooLittleRoomIsSaid(journal: OlderJournal) throws {
            var refusals = 0
            for limit in stride(from: 0, to: Self.mostBytes, by: 1500) {
                let folders = try StorageFolders(journal)
                let account = try run(folders, "bytes=\(limit)")
                if account.isUntouched {
                    #expect(refusals > 20)
                    return
                }
                refusals += 1
                try expectCleanStop(account, folders, ["disk", "open"], "\(limit) bytes")
            }
            Issue.record("\(Self.mostBytes) bytes are not enough")
        }

        private func run(_ folders: StorageFolders, _ limit: String) throws -> ProbeAccount {
            try ProbeProcess("append", folders.state, "commits=\(Self.commits)", limit).end()
        }

        /// It said why in one of the words, and what it acknowledged is there for a process without the limit.
        private func expectCleanStop(
            _ account: ProbeAccount, _ folders: StorageFolders, _ words: [String], _ circumstances: String
        ) throws {
            let circumstances = "\(circumstances), \(account)"
            #expect(account.ending == .exit(0), "\(circumstances)")
            #expect(words.contains { account.refusal?.contains($0) == true }, "\(circumstances)")
            #expect(account.refusedAgain || account.begun == account.durable, "\(circumstances)")
            try account.check(folders.state, before: folders.before, circumstances)
        }
    }
}
