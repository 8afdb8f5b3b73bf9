import FleetCore
import Foundation
import Testing

@testable import FleetJournal

extension UnderFire {
    /// The journal over storage that fails, tears writes, and forgets what was not synced: at the first operation, at the
    /// second, and so on, until a run passes untouched. `Tests/CFaultyStorage` is that storage.
    @Suite(.timeLimit(.minutes(10)))
    struct JournalFaultTests {
        /// Commits of a run: some hundred facts, several checkpoints. With an older journal the first ones are what counts.
        private static func commits(behind journal: OlderJournal) -> Int {
            if case .none = journal { 12 } else { 2 }
        }

        /// Far more operations than a run has.
        private static let longestSweep = 2000

        @Test(arguments: OlderJournal.all, StorageFault.powerLosses)
        func whatWasAcknowledgedSurvivesAPowerLoss(journal: OlderJournal, fault: StorageFault) throws {
            let runs = try sweep(fault, from: journal) { folders, account, circumstances in
                #expect(account.ending == .powerLost, "\(circumstances)")
                try account.check(folders.platter, before: folders.before, circumstances)
            }
            #expect(runs > 30)
        }

        /// The journal refuses everything after a failure. The engine starts again, on what the system's cache has, and
        /// acts upon what it finds; then the machine loses its power.
        @Test(arguments: OlderJournal.all, StorageFault.failures)
        func whatWasAcknowledgedSurvivesAFailure(journal: OlderJournal, fault: StorageFault) throws {
            let runs = try sweep(fault, from: journal) { folders, account, circumstances in
                #expect(!account.tookMore, "\(circumstances)")
                let tookNoMore = account.refusedAgain || account.begun == account.durable || account.ending == .killed
                #expect(tookNoMore, "\(circumstances)")
                let cache = fault.operations == "sync" ? "clean" : "dirty"
                // Behind a kill nothing more is synced: what the engine found is all that it acts upon.
                let commits = account.ending == .killed ? 0 : 3
                let next = try folders.probe(["commits=\(commits)", "cache=\(cache)", "end=exit"])
                let expected = account.opened == nil ? [folders.before] : [account.acknowledged, account.possible]
                #expect(next.opened.map(expected.contains) == true, "\(next) of \(expected), \(circumstances)")
                #expect(next.isUntouched, "\(next), \(circumstances)")
                try next.check(folders.platter, "power lost after the restart, \(circumstances)")
                try next.check(folders.state, "after the restart, \(circumstances)")
            }
            #expect(runs > 0)
        }

        /// Runs with the fault at every place, and returns how many there were.
        private func sweep(
            _ fault: StorageFault, from journal: OlderJournal,
            _ check: (StorageFolders, ProbeAccount, String) throws -> Void
        ) throws -> Int {
            for number in 1...Self.longestSweep {
                let folders = try StorageFolders(journal)
                let account = try folders.probe(
                    ["commits=\(Self.commits(behind: journal))"] + fault.arguments(at: number))
                if account.isUntouched { return number - 1 }
                try check(folders, account, "\(fault.testDescription) at \(number), \(account)")
            }
            Issue.record("no run passed untouched")
            return Self.longestSweep
        }
    }
}
