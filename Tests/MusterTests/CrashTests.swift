import FleetCore
import FleetJournal
import FleetSimulator
import Foundation
import Testing

/// The process is killed at random moments of a rollout, on the real files: nothing is done twice, nothing is forgotten.
@Suite(.timeLimit(.minutes(10)))
struct CrashTests {
    /// `MUSTER_CRASH_SEED` repeats the operator's choices and the lengths of the lives.
    private static var seed: UInt64 {
        ProcessInfo.processInfo.environment["MUSTER_CRASH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1_000_000)
    }

    @Test func aRolloutThatIsKilledAgainAndAgain() throws {
        let seed = Self.seed
        print("crash test: MUSTER_CRASH_SEED=\(seed)")
        var run = try CrashRun(seed: seed)
        try run.live(until: .completed)
        #expect(run.kills >= 50, "seed \(seed)")
        try expectRollout(run)
        try run.live(until: .rolledBack)
        try expectRollback(run)
        print("crash test: \(run.kills) kills, \(run.facts.count) facts, sent \(run.sent)")
    }

    private func expectRollout(_ run: CrashRun) throws {
        let journal = CrashJournal(facts: run.facts, update: CrashFleet.update)
        expectSameState(run.facts)
        expectEverythingOnce(journal, ends: .completed)
        #expect(journal.phaseOpenings == [0, 1, 2])
        #expect(journal.soaks.count == 2)
        for (soak, wait) in zip(journal.soaks, CrashFleet.waits) { #expect(soak >= wait) }
        expectCommands(run, journal)
        try expectFlash(run, installations: 1, release: "3.0.0")
        try expectAnswers(run, status: "completed", release: "3.0.0")
    }

    private func expectRollback(_ run: CrashRun) throws {
        let journal = CrashJournal(facts: run.facts, update: CrashFleet.rollback)
        expectSameState(run.facts)
        expectEverythingOnce(journal, ends: .completed)
        expectCommands(run, journal)
        try expectFlash(run, installations: 2, release: "2.3.1")
        try expectAnswers(run, status: "rolled back", release: "2.3.1")
    }

    /// However the journal is cut into batches, its replay gives the same state.
    private func expectSameState(_ facts: [Fact]) {
        var whole = FleetMachine(), single = FleetMachine()
        whole.replay(facts)
        for fact in facts { single.replay([fact]) }
        #expect(whole.state == single.state)
        #expect(whole.state.revision == UInt64(facts.count))
    }

    private func expectEverythingOnce(_ journal: CrashJournal, ends status: UpdateStatus) {
        let update = journal.state.update(journal.update)
        #expect(update?.status == status)
        #expect(update?.assignments.count == CrashFleet.deviceCount)
        #expect(update?.tally[.completed] == CrashFleet.deviceCount)
        #expect(journal.completions.sorted() == CrashFleet.ids.sorted(), "each device completed exactly once")
        #expect(journal.attempts.sorted() == CrashFleet.ids.map { "\($0) 1" }.sorted(), "one attempt each")
        #expect(journal.failures == [])
        #expect((2...CrashFleet.inFlightLimit).contains(journal.mostInFlight))
        #expect(zip(journal.facts, journal.facts.dropFirst()).allSatisfy { $0.at <= $1.at })
    }

    /// What was acknowledged is in the journal, and nothing is there twice or without having been asked for.
    private func expectCommands(_ run: CrashRun, _ journal: CrashJournal) {
        for verb in ["start", "pause", "resume", "roll back"] {
            let count = journal.commands.filter { $0 == verb }.count
            let range = run.acknowledged[verb, default: 0]...run.sent[verb, default: 0]
            #expect(range.contains(count), "\(verb): \(count) of \(range)")
        }
        #expect(journal.commands.first == "start")
        let held = journal.commands.dropFirst()
        #expect(zip(held, held.dropFirst()).allSatisfy { $0 != $1 }, "pauses and resumes alternate: \(held)")
    }

    /// The terminals' own memory: each installed so often, the return to the release before included, and no more.
    private func expectFlash(_ run: CrashRun, installations count: Int, release: String) throws {
        var installations: [String: Int] = [:]
        var running: [String: String] = [:]
        try RecordFile(path: "\(run.scratch.state)/terminals.flash").replay { bytes in
            guard bytes.first == UInt8(ascii: "F"), let record = FlashRecord(bytes: Array(bytes.dropFirst())) else {
                return
            }
            installations[record.device] = record.flash.installations
            running[record.device] = record.flash.running.description
        }
        #expect(installations == Dictionary(uniqueKeysWithValues: CrashFleet.ids.map { ($0, count) }))
        #expect(running == Dictionary(uniqueKeysWithValues: CrashFleet.ids.map { ($0, release) }))
    }

    /// The program itself says the same of the state that was left.
    private func expectAnswers(_ run: CrashRun, status: String, release: String) throws {
        let updates = try MusterRun(["updates", run.scratch.fleet, "--json"], run.scratch).list()
        let major = try #require(updates.first { $0["id"] as? String == CrashFleet.update })
        #expect(major["status"] as? String == status)
        let devices = try MusterRun(["devices", run.scratch.fleet, "firmware = \(release)", "--json"], run.scratch)
            .list()
        #expect(devices.count == CrashFleet.deviceCount)
    }
}

/// A journal's facts about one update, as lists to compare.
struct CrashJournal {
    let facts: [Fact]
    let update: String
    let state: FleetState
    private(set) var completions: [String] = []
    private(set) var attempts: [String] = []
    private(set) var failures: [String] = []
    private(set) var phaseOpenings: [Int] = []
    private(set) var commands: [String] = []
    /// From the moment a gate passed to the moment the next phase opened.
    private(set) var soaks: [Duration] = []
    private(set) var mostInFlight = 0
    private var inFlight = 0
    private var passedAt: Timestamp?
    private let index: UpdateIndex?

    init(facts: [Fact], update: String) {
        self.facts = facts
        self.update = update
        var machine = FleetMachine()
        machine.replay(facts)
        state = machine.state
        index = state.updateIndex(of: update)
        for fact in facts { take(fact) }
    }

    private mutating func take(_ fact: Fact) {
        switch fact.event {
        case .attemptStarted(index, let device, let attempt):
            attempts.append("\(state.devices.id(device)) \(attempt)")
            move(1)
        case .assignmentCompleted(index, let device):
            completions.append(state.devices.id(device))
            move(-1)
        case .attemptFailed(index, let device, let cause, _):
            failures.append("\(state.devices.id(device)) \(cause.code)")
            move(-1)
        case .gateDecided(index, _, .passed, _, _): passedAt = fact.at
        case .phaseOpened(index, let phase):
            phaseOpenings.append(phase)
            if let passedAt { soaks.append(fact.at - passedAt) }
        case .commandAccepted(let command) where command.origin.source == "console" && command.verb != "stop":
            commands.append(command.verb)
        default: break
        }
    }

    private mutating func move(_ change: Int) {
        inFlight += change
        mostInFlight = max(mostInFlight, inFlight)
    }
}
