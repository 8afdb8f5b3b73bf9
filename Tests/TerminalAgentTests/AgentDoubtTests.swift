import FleetFiles
import Testing

@testable import TerminalAgent

/// What lies between the fetch and the switch, and what runs, is looked at anew: others than the agent work there too.
@Suite struct AgentDoubtTests {
    private static let text = "the application"

    private func world(_ change: (AgentWorld) -> Void = { _ in }) throws -> AgentWorld {
        let world = try AgentWorld(runs: "2.3.1")
        world.offer(7, "2.4.0", ["app": Self.text])
        change(world)
        return world
    }

    // MARK: - Files

    private static let altered = "7 closed/failure ERROR: hash mismatch: app is not what was fetched any more"

    private func expectAltered(_ world: AgentWorld) throws {
        #expect(world.words.last == Self.altered)
        #expect(!world.ran.contains { $0.hasPrefix("restart") }, "\(world.ran)")
        #expect(try world.runs?.version == "2.3.1")
        #expect(try world.disk.names(in: "/slots/b/files") == [])
    }

    @Test(arguments: ["the applicatiox", "the applicatio", "the application and more"])
    func aFileThatAnInstallationAltersIsNotSwitchedTo(text: String) throws {
        let world = try world()
        world.before = { [unowned world] what in
            if what == "install" { world.disk.scribble("/slots/b/files/app", Array(text.utf8)) }
        }
        try world.run()
        try expectAltered(world)
        // And the next attempt is not held up by it.
        world.before = { _ in }
        world.offer(8, "2.4.0", ["app": Self.text])
        try world.run()
        #expect(world.words.last == "8 closed/success")
    }

    @Test func aFileThatAnInstallationTakesAwayIsNotSwitchedTo() throws {
        let world = try world()
        world.before = { [unowned world] what in if what == "install" { try? world.disk.remove("/slots/b/files/app") } }
        try world.run()
        try expectAltered(world)
    }

    @Test func aFileThatIsAlteredDuringASaleIsNotSwitchedTo() throws {
        let world = try world()
        var asked: Int?
        world.before = { [unowned world] what in
            if what == "install" { (world.busyFor, asked) = (4, 0) }
            guard what == "busy", let before = asked else { return }
            asked = before + 1
            if before == 2 { world.disk.scribble("/slots/b/files/app", Array("the applicatiox".utf8)) }
        }
        try world.run()
        try expectAltered(world)
    }

    /// Wherever the agent was killed between the installation and the switch, what lies there is hashed anew.
    @Test func aFileThatIsAlteredWhileTheAgentIsGoneIsNotSwitchedTo() throws {
        var stages: [Stage] = []
        for step in 0..<2000 {
            let world = try world()
            world.disk.cutAt = step
            do {
                try world.run()
                break
            } catch is ModelDisk.PowerCut { world.disk.cutAt = nil }
            let stage = try StateFile(world.disk, folder: AgentWorld.state).read().work?.stage
            guard let stage, [.ready, .switching].contains(stage), try world.runs?.slot == .a else { continue }
            stages.append(stage)
            world.disk.scribble("/slots/b/files/app", Array("the applicatiox".utf8))
            try world.run()
            try expectAltered(world)
        }
        #expect(Set(stages) == [.ready, .switching])
    }

    /// The gateway has a cancel that no poll was due for.
    @Test func aCancelIsAskedForRightBeforeTheSwitch() throws {
        let world = try world { $0.interval = .seconds(3600) }
        var asked = 0
        world.before = { [unowned world] what in
            asked += what == "busy" ? 1 : 0
            if what == "busy", asked == 3 { (world.cancelled, world.interval) = (7, .zero) }
            if what == "restart" { world.bell.end() }
        }
        try world.run()
        #expect(world.words.last == "cancel 7 closed")
        #expect(!world.ran.contains { $0.hasPrefix("restart") }, "\(world.ran)")
        #expect(try world.runs?.version == "2.3.1")
    }

