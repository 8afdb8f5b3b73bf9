import FleetCore
import Foundation
import Testing

@testable import FleetJournal

extension UnderFire {
    /// A real process on a real file, killed 500 times at moments that nobody chose: while it writes, and while it opens,
    /// creates or brings up to date what the one before it left.
    @Suite(.timeLimit(.minutes(10)))
    struct JournalKillTests {
        private static let lanes = 0..<20
        private static let lanesOfOlderJournals = 0..<5
        private static let killsOfALane = 20
        private static let longestOpening = 20_000
        private static let longestWriting = 30_000

        let directory: TemporaryDirectory

        init() throws { directory = try TemporaryDirectory() }

        /// The rounds of a lane go on in one journal, so that each also starts from what a killed process left.
        @Test(arguments: lanes)
        func whatWasAcknowledgedSurvivesAKill(lane: Int) throws {
            var random = SystemRandomNumberGenerator()
            var before = 0
            for round in 0..<Self.killsOfALane {
                let account = try kill(whileItOpens: (lane + round) % 4 == 0, &random)
                before = try check(account, before: before, "lane \(lane), round \(round)")
            }
        }

        /// Each process finds an older journal and is killed while it brings that up to date, or soon after.
        @Test(arguments: lanesOfOlderJournals)
        func anOlderJournalSurvivesAKill(lane: Int) throws {
            var random = SystemRandomNumberGenerator()
            for round in 0..<Self.killsOfALane {
                try? FileManager.default.removeItem(atPath: directory.state)
                let before = try OlderJournal.version1.write(to: directory)
                let account = try kill(whileItOpens: true, &random)
                _ = try check(account, before: before, "lane \(lane), round \(round)")
            }
        }

        private func kill(whileItOpens: Bool, _ random: inout SystemRandomNumberGenerator) throws -> ProbeAccount {
            let probe = try ProbeProcess("append", directory.state, "checkpoint=16")
            if !whileItOpens { while probe.account.durable == nil, try probe.line() != nil {} }
            let longest = whileItOpens ? Self.longestOpening : Self.longestWriting
            let moment = ContinuousClock.now + .microseconds(Int.random(in: 0..<longest, using: &random))
            while try probe.line(by: moment) != nil {}
            probe.kill()
            #expect(probe.account.ending == .signal(SIGKILL))
            return probe.account
        }

        /// A reader and the next engine find the same; returns how many facts there are.
        private func check(_ account: ProbeAccount, before: Int, _ circumstances: String) throws -> Int {
            let journal = try directory.open(fleet: "probe")
            let facts = try journal.allFacts
            let expected = account.opened == nil ? [before] : [account.acknowledged, account.possible]
            #expect(expected.contains(facts.count), "\(facts.count) of \(expected), \(circumstances)")
            #expect(facts == facts.indices.map(Fact.numbered), "\(circumstances)")
            #expect(try directory.open(.readOnly, fleet: "probe").allFacts == facts, "\(circumstances)")
            try journal.close()
            return facts.count
        }
    }
}
