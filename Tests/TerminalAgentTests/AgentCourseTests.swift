import FleetFiles
import Foundation
import Testing

@testable import TerminalAgent

/// What an agent does and says, by a gateway and a site in memory.
@Suite struct AgentCourseTests {
    private func world(_ change: (AgentWorld) -> Void = { _ in }) throws -> AgentWorld {
        let world = try AgentWorld(runs: "2.3.1")
        world.offer(7, "2.4.0", ["app": "the application"])
        change(world)
        return world
    }

    @Test func anUpdateIsDone() throws {
        let world = try world()
        try world.run()
        #expect(world.words == ["7 proceeding/none", "7 closed/success"])
        #expect(world.said == ["2.3.1", "2.4.0"])
        #expect(
            world.ran == [
                "busy 2.4.0", "busy 2.4.0", "install 2.4.0", "busy 2.4.0", "restart 2.4.0", "health 2.4.0",
            ])
        let runs = try #require(try world.runs)
        #expect(runs.slot == .b && runs.version == "2.4.0")
    }

    @Test func aSaleHoldsItBackAndIsTold() throws {
        let world = try world { $0.busyFor = 3 }
        try world.run()
        #expect(
            world.words == ["7 proceeding/none", "7 scheduled/none a sale", "7 proceeding/none", "7 closed/success"])
        #expect(world.ran.prefix(5) == ["busy 2.4.0", "busy 2.4.0", "busy 2.4.0", "busy 2.4.0", "busy 2.4.0"])
        #expect(world.ran.filter { $0.hasPrefix("install") }.count == 1)
    }

    @Test func aCancelDuringASaleDropsIt() throws {
        let world = try world { $0.busyFor = 1000 }
        var asked = 0
        world.before = { [unowned world] what in
            guard what == "busy" else { return }
            asked += 1
            if asked == 3 { world.cancelled = 7 }
        }
        try world.run()
        #expect(world.words.last == "cancel 7 closed")
        #expect(try world.runs?.version == "2.3.1")
        #expect(try world.disk.names(in: "/slots/b/files") == [])
    }

    /// Before the switch a cancel is obeyed, also while the install command runs; behind it the answer is no.
    @Test(arguments: [("install", true), ("restart", false), ("health", false)])
    func aCancelAt(command: String, isObeyed: Bool) throws {
        let world = try world()
        world.before = { [unowned world] what in if what == command { world.cancelled = 7 } }
        try world.run()
        #expect(world.words.contains("cancel 7 closed") == isObeyed)
        #expect(world.words.contains("cancel 7 rejected") == !isObeyed)
        #expect(world.words.contains("7 closed/success") == !isObeyed)
        #expect(try world.runs?.version == (isObeyed ? "2.3.1" : "2.4.0"))
    }

    @Test func aFailedHealthCheckLeadsBack() throws {
        let world = try world { $0.isHealthy = { $0 != "2.4.0" } }
        try world.run()
        #expect(
            world.words.last
                == "7 closed/failure ERROR: health check failed: it ended with 7: no till; 2.3.1 runs again")
        #expect(
            world.ran.suffix(5) == [
                "restart 2.4.0", "health 2.4.0", "health 2.4.0", "restart 2.3.1", "health 2.3.1",
            ])
        #expect(world.said == ["2.3.1"] || world.said == ["2.3.1", "2.3.1"])
    }

    /// What an install command claims counts for nothing: the version that is read does.
    @Test func anotherVersionThanItsOwnIsNoSuccess() throws {
        let world = try world()
        world.before = { [unowned world] what in
            if what == "restart" { world.disk.scribble("/slots/b/release.json", Array(#"{"version":"9.9.9"}"#.utf8)) }
        }
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: wrong version: 9.9.9 runs; 2.3.1 runs again")
        #expect(world.said.last == "2.3.1")
    }

    @Test(arguments: [
        (CommandEnd.exited(3, said: "no room"), "install failed: it ended with 3: no room"),
        (.signalled(9, said: ""), "install failed: signal 9 ended it"),
        (.timedOut(.seconds(2), said: ""), "install failed: it did not end within 2s, and was ended"),
        (.notStarted("/install cannot be started"), "install failed: /install cannot be started"),
    ])
    func aFailedInstallationTouchesNothing(end: CommandEnd, expected: String) throws {
        let world = try world { $0.install = end }
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: \(expected)")
        #expect(try world.runs?.version == "2.3.1")
        #expect(!world.ran.contains { $0.hasPrefix("restart") })
    }

    @Test func aBrokenLineIsResumed() throws {
        let world = try world { $0.breakAfter = 2 }
        try world.run()
        #expect(world.words.last == "7 closed/success")
        #expect(try world.disk.read("/slots/b/files/app", atMost: 100) == Array("the application".utf8))
    }

    private static let text = "the application", table = "taxes"

    /// A release whose first attempt has fetched everything, and failed to install it.
    private func failedOnce(_ change: (AgentWorld) -> Void = { _ in }) throws -> AgentWorld {
        let world = try AgentWorld(runs: "2.3.1")
        world.offer(7, "2.4.0", ["app": Self.text, "table": Self.table])
        world.install = .exited(3, said: "")
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: install failed: it ended with 3")
        #expect(world.fetchedBytes == Self.text.count + Self.table.count)
        world.install = .exited(0, said: "")
        change(world)
        return world
    }

    /// Also when what runs was read anew, and another agent goes on: each `run` is one. The gateway is asked for each file
    /// all the same, for it counts whom it has sent everything.
    @Test func anotherAttemptFetchesNothingAgain() throws {
        let world = try failedOnce()
        let (bytes, fetches) = (world.fetchedBytes, world.fetches)
        world.offer(8, "2.4.0", ["app": Self.text, "table": Self.table])
        try world.run()
        #expect(world.words.last == "8 closed/success")
        #expect(world.fetchedBytes == bytes && world.fetches == fetches + 2)
        #expect(try world.disk.read("/slots/b/files/app", atMost: 100) == Array(Self.text.utf8))
    }

    /// What is not what it is said to be is fetched once more, and so is what the gateway does not know to have sent.
    @Test(arguments: [0, 4, 15, nil]) func whatWasKeptIsLookedAtAgain(sent: Int64?) throws {
        let world = try failedOnce {
            $0.sent = sent
            if sent == nil { $0.disk.scribble("/slots/b/files/app", Array("the applicatiox".utf8)) }
        }
        let bytes = world.fetchedBytes
        world.offer(8, "2.4.0", ["app": Self.text, "table": Self.table])
        try world.run()
        #expect(world.words.last == "8 closed/success")
        let again = [0: 20, 4: 20, 15: 0][sent ?? -1] ?? Self.text.count
        #expect(world.fetchedBytes - bytes == again)
        #expect(try world.disk.read("/slots/b/files/app", atMost: 100) == Array(Self.text.utf8))
    }

    /// The gateway gives up an attempt while its file comes, and offers the release anew.
    @Test func anotherAttemptGoesOnInTheMiddleOfAFile() throws {
        let world = try world()
        var pieces = 0
        world.before = { [unowned world] what in
            pieces += what == "piece" ? 1 : 0
            if what == "piece", pieces == 3 { world.offer(8, "2.4.0", ["app": Self.text]) }
        }
        try world.run()
        #expect(world.words == ["7 proceeding/none", "8 proceeding/none", "8 closed/success"])
        #expect(world.fetchedBytes == Self.text.count && world.fetches == 2)
    }

    @Test func ofAnotherReleaseOnlyTheSameFileIsKept() throws {
        let world = try failedOnce()
        let bytes = world.fetchedBytes
        world.offer(8, "2.5.0", ["app": "the applications", "table": Self.table])
        try world.run()
        #expect(world.words.last == "8 closed/success")
        #expect(world.fetchedBytes - bytes == "the applications".count)
        #expect(try world.runs?.version == "2.5.0")
        // And nothing of what lies in the other slot, which was never an attempt.
        world.offer(9, "2.6.0", ["app": "old 2.3.1 and more"])
        try world.run()
        #expect(world.words.last == "9 closed/success")
        #expect(world.fetchedBytes - bytes == "the applications".count + "old 2.3.1 and more".count)
    }

    @Test func ofWhatWasCalledOffNothingIsKept() throws {
        let world = try world()
        world.before = { [unowned world] what in if what == "install" { world.cancelled = 7 } }
        try world.run()
        #expect(world.words.last == "cancel 7 closed")
        world.before = { _ in }
        world.offer(8, "2.4.0", ["app": Self.text])
        try world.run()
        #expect(world.words.last == "8 closed/success" && world.fetchedBytes == 2 * Self.text.count)
    }

    /// The file is another one when the line is back: its beginning is fetched anew.
    @Test func aFileThatChangedMeanwhileIsBegunAnew() throws {
        let world = try world { $0.breakAfter = 2 }
        world.before = { [unowned world] what in if what == "poll", world.breakAfter == nil { world.tag = "\"2\"" } }
        try world.run()
        #expect(world.words.last == "7 closed/success")
    }

    @Test(arguments: ["the applicatiox", "the application and more", "the appl"])
    func anotherFileThanWasSaidIsRefused(text: String) throws {
        let world = try world { $0.bytes["app"] = Array(text.utf8) }
        try world.run()
        let cause = text.count < 15 ? "download failed: app: the file ended too early" : "hash mismatch: app"
        #expect(world.words.last == "7 closed/failure ERROR: \(cause)")
        #expect(try world.runs?.version == "2.3.1")
    }

    @Test func aFullDiskIsToldAndCleared() throws {
        let world = try world()
        let big = String(repeating: "x", count: 5000)
        world.offer(7, "2.4.0", ["app": big])
        world.piece = 500
        world.before = { [unowned world] what in if what == "piece", world.disk.room == nil { world.disk.room = 4000 } }
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: no space left on device")
        #expect(try world.runs?.version == "2.3.1")
    }

    /// The install command fills the disk, and leaves room for nothing, or for the slot's record alone.
    @Test(arguments: [
        (CommandEnd.exited(0, said: ""), 0, "no space left on device"),
        (.exited(0, said: ""), 200, "no space left on device"),
        (.exited(1, said: "disk full"), 0, "install failed: it ended with 1: disk full"),
    ])
    func aDiskThatAnInstallationFillsIsToldAndCleared(end: CommandEnd, room: Int, cause: String) throws {
        let world = try world { $0.install = end }
        world.before = { [unowned world] what in if what == "install" { Self.fill(world, leaving: room) } }
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: \(cause)")
        #expect(try world.runs?.version == "2.3.1")
        #expect(try world.disk.names(in: "/slots/b") == ["files"] && world.disk.names(in: "/slots/b/files") == [])
        // And the next attempt begins anew.
        world.disk.room = nil
        world.before = { _ in }
        world.install = .exited(0, said: "")
        world.offer(8, "2.4.0", ["app": Self.text])
        try world.run()
        #expect(world.words.last == "8 closed/success")
    }

    /// Another agent than the one that began the installation finds the disk full.
    @Test func aDiskThatIsFullAtTheStartIsCleared() throws {
        let world = try world()
        world.before = { [unowned world] what in
            guard what == "install" else { return }
            Self.fill(world, leaving: 0)
            world.disk.cutAt = 0
        }
        #expect(throws: ModelDisk.PowerCut.self) { try world.run() }
        world.disk.cutAt = nil
        world.before = { _ in }
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: no space left on device")
        #expect(try world.disk.names(in: "/slots/b/files") == [])
    }

    private static func fill(_ world: AgentWorld, leaving room: Int) {
        world.disk.scribble("/slots/b/image", [UInt8](repeating: 0, count: 9000))
        world.disk.room = room
    }

    /// The slot that a start would lead into is never emptied, whatever the state is written over.
    @Test func aSlotThatIsWholeOrInUseIsNotSpared() {
        let release = OfferedRelease(action: 9, version: "2.5.0", part: "os", files: [])
        var work = Work(release: release, slot: .a, former: .b, formerVersion: "2.4.0")
        let ways = AgentMachine.Ways(restarts: true, healthTries: 1)
        for stage in Stage.allCases {
            work.stage = stage
            var state = AgentState()
            state.work = work
            var machine = AgentMachine(state: state, ways: ways)
            _ = machine.take(.started(boot: "1", inUse: .b, runs: "2.4.0"))
            let isNeeded = [.ready, .switching, .restarting, .checking, .succeeded].contains(stage)
            #expect(machine.slotToSpare(durable: state) == (isNeeded ? nil : .a), "\(stage)")
            machine = AgentMachine(state: state, ways: ways)
            _ = machine.take(.started(boot: "1", inUse: .a, runs: "2.5.0"))
            #expect(machine.slotToSpare(durable: state) == nil, "\(stage)")
        }
    }

    @Test func whatTheGatewayHoldsBackIsNotBegun() throws {
        let world = try world { $0.offer?.heldBack = "outside its maintenance window" }
        var polls = 0
        world.before = { [unowned world] what in
            polls += what == "poll" ? 1 : 0
            if polls == 3 { world.offer?.heldBack = nil }
        }
        try world.run()
        #expect(
            world.words == [
                "7 scheduled/none outside its maintenance window", "7 proceeding/none", "7 closed/success",
            ])
    }

    @Test func anOrderThatMakesNoSenseIsToldAsSuch() throws {
        let world = try world { $0.nonsense = "it has no files" }
        try world.run()
        let reason = "the gateway's answer is no release: it has no files"
        #expect(world.words == ["7 closed/failure ERROR: \(reason)"])
        #expect(world.ran.isEmpty)
        #expect(world.warnings.texts == ["what is offered cannot be read: \(reason)"])
    }

    @Test func aDownloadThatBreaksIsToldAndLogged() throws {
        let world = try world { $0.breakAfter = 2 }
        try world.run()
        #expect(world.words.last == "7 closed/success")
        #expect(world.progress.contains("app cannot be fetched, and is tried again: the line broke"))
        #expect(world.warnings.texts == ["a file cannot be fetched: app: the line broke"])
    }

    @Test func whatIsRefusedByItsMakersIsNotInstalled() throws {
        struct Nobody: ReleaseTrust {
            func verified(
                _ release: OfferedRelease, running: [String], isStopped: () -> Bool
            ) throws(TrustRefusal) -> [OfferedRelease.File]? { throw TrustRefusal("no signature") }
        }
        let world = try world { $0.trust = Nobody() }
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: no signature")
        #expect(world.ran.isEmpty)
        #expect(try world.disk.names(in: "/slots/b") == [])
    }

    /// The hashes that makers vouch for count, whatever the gateway says.
    @Test func itsMakersWordGoesBeforeTheGateways() throws {
        struct Others: ReleaseTrust {
            func verified(
                _ release: OfferedRelease, running: [String], isStopped: () -> Bool
            ) throws(TrustRefusal) -> [OfferedRelease.File]? {
                release.files.map {
                    .init(name: $0.name, length: $0.length, sha256: String(repeating: "0", count: 64), url: $0.url)
                }
            }
        }
        let world = try world { $0.trust = Others() }
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: hash mismatch: app")
    }

    @Test func whatRunsAlreadyIsSaidBeforeItIsInstalledAgain() throws {
        let world = try world()
        try world.run()
        world.offer(8, "2.4.0", ["app": "the application"])
        try world.run()
        #expect(world.said == ["2.3.1", "2.4.0", "2.4.0", "2.4.0", "2.4.0"])
        #expect(try world.runs?.slot == .a)
    }

    /// A machine that goes down with its release comes back to the former one.
    @Test func aReleaseThatTakesTheMachineDownDoesNotKeepIt() throws {
        struct Down: Error {}
        let world = try world()
        var starts = 0
        world.before = { [unowned world] what in
            if what == "health", (try? world.runs?.version) == "2.4.0" { world.disk.cutAt = 0 }
        }
        while starts < 20 {
            starts += 1
            do {
                try world.run()
                break
            } catch is ModelDisk.PowerCut {
                world.disk = world.disk.afterCut(seed: UInt64(starts))
                world.boot += 1
            }
        }
        #expect(starts == AgentMachine.mostStarts + 2)
        #expect(try world.runs?.version == "2.3.1")
        #expect(world.words.last?.contains("the agent was started 4 times before it passed; 2.3.1 runs again") == true)
    }

    @Test func aRestartOfTheMachineIsWaitedFor() throws {
        var settings = AgentWorld.settings
        settings.restart?.reboots = true
        settings.restart?.command.within = .milliseconds(20)
        let world = try world()
        world.before = { [unowned world] what in if what == "restart" { world.bell.end() } }
        try world.run(settings)
        #expect(world.words.last == "7 proceeding/none")
        world.boot += 1
        world.before = { _ in }
        try world.run(settings)
        #expect(world.words.last == "7 closed/success")
        #expect(world.ran.filter { $0 == "restart 2.4.0" }.count <= 1)
    }

    @Test func aMachineThatDoesNotRestartLeadsBack() throws {
        var settings = AgentWorld.settings
        settings.restart?.reboots = true
        settings.restart?.command.within = .milliseconds(20)
        let world = try world()
        try world.run(settings)
        #expect(
            world.words.last
                == "7 closed/failure ERROR: restart failed: the machine did not restart; the restart of 2.3.1 failed too: "
                + "the machine did not restart; nobody knows what runs")
    }

    /// The slot says nothing of what runs before the machine has started anew, or a restart has succeeded.
    @Test func aRestartThatFailsOnTheWayBackTooIsTold() throws {
        let world = try world { $0.restart = { _ in .exited(1, said: "no unit") } }
        try world.run()
        #expect(
            world.words.last
                == "7 closed/failure ERROR: restart failed: it ended with 1: no unit; the restart of 2.3.1 failed too: "
                + "it ended with 1: no unit; nobody knows what runs")
        #expect(world.said == ["2.3.1", "nothing"])
        try world.run()
        #expect(world.said.last == "nothing")
        world.boot += 1
        try world.run()
        #expect(world.said.last == "2.3.1")
        world.offer(8, "2.4.0", ["app": Self.text])
        try world.run()
        #expect(world.said.last == "nothing")
        world.restart = { _ in .exited(0, said: "") }
        world.offer(9, "2.4.0", ["app": Self.text])
        try world.run()
        #expect(world.words.last == "9 closed/success" && world.said.last == "2.4.0")
    }

    /// Nobody knows what ran before, but what is gone back to is what its slot says.
    @Test func whatIsGoneBackToIsNamedAlsoWhereWhatRanIsNotKnown() throws {
        let world = try world { $0.restart = { _ in .exited(1, said: "") } }
        try world.run()
        let before = world.ran.count
        world.offer(8, "2.4.0", ["app": Self.text])
        try world.run()
        #expect(world.said.allSatisfy { ["2.3.1", "nothing"].contains($0) } && world.said.last == "nothing")
        let wentBack = world.ran.dropFirst(before).drop { $0 != "restart 2.4.0" }
        #expect(Array(wentBack) == ["restart 2.4.0", "restart 2.3.1", "health 2.3.1"])
    }

    /// A version command may read what lies there: it is told as what it is.
    @Test func aVersionThatIsPrintedBehindAFailedRestartProvesNothing() throws {
        var settings = AgentWorld.settings
        settings.version = .init(["/version"], within: .seconds(1))
        let world = try world {
            $0.restart = { _ in .exited(1, said: "") }
            $0.version = "till 2.3.1"
        }
        try world.run(settings)
        #expect(
            world.words.last
                == "7 closed/failure ERROR: restart failed: it ended with 1; the restart of 2.3.1 failed too: "
                + "it ended with 1; nobody knows what runs (the version command prints 2.3.1)")
    }

    /// A machine that has started meanwhile has started the former release.
    @Test func aStartOfTheMachineMakesUpForARestart() throws {
        let world = try world { $0.restart = { _ in .exited(1, said: "") } }
        world.before = { [unowned world] what in if what == "health" { world.disk.cutAt = 0 } }
        #expect(throws: ModelDisk.PowerCut.self) { try world.run() }
        world.disk.cutAt = nil
        world.before = { _ in }
        world.boot += 1
        try world.run()
        #expect(world.words.last == "7 closed/failure ERROR: restart failed: it ended with 1; 2.3.1 runs again")
    }

    @Test func aStateOfAnotherFormIsRefusedByName() throws {
        let world = try world()
        try world.disk.write(Array(#"{"format":99}"#.utf8), to: "/state/agent.json")
        #expect { try world.run() } throws: { "\($0)".contains("format 99") }
    }

    /// A terminal that has forgotten what it was at is better than one that is never updated again.
    @Test(arguments: ["", "{", "null", #"{"format":1,"work":{}}"#, "\u{0}\u{0}\u{0}"])
    func aDamagedStateIsSetAsideAndToldOf(text: String) throws {
        let world = try world()
        try world.disk.write(Array(text.utf8), to: "/state/agent.json")
        try world.run()
        #expect(world.words == ["7 proceeding/none", "7 closed/success"])
        let note = "agent.json was damaged, lies as agent.json.damaged, and was begun anew from the slots"
        #expect(world.progress.filter { $0.hasSuffix(note) } == ["looking at 2.4.0; \(note)"])
        #expect(world.warnings.texts == ["the state was damaged, and is begun anew from the slots"])
        #expect(try world.disk.read("/state/agent.json.damaged", atMost: 100) == Array(text.utf8))
        world.offer(8, "2.5.0", ["app": "the application"])
        try world.run()
        #expect(world.words.last == "8 closed/success" && world.progress.filter { $0.hasSuffix(note) }.count == 1)
    }
}