    /// A gateway that does not answer keeps nothing back.
    @Test func aGatewayThatIsNotReachedBeforeTheSwitchDoesNotHinderIt() throws {
        let world = try world()
        var asked = 0
        world.before = { [unowned world] what in
            asked += ["busy", "restart"].contains(what) ? 1 : 0
            world.isDeaf = asked == 3
        }
        try world.run()
        #expect(world.words.last == "7 closed/success")
    }

    // MARK: - What an install command does that is not its own

    /// Whether it ended badly, or the agent was killed while it ran.
    @Test(arguments: ["b", "/slots/b", "./b"], [false, true])
    func anInstallationThatFailsLeavesTheSlotInUse(target: String, isKilled: Bool) throws {
        let world = try world { $0.install = .exited(3, said: "no") }
        world.before = { [unowned world] what in
            guard what == "install" else { return }
            world.disk.relink("/slots/current", to: target)
            world.disk.scribble("/slots/b/release.json", Array(#"{"version":"2.4.0"}"#.utf8))
            if isKilled { world.disk.cutAt = 0 }
        }
        if isKilled {
            #expect(throws: ModelDisk.PowerCut.self) { try world.run() }
            world.disk.cutAt = nil
            world.before = { _ in }
        }
        try world.run()
        let moved = isKilled ? "" : "; it had put its slot into use, which was taken back"
        #expect(world.words.last == "7 closed/failure ERROR: install failed: it ended with 3: no\(moved)")
        #expect(try world.runs?.version == "2.3.1")
        #expect(try SlotPair(world.disk, folder: AgentWorld.slots).record(of: .b) == nil)
        #expect(world.said.allSatisfy { $0 == "2.3.1" }, "\(world.said)")
    }

    @Test func anInstallationThatSwitchesItselfWaitsForTheSaleAllTheSame() throws {
        let world = try world()
        var inUse: [String?] = []
        world.before = { [unowned world] what in
            if what == "install" {
                world.disk.relink("/slots/current", to: "b")
                world.busyFor = 2
            }
            if what == "busy" { inUse.append(try? world.disk.linkTarget("/slots/current")) }
        }
        try world.run()
        #expect(world.words.last == "7 closed/success" && Set(inUse) == ["a"])
        #expect(
            world.progress.contains(
                "the install command ended well; it had put its slot into use, which was taken back"))
    }

    // MARK: - What runs

    private func settings(readingVersionEvery time: Duration) -> AgentSettings {
        var settings = AgentWorld.settings
        settings.version = .init(["/version"], within: .seconds(1))
        settings.versionEvery = time
        return settings
    }

    /// Somebody else has put another version there, while the agent had nothing to do.
    @Test(arguments: [Duration.zero, .seconds(3600)]) func whatRunsIsReadAnew(every time: Duration) throws {
        let world = try AgentWorld(runs: "2.3.1")
        world.version = "2.3.1"
        world.before = { [unowned world] what in if what == "poll" { world.version = "2.2.0" } }
        try world.run(settings(readingVersionEvery: time))
        #expect(world.said == (time == .zero ? ["2.3.1", "2.2.0"] : ["2.3.1"]))
        #expect(world.ran.filter { $0.hasPrefix("version") }.count == (time == .zero ? 3 : 1))
    }

    /// Words are no version; one of another kind is known by the record of a slot.
    @Test(arguments: [
        ("usage: till [options]", "nothing"), ("till 2.2.0 of May", "2.2.0"), ("till R5 ready", "R5"), ("", "nothing"),
        ("error", "nothing"),
    ])
    func onlyWhatIsAVersionCounts(printed: String, expected: String) throws {
        let world = try AgentWorld(runs: "R5")
        world.version = printed
        try world.run(settings(readingVersionEvery: .seconds(3600)))
        #expect(world.said == [expected])
    }
}
