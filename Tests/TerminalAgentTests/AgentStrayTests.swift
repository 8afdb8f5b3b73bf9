import FleetFiles
import Foundation
import Testing

@testable import TerminalAgent

/// What the site's commands do to the slot in use, and what runs though another slot is in use: neither is a success.
@Suite struct AgentStrayTests {
    private static let text = "the application"
    private static let told = "2.4.0 runs, but slot a with 2.3.1 is in use"

    private static var settings: AgentSettings {
        var settings = AgentWorld.settings
        settings.version = .init(["/version"], within: .seconds(1))
        return settings
    }

    private func world(_ change: (AgentWorld) -> Void = { _ in }) throws -> AgentWorld {
        let world = try AgentWorld(runs: "2.3.1")
        world.version = "2.3.1"
        world.offer(7, "2.4.0", ["app": Self.text])
        change(world)
        return world
    }

    // MARK: - What runs from another slot

    /// The health check fails, and the restart on the way back leaves running what runs.
    private func wentBackInVain() throws -> AgentWorld {
        let world = try world { $0.isHealthy = { _ in false } }
        world.restart = { [unowned world] version in
            if version == "2.4.0" { world.version = version }
            return .exited(0, said: "")
        }
        try world.run(Self.settings)
        return world
    }

    @Test func aWayBackWithoutEffectIsToldAndProvesNothing() throws {
        let world = try wentBackInVain()
        #expect(
            world.words.last
                == "7 closed/failure ERROR: health check failed: it ended with 7: no till; the way back has not taken effect: "
                + "2.4.0 still runs; its health check fails too: it ended with 7: no till")
        #expect(world.said.first == "2.3.1" && world.said.last == Self.told, "\(world.said)")
        #expect(!world.said.contains("2.4.0"))
        #expect(world.warnings.texts.contains("what runs is not what is in use: \(Self.told)"))
        // Also to an agent that starts anew.
        try world.run(Self.settings)
        #expect(world.said.last == Self.told && !world.said.contains("2.4.0"))
    }

    /// The slot that the software runs from is not emptied, until what is in use runs.
    @Test func noOrderEmptiesTheSlotThatTheSoftwareRunsFrom() throws {
        let world = try wentBackInVain()
        world.isHealthy = { _ in true }
        for (action, version) in [(UInt32(8), "2.4.0"), (9, "2.5.0")] {
            let ran = world.ran.count
            world.offer(action, version, ["app": Self.text])
            try world.run(Self.settings)
            #expect(
                world.words.last
                    == "\(action) closed/failure ERROR: \(Self.told); what runs from another slot is not emptied: restart the "
                    + "terminal, so that what is in use runs; or, if 2.4.0 was put into slot a by hand, write that into "
                    + "a/release.json")
            #expect(world.ran[ran...].allSatisfy { $0.hasPrefix("version") }, "\(world.ran[ran...])")
        }
        #expect(try world.disk.read("/slots/b/files/app", atMost: 100) == Array(Self.text.utf8))
        world.version = "2.3.1"
        world.offer(10, "2.4.0", ["app": Self.text])
        try world.run(Self.settings)
        #expect(world.words.last == "10 closed/success" && world.said.last == "2.4.0")
        #expect(try world.runs?.slot == .b)
    }

    /// Also where its slot says nothing of itself any more, whatever else an install command does.
    @Test(arguments: [false, true]) func whatAFailedInstallationStartedProvesNothing(removesFormer: Bool) throws {
        let world = try world { $0.install = .exited(1, said: "") }
        world.before = { [unowned world] what in
            guard what == "install" else { return }
            world.version = "2.4.0"
            if removesFormer { try? world.disk.remove("/slots/a") }
        }
        try world.run(Self.settings)
        #expect(world.words.last == "7 closed/failure ERROR: install failed: it ended with 1")
        world.before = { _ in }
        world.offer(8, "2.5.0", ["app": Self.text])
        try world.run(Self.settings)
        let told = removesFormer ? "2.4.0 runs, but slot a is in use" : Self.told
        #expect(world.said.last == told && !world.said.contains("2.4.0"), "\(world.said)")
        #expect(world.words.last?.hasPrefix("8 closed/failure ERROR: \(told); ") == true, "\(world.words)")
    }

    /// What runs is what is in use, also where both slots hold it; and what somebody else has put there is told as it is.
    @Test(arguments: ["2.3.1", "2.2.0"]) func whatLiesInNoOtherSlotIsToldAsBefore(version: String) throws {
        let world = try world { $0.install = .exited(1, said: "") }
        try world.run(Self.settings)
        world.disk.scribble("/slots/b/release.json", Array(#"{"version":"2.3.1"}"#.utf8))
        world.version = version
        try world.run(Self.settings)
        #expect(world.said.last == version)
    }

    /// Whoever has put by hand what had failed into the slot in use is not held up for good, whether or not the slot's record
    /// says it: the next start of the machine starts what is in use. An older agent did not note when it failed.
    @Test(arguments: [false, true], [false, true])
    func whatWasGivenUpCountsAgainOnceTheMachineStarts(hasRecord: Bool, isOlder: Bool) throws {
        let world = try world { $0.install = .exited(1, said: "") }
        try world.run(Self.settings)
        if !hasRecord { try world.disk.remove("/slots/a/release.json") }
        if isOlder {
            let file = StateFile(world.disk, folder: AgentWorld.state)
            var state = try file.read()
            state.gaveUpIn = nil
            try file.write(state)
        }
        world.version = "2.4.0"
        try world.run(Self.settings)
        #expect(world.said.last == (hasRecord ? Self.told : "2.4.0 runs, but slot a is in use"))
        world.boot += 1
        try world.run(Self.settings)
        #expect(world.said.last == "2.4.0", "\(world.said)")
        world.install = .exited(0, said: "")
        world.restart = { [unowned world] in
            world.version = $0
            return .exited(0, said: "")
        }
        world.offer(8, "2.5.0", ["app": Self.text])
        try world.run(Self.settings)
        #expect(world.words.last == "8 closed/success" && world.said.last == "2.5.0", "\(world.words)")
    }

    /// What the refusal says is to be done helps.
    @Test func aRecordThatIsWrittenByHandEndsTheRefusal() throws {
        let world = try wentBackInVain()
        world.boot += 1
        try world.run(Self.settings)
        #expect(world.said.last == Self.told)
        world.disk.scribble("/slots/a/release.json", Array(#"{"version":"2.4.0"}"#.utf8))
        try world.run(Self.settings)
        #expect(world.said.last == "2.4.0")
    }

    // MARK: - The link

    /// A boot script, or a restart command that ends the agent too, puts the new slot into use at each start: the agent goes
    /// back, and restarts the terminal only so often.
    @Test(arguments: [false, true]) func aSlotThatIsPutIntoUseAtEachStartIsNoEndlessRound(reboots: Bool) throws {
        var settings = AgentWorld.settings
        settings.restart?.reboots = reboots
        let world = try world { $0.isHealthy = { $0 != "2.4.0" } }
        var restarts: [String] = []
        world.before = { [unowned world] what in
            guard what == "restart", let slot = try? world.runs?.version else { return }
            restarts.append(slot)
            world.bell.end()
        }
        for _ in 0..<20 {
            try world.run(settings)
            guard world.offer != nil else { break }
            if reboots { world.boot += 1 }
            world.disk.relink("/slots/current", to: "b")
        }
        let most = AgentMachine.mostRestarts
        let forward = Array(repeating: "2.4.0", count: reboots ? 1 : most)
        #expect(restarts == forward + Array(repeating: "2.3.1", count: most))
        let cause =
            reboots ? "health check failed: it ended with 7: no till" : "the restart was interrupted \(most) times"
        #expect(
            world.words.last
                == "7 closed/failure ERROR: \(cause); the restart of 2.3.1 failed too: "
                + "another slot is put into use at each start; nobody knows what runs; "
                + "another slot had been put into use, which was taken back")
        #expect(try world.runs?.version == "2.3.1" && world.said.last == "nothing")
    }

    /// An agent of an older version has written it.
    @Test func anOlderStateOnTheWayBackIsGoneOnWith() throws {
        let world = try world { _ in }
        let hash = try #require(world.offer?.files.first?.sha256)
        let state = """
            {"format":1,"gaveUp":"2.2.9","work":{"boot":"boot-1","cause":"health check failed","file":1,"former":"a",
            "formerVersion":"2.3.1","installations":1,"release":{"action":7,"files":[{"length":15,"name":"app",
            "sha256":"\(hash)","url":"app"}],"part":"os","version":"2.4.0"},"slot":"b","stage":"checkingBack","starts":1,
            "tags":{},"tries":1}}
            """
        try world.disk.write(Array(state.utf8), to: "/state/agent.json")
        world.disk.relink("/slots/current", to: "b")
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: health check failed; 2.3.1 runs again")
        #expect(world.warnings.texts == [])
        #expect(world.ran == ["restart 2.3.1", "health 2.3.1"])
    }

    /// It says nothing of what may be emptied, and no command has moved it.
    @Test func aLinkThatIsRemovedIsNoticed() throws {
        let world = try AgentWorld(runs: "2.3.1")
        var polls = 0
        world.before = { [unowned world] what in
            polls += what == "poll" ? 1 : 0
            guard what == "poll", polls == 2 else { return }
            try? world.disk.remove("/slots/current")
            world.offer(7, "2.4.0", ["app": Self.text])
        }
        try world.run()
        #expect(world.words.last == "7 closed/success")
        #expect(!world.progress.contains { $0.contains("put its slot into use") }, "\(world.progress)")
        #expect(try world.runs?.slot == .b)
        #expect(try world.disk.read("/slots/a/files/app", atMost: 100) == Array("old 2.3.1".utf8))
    }

    /// Also where it was gone before the agent started.
    @Test func withoutALinkNoOrderEmptiesTheSlotOfWhatRuns() throws {
        let world = try world { _ in }
        try world.disk.remove("/slots/current")
        try world.run(Self.settings)
        let told = "2.3.1 runs, but no slot is in use"
        #expect(world.said.last == told)
        #expect(
            world.words.last
                == "7 closed/failure ERROR: \(told); what runs from another slot is not emptied: let the link current lead to "
                + "the slot that is to run, and restart the terminal")
        #expect(try world.disk.read("/slots/a/files/app", atMost: 100) == Array("old 2.3.1".utf8))
        world.disk.relink("/slots/current", to: "a")
        try world.run(Self.settings)
        #expect(world.said.last == "2.3.1")
    }

    /// Whichever command moves it: what was started is not known, so that the agent goes back.
    @Test(arguments: ["restart", "health", "version"]) func aCommandThatMovesTheLinkIsNoSuccess(command: String) throws
    {
        let world = try world { _ in }
        world.before = { [unowned world] what in
            guard (try? world.runs)?.slot == .b else { return }
            if ["restart", "health"].contains(what) { world.version = "2.4.0" }
            if what == command { world.disk.relink("/slots/current", to: "a") }
        }
        world.restart = { [unowned world] in
            world.version = $0
            return .exited(0, said: "")
        }
        try world.run(Self.settings)
        let cause = command == "restart" ? "restart failed" : "health check failed"
        #expect(
            world.words.last
                == "7 closed/failure ERROR: \(cause): another slot had been put into use, which was taken back; "
                + "2.3.1 runs again")
        #expect(try world.runs?.version == "2.3.1" && world.said.last == "2.3.1")
        // And it holds up no order.
        world.before = { _ in }
        world.offer(8, "2.4.0", ["app": Self.text])
        try world.run(Self.settings)
        #expect(world.words.last == "8 closed/success")
    }

    /// Without a version command the slot in use says what runs: a command that moves the link on the way back does not
    /// make it the new release.
    @Test func aHealthCommandThatMovesTheLinkOnTheWayBackIsNoSuccess() throws {
        let world = try world { $0.isHealthy = { _ in false } }
        world.before = { [unowned world] what in
            if what == "health" { world.disk.relink("/slots/current", to: "b") }
        }
        try world.run()
        #expect(
            world.words.last
                == "7 closed/failure ERROR: health check failed: it ended with 7: no till; "
                + "2.3.1 runs again; its health check fails too: it ended with 7: no till; "
                + "another slot had been put into use, which was taken back")
        #expect(try world.runs?.slot == .a && world.said.allSatisfy { $0 == "2.3.1" }, "\(world.said)")
    }

    @Test(arguments: ["version", "busy"]) func aCommandThatMovesTheLinkBetweenOrdersHoldsUpNone(command: String) throws
    {
        let world = try world { _ in }
        world.before = { [unowned world] what in
            if what == command { world.disk.relink("/slots/current", to: "b") }
        }
        world.restart = { [unowned world] in
            world.version = $0
            return .exited(0, said: "")
        }
        try world.run(Self.settings)
        #expect(world.words.last == "7 closed/success")
        #expect(world.warnings.texts.contains("a command had put another slot into use, which is taken back"))
    }

    /// A person has put the other slot into use, while the agent had nothing to do.
    @Test func theFreeSlotIsWhatTheLinkSays() throws {
        let world = try world { _ in }
        try world.run()
        world.disk.relink("/slots/current", to: "a")
        var polls = 0
        world.before = { [unowned world] what in
            guard what == "poll" else { return }
            polls += 1
            if polls == 2 { world.disk.relink("/slots/current", to: "b") }
            if polls == 2 { world.offer(8, "2.5.0", ["app": Self.text]) }
        }
        try world.run()
        #expect(world.words.last == "8 closed/success", "\(world.words)")
        #expect(try world.runs?.slot == .a)
    }

    /// A state that somebody has put forward, or a link that was moved while the agent was gone.
    @Test(arguments: [Stage.restarting, .checking]) func aSlotThatIsNotInUseIsNotBelieved(stage: Stage) throws {
        let world = try world { _ in }
        world.before = { [unowned world] what in if what == "install" { world.disk.cutAt = 0 } }
        #expect(throws: ModelDisk.PowerCut.self) { try world.run() }
        world.disk.cutAt = nil
        world.before = { _ in }
        let file = StateFile(world.disk, folder: AgentWorld.state)
        var state = try file.read()
        state.work?.stage = stage
        try file.write(state)
        try world.run()
        #expect(
            world.words.last
                == "7 closed/failure ERROR: the agent was ended meanwhile, and slot a is in use, not slot b; 2.3.1 runs again"
        )
        #expect(try world.runs?.version == "2.3.1")
    }

    // MARK: - What the former slot says of itself

    /// A record that was written over is put back, also by the next agent.
    @Test(arguments: [false, true]) func theFormerSlotsRecordIsPutBack(isKilled: Bool) throws {
        let world = try world { _ in }
        world.before = { [unowned world] what in
            guard what == "install" else { return }
            world.disk.scribble("/slots/a/release.json", Array(#"{"version":"9.9.9"}"#.utf8))
            if isKilled { world.disk.cutAt = 0 }
        }
        if isKilled {
            #expect(throws: ModelDisk.PowerCut.self) { try world.run() }
            world.disk.cutAt = nil
            world.before = { _ in }
        }
        try world.run()
        #expect(world.words.last == "7 closed/success")
        let record = try SlotPair(world.disk, folder: AgentWorld.slots).record(of: .a)
        #expect(record == SlotRecord(version: "2.3.1"))
    }
}
