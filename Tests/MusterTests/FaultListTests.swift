import FleetCore
import Foundation
import Glibc
import TerminalTesting
import Testing

/// Faults of operators and of their terminals that no other suite shows on the real program.
///
/// The others: the wrong build, by what has to be typed (`ConsoleSafetyTests`, `ConsoleKeysTests`); a command that is sent
/// again (`CutLineTests`); two operators (`TwoOperatorsTests`); a viewer who tries to act (`OtherUsersTests`); sizes, unknown
/// terminals and terminals without UTF-8 (`ConsoleSizeTests`).
@Suite(.timeLimit(.minutes(10)))
struct FaultListTests {
    private let update = "major-3.0.0"

    private func paused(_ scratch: ScratchFleet) throws -> ConsoleRun {
        let console = try ConsoleRun(scratch, speed: 600)
        try console.waitUntilOpen()
        try console.start(update)
        try console.wait(for: "+1")
        console.type("p")
        try console.wait(for: "PAUSED by \(OwnUser.name)")
        return console
    }

    // MARK: - Operators

    /// Whatever the build does, it reaches no more than its phase until the gate has spoken.
    @Test func aBuildReachesNoMoreThanItsPhase() throws {
        let scratch = try ScratchFleet()
        let console = try ConsoleRun(scratch, speed: 100_000)
        try console.waitUntilOpen()
        try console.start(update)
        try console.wait(for: "COMPLETED")
        try console.quit()
        var begun: Set<DeviceIndex> = [], open = 0, passed = -1, sizes: [Int] = []
        for fact in try Audit(scratch).facts {
            switch fact.event {
            case .updateStarted(_, _, _, let phaseSizes): sizes = phaseSizes
            case .phaseOpened(_, let phase):
                #expect(phase == passed + 1)
                open = phase
            case .gateDecided(_, let phase, .passed, _, _): passed = phase
            case .attemptStarted(_, let device, _):
                begun.insert(device)
                #expect(begun.count <= sizes[open])
            default: break
            }
        }
        #expect(sizes == [1, 5, 10] && begun.count == 10)
    }

    /// Once a cancel is acknowledged nothing new begins, at whatever moment it came.
    @Test(arguments: 0..<4) func cancelRacesAnAdvance(round: Int) throws {
        let scratch = try ScratchFleet()
        let console = try ConsoleRun(scratch, speed: 20_000)
        try console.waitUntilOpen()
        try console.start(update)
        // Each round meets the rollout further on: at its start, in its canary, in later phases.
        if round > 0 { try console.wait(for: ["done 1", "done 1", "done 5"][round - 1]) }
        let run = try MusterRun(["update", "cancel", scratch.fleet, update], scratch)
        let facts = try Audit(scratch).facts
        try console.quit()
        guard run.code == 0 else {
            // It was over before.
            #expect(run.code == 2 && run.errors.contains("is completed"), "\(run.errors)")
            return
        }
        let all = try Audit(scratch).facts
        let place = try #require(
            facts.firstIndex { fact in
                if case .commandAccepted(let record) = fact.event { record.verb == "cancel" } else { false }
            })
        let later = all[place...].filter { fact in
            switch fact.event {
            case .attemptStarted, .phaseOpened: true
            default: false
            }
        }
        #expect(later.isEmpty, "\(later)")
    }

    // MARK: - Terminals

    /// How far a person has come in a dialog when the line drops.
    enum Progress: CaseIterable {
        case open, typed, entered
    }

    /// The command is journalled, or it never was.
    @Test(arguments: Progress.allCases) func aHangUpInADialog(progress: Progress) throws {
        let scratch = try ScratchFleet()
        let console = try paused(scratch)
        console.type("B")
        try console.wait(for: "Type \(update): [")
        try console.wait(without: "the engine is counting")
        if progress != .open {
            try console.typeByHand(update)
            try console.wait(for: "enter: roll back")
        }
        if progress == .entered {
            console.type("\r")
            console.terminal.pump(milliseconds: 5)
        }
        console.terminal.hangUp()
        let next = try ConsoleRun(scratch, speed: nil)
        try next.waitUntilOpen()
        let count = try Audit(scratch).count(of: "roll back")
        #expect(progress == .entered ? count <= 1 : count == 0)
        try next.focus(update)
        try next.wait(for: count == 1 ? "ROLL" : "PAUSED by \(OwnUser.name)")
        try next.quit()
        #expect(try MusterRun(["stop", scratch.fleet], scratch).code == 0)
    }

    /// Neither a paste that the terminal marks nor one that comes as keys confirms anything.
    @Test(arguments: [true, false]) func aMegabyteIsPasted(isMarked: Bool) throws {
        let scratch = try ScratchFleet()
        let console = try paused(scratch)
        console.type("B")
        try console.wait(for: "Type \(update): [")
        try console.wait(without: "the engine is counting")
        let line = isMarked ? "\(update)\r" : "y\(update)\r"
        let paste = String(repeating: line, count: (1 << 20) / line.utf8.count)
        console.type(isMarked ? "\u{1B}[200~\(paste)\u{1B}[201~" : paste)
        console.type("\u{1B}")
        try console.wait(without: "Type \(update): [")
        console.type("\u{1B}")
        try console.typeInert("\u{1B}")
        #expect(try Audit(scratch).count(of: "roll back") == 0)
        try console.quit()
    }

    /// A terminal that nobody reads from holds up its console, and neither the engine inside nor anybody else.
    @Test func aStalledTerminalStallsNobody() throws {
        let scratch = try ScratchFleet()
        let stalled = try ConsoleRun(scratch, speed: 600, columns: 200, rows: 60)
        try stalled.waitUntilOpen()
        try stalled.start(update)
        stalled.terminal.isReading = false
        let other = try ConsoleRun(scratch, speed: nil)
        try other.waitUntilOpen()
        try other.wait(for: "done 1/10")
        other.type("p")
        try other.wait(for: "PAUSED by \(OwnUser.name)")
        let began = ContinuousClock.now
        #expect(try MusterRun(["update", "resume", scratch.fleet, update], scratch).code == 0)
        #expect(ContinuousClock.now - began < .seconds(10))
        try other.wait(for: "RUNNING")
        try other.quit()
        stalled.terminal.isReading = true
        try stalled.quit()
    }

    @Test func theLargestAndTheSmallestScreen() throws {
        let console = try ConsoleRun(ScratchFleet())
        try console.waitUntilOpen()
        for (columns, rows) in [(1, 1), (500, 200), (2, 200), (500, 1), (80, 24)] {
            console.terminal.resize(columns: columns, rows: rows)
            console.type("?\u{1B}")
            console.terminal.pump(milliseconds: 20)
        }
        try console.waitUntilOpen()
        #expect(try console.quit() == .exited(0))
        #expect(console.terminal.isTerminalClean)
    }
}
