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

    @Test func whatIsRefusedByItsMakersIsNotInstalled() throws {
        struct Nobody: ReleaseTrust {
            func verified(
                _ release: OfferedRelease, running: String?
            ) throws(TrustRefusal) -> [OfferedRelease.File] { throw TrustRefusal("no signature") }
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
                _ release: OfferedRelease, running: String?
            ) throws(TrustRefusal) -> [OfferedRelease.File] {
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
                == "7 closed/failure ERROR: restart failed: the machine did not restart; 2.3.1 runs again")
    }

    @Test func aDamagedStateIsRefusedByName() throws {
        let world = try world()
        try world.disk.write(Array("{".utf8), to: "/state/agent.json")
        #expect(throws: StorageFailure.self) { try world.run() }
        try world.disk.write(Array(#"{"format":99}"#.utf8), to: "/state/agent.json")
        #expect { try world.run() } throws: { "\($0)".contains("format 99") }
    }
}
