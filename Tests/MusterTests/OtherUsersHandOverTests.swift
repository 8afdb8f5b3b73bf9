import FleetCore
import Foundation
import Glibc
import TerminalTesting
import Testing

/// Commands of somebody who may start no engine, while the one that runs dies, ends, or goes on elsewhere.
@Suite(
    .enabled(if: OtherUser.obstacle == nil, "\(OtherUser.obstacle ?? "other users can run the program")"),
    .timeLimit(.minutes(10)))
struct OtherUsersHandOverTests {
    private let update = "major-3.0.0"
    let scratch: ScratchFleet
    private var state: String { "\(scratch.root)/shared" }

    init() throws {
        scratch = try ScratchFleet()
        let access = "\naccess: {users: {daemon: operator, bin: viewer, games: admin}}\n"
        try scratch.write("fleet.yaml", Array((try scratch.text("fleet.yaml") + access).utf8))
    }

    private func run(_ words: [String], as user: OtherUser?) throws -> MusterRun {
        try MusterRun(words + ["--state", state], scratch, as: user)
    }

    private func console(as user: OtherUser? = nil) throws -> ConsoleRun {
        try ConsoleRun(scratch, speed: nil, options: ["--state", state], as: user, columns: 120, rows: 40)
    }

    private func accepted(_ verb: String) throws -> [CommandRecord] {
        try Audit(directory: state).accepted.filter { $0.verb == verb }
    }

    /// It is sent again to the next engine, which carries it out once.
    @Test(arguments: ["start", "pause"]) func aCommandOutlivesTheEngine(verb: String) throws {
        let engine = try ServeRun(scratch, ["--state", state] + (verb == "start" ? [] : ["--start", update]))
        engine.signal(SIGSTOP)
        let command = try BackgroundRun(["update", verb, "x", update, "--state", state], scratch, as: .daemon)
        try command.wait(forError: "holds the fleet and does not answer")
        engine.signal(SIGKILL)
        let next = try ServeRun(scratch, ["--state", state])
        #expect(command.waitForExit() == 0, "\(command.errors)")
        #expect(next.stop() == 0)
        #expect(try accepted(verb).filter { $0.origin.user == "daemon" }.count == 1)
    }

    /// The next engine keeps what was started. Whoever approves has read the file, so that it is asked what it holds too.
    @Test(arguments: [false, true]) func theNextEngineHasToHoldWhatTheFileSaysToo(isEdited: Bool) throws {
        let tax = EditedDraftTests.tax, file = "updates/\(tax).yaml"
        try scratch.edit(file, "strategy: immediate", "strategy: immediate\napproval: required")
        let engine = try ServeRun(scratch, ["--state", state, "--start", tax])
        engine.signal(SIGSTOP)
        let words = ["update", "approve", scratch.fleet, tax, "--state", state]
        let command = try BackgroundRun(words, scratch, as: .daemon)
        try command.wait(forError: "holds the fleet and does not answer")
        if isEdited { try scratch.edit(file, "release: 2.3.2\n", "release: 2.4.0\n") }
        engine.signal(SIGKILL)
        let next = try ServeRun(scratch, ["--state", state])
        #expect(command.waitForExit() == (isEdited ? 2 : 0), "\(command.errors)")
        let difference = "\(tax) is not what its file says: the engine holds release 2.3.2, not 2.4.0"
        #expect(command.errors.contains(difference) == isEdited, "\(command.errors)")
        #expect(next.stop() == 0)
        #expect(try accepted("approve").map(\.origin.user) == (isEdited ? [] : ["daemon"]))
    }

    /// One whose engine goes on in a process of its own meanwhile meets one or the other.
    @Test func noCommandIsLostWhileTheEngineIsHandedOver() throws {
        let owner = try console()
        try owner.waitUntilOpen()
        try owner.start(update)
        owner.type("q")
        try owner.wait(for: ConsoleRun.question)
        owner.type("d")
        var count = 0, rest = 3
        while rest > 0 {
            if owner.terminal.exitStatus != nil { rest -= 1 }
            owner.terminal.pump(milliseconds: 1)
            let command = try run(["update", count % 2 == 0 ? "pause" : "resume", "x", update], as: .daemon)
            #expect(command.code == 0, "\(count): \(command.errors)")
            let status = try run(["status", "x"], as: .bin)
            #expect(status.errors == "", "\(count): \(status.errors)")
            count += 1
        }
        #expect(try owner.terminal.waitForExit(deadlineSeconds: 60) == .exited(0))
        let stop = try run(["stop", "x"], as: .games)
        #expect(stop.code == 0 && stop.output == "the engine has ended\n", "\(stop.errors)")
        #expect(try accepted("pause").count + accepted("resume").count == count)
    }

    /// The audit has who stopped it, and nobody else; whose console it was sees who and why.
    @Test func whoStopsAnEngineInSomebodysConsoleIsTold() throws {
        let owner = try console()
        try owner.waitUntilOpen()
        try owner.start(update)
        let stop = try run(["stop", "x", "--reason", "end of day"], as: .games)
        #expect(stop.code == 0 && stop.output == "the engine has ended\n", "\(stop.errors)")
        try owner.wait(for: "STOPPED", "games stopped the engine: end of day")
        let stops = try accepted("stop")
        #expect(stops.map(\.origin.user) == ["games"] && stops.map(\.origin.reason) == ["end of day"])
        // The console goes on with the next engine, and does not stop that when it leaves.
        let next = try ServeRun(scratch, ["--state", state])
        try owner.wait(for: "LIVE")
        #expect(next.stop() == 0)
        try owner.wait(for: "STOPPED")
        try owner.wait(without: "games stopped the engine")
        #expect(try owner.quit() == .exited(0))
        #expect(try accepted("stop").count == 1)
    }

    /// One that starts at this moment holds the fleet before it listens, and others see that though they may not open its
    /// lock.
    @Test func anEngineThatDoesNotListenYetIsWaitedFor() throws {
        let engine = try ServeRun(scratch, ["--state", state])
        #expect(engine.stop() == 0)
        let words = ["update", "start", "x", update]
        let none = try run(words, as: .daemon)
        #expect(none.code == 1 && none.errors.hasPrefix("muster: no engine listens in"), "\(none.errors)")
        let lock = open("\(state)/engine.lock", O_RDWR | O_CLOEXEC)
        #expect(lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
        let console = try console(as: .bin)
        let command = try BackgroundRun(words + ["--state", state], scratch, as: .daemon)
        try command.wait(forError: "an engine holds the fleet and does not listen")
        try console.wait(for: "an engine holds the fleet and does not listen")
        #expect(flock(lock, LOCK_UN) == 0)
        close(lock)
        #expect(command.waitForExit() == 1 && command.errors.contains("no engine listens in"), "\(command.errors)")
        #expect(try console.terminal.waitForExit(deadlineSeconds: 30) == .exited(1))
    }
}
