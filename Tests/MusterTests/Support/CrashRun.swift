import FleetCore
import Foundation
import TerminalTesting
import Testing

/// One rollout, and its rollback, through many lives of the program, each ended by `kill -9` at a random moment.
struct CrashRun {
    /// How often a life may end before the rollout has, so that the test itself has an end.
    static let maximumLives = 400
    static let speed = 900

    let scratch: ScratchFleet
    private var random: SeededRandom
    /// Commands that were sent, and those of them that were acknowledged on the screen, by their word.
    private(set) var sent: [String: Int] = [:]
    private(set) var acknowledged: [String: Int] = [:]
    /// How often the program was killed.
    private(set) var kills = 0
    /// What the journal held after the last kill.
    private(set) var facts: [Fact] = []

    init(seed: UInt64) throws {
        scratch = try CrashFleet.make()
        random = SeededRandom(seed: seed)
    }

    /// Lives on until the update has come so far.
    mutating func live(until goal: UpdateStatus) throws {
        for _ in 0..<Self.maximumLives {
            try live(towards: goal)
            if status == goal { return }
        }
        Issue.record("\(Self.maximumLives) lives were too few")
    }

    private mutating func live(towards goal: UpdateStatus) throws {
        let console = try ConsoleRun(scratch, speed: Self.speed)
        // Some lives end while the program is still taking up its journal.
        if kills > 0, Int.random(in: 0..<5, using: &random) == 0 {
            pump(console, milliseconds: Int.random(in: 0..<120, using: &random))
        } else {
            try console.waitUntilOpen()
            try act(console, towards: goal)
            let isLong = Int.random(in: 0..<4, using: &random) == 0
            pump(console, milliseconds: Int.random(in: 0..<(isLong ? 900 : 150), using: &random))
        }
        console.terminal.signal(SIGKILL)
        #expect(try console.terminal.waitForExit() == .signalled(SIGKILL))
        kills += 1
        try readJournal()
    }

    private func pump(_ console: ConsoleRun, milliseconds: Int) {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while ContinuousClock.now < end { console.terminal.pump(milliseconds: 1) }
    }

    /// What the operator does in this life.
    private mutating func act(_ console: ConsoleRun, towards goal: UpdateStatus) throws {
        switch status {
        case .draft:
            note("start", in: \.sent)
            try console.start(CrashFleet.update)
            note("start", in: \.acknowledged)
        case .paused:
            try console.wait(for: "PAUSED by \(OwnUser.name)")
            console.type("R")
            try console.wait(for: "RESUME \(CrashFleet.update)")
            note("resume", in: \.sent)
            console.type("y")
            try awaitAnswer(console, to: "resume")
        case .running where Int.random(in: 0..<4, using: &random) == 0:
            try console.wait(for: CrashFleet.update)
            note("pause", in: \.sent)
            console.type("p")
            try awaitAnswer(console, to: "pause")
        case .completed where goal == .rolledBack:
            try console.wait(for: CrashFleet.update, "COMPLETED")
            console.type("B")
            note("roll back", in: \.sent)
            try console.confirm(CrashFleet.update, unlocks: "roll back")
            try awaitAnswer(console, to: "roll back")
        default: break
        }
    }

    /// Every third command is not waited for: the program may die before, while or after it is written down.
    private mutating func awaitAnswer(_ console: ConsoleRun, to verb: String) throws {
        guard Int.random(in: 0..<3, using: &random) > 0 else { return }
        let accepted = "\(verb) \(CrashFleet.update): accepted"
        try console.terminal.waitUntil { $0.contains(accepted) || $0.contains("refused: ") }
        if console.terminal.screen.contains(accepted) { note(verb, in: \.acknowledged) }
    }

    private mutating func note(_ verb: String, in counts: WritableKeyPath<CrashRun, [String: Int]>) {
        self[keyPath: counts][verb, default: 0] += 1
    }

    /// What was durable before is durable still, in the same order.
    private mutating func readJournal() throws {
        let audit = try Audit(scratch)
        #expect(audit.facts.starts(with: facts), "the journal forgot something")
        facts = audit.facts
    }

    /// Where the update stands by the journal.
    var status: UpdateStatus {
        var machine = FleetMachine()
        machine.replay(facts)
        return machine.state.update(CrashFleet.update)?.status ?? .draft
    }
}
