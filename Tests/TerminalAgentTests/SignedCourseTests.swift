import FleetFiles
import Foundation
import TUF
import Testing

@testable import TerminalAgent

/// What was signed when an order was taken on may be signed no more when it is to be put into use.
@Suite struct SignedCourseTests {
    private static let old = "2.3.1"
    private static let nobody = "no role describes the target releases/2.4.0/app (check the name of the target)"
    private let folder: ScratchFolder
    private let mirror = Mirror()

    init() throws {
        folder = try ScratchFolder()
        try Data(try mirror.publish([:], version: 1)).write(to: URL(filePath: folder.path + "/root.json"))
    }

    /// A terminal whose keys have signed what it is offered, which is older than what it runs where that is said.
    private func world(
        _ version: String = "2.4.0", within longest: Duration = .seconds(1200)
    ) throws -> AgentWorld {
        let world = try AgentWorld(runs: Self.old)
        world.offer(7, version, ["app": "the application"])
        try publish(world.offer, from: version < Self.old ? [Self.old] : [], version: 2)
        world.trust = try SignedTrust(
            .init(metadataURL: "http://x", rootFile: folder.path + "/root.json", folder: folder.path + "/tuf"),
            source: mirror, longestCheck: longest)
        return world
    }

    private func publish(_ release: OfferedRelease?, from: [String] = [], version: Int) throws {
        var targets: [String: TargetFile] = [:]
        for file in release?.files ?? [] {
            var custom: [String: JSONValue] = ["version": .string(release?.version ?? "")]
            if !from.isEmpty { custom["rollback-from"] = .array(from.map { .string($0) }) }
            targets["releases/\(release?.version ?? "")/\(file.name)"] = TargetFile(
                length: Int(file.length), hashes: Hashes(["sha256": file.sha256]), custom: .object(custom))
        }
        _ = try mirror.publish(targets, version: version)
    }

    /// An agent works on a thread of its own, which may be held up while metadata is fetched.
    private func run(_ world: AgentWorld, _ settings: AgentSettings = AgentWorld.settings) async throws {
        nonisolated(unsafe) let world = world
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread { continuation.resume(with: Result { try world.run(settings) }) }
        }
    }

    /// Has something done at the second question behind the installation whether there is a sale; there is one for three.
    private func duringASale(_ world: AgentWorld, _ work: @escaping () throws -> Void) {
        var asked: Int?
        world.before = { [unowned world] what in
            if what == "install" { (world.busyFor, asked) = (3, 0) }
            guard what == "busy", let before = asked else { return }
            asked = before + 1
            guard before == 1 else { return }
            do { try work() } catch { Issue.record(error) }
        }
    }

    private func expectDropped(_ world: AgentWorld, _ cause: String) throws {
        #expect(world.words.last == "7 closed/failure ERROR: signature: \(cause)")
        #expect(!world.ran.contains { $0.hasPrefix("restart") }, "\(world.ran)")
        #expect(try world.runs?.version == Self.old)
        #expect(try world.disk.names(in: "/slots/b") == ["files"] && world.disk.names(in: "/slots/b/files") == [])
        // Nothing is kept of it but that it was begun: what was installed may run all the same.
        var state = try StateFile(world.disk, folder: AgentWorld.state).read()
        (state.gaveUp, state.gaveUpIn) = (nil, nil)
        #expect(state == AgentState())
    }

    @Test func whatIsSignedNoMoreAfterASaleIsNotSwitchedTo() async throws {
        let world = try world()
        duringASale(world) { try publish(nil, version: 3) }
        try await run(world)
        try expectDropped(world, Self.nobody)
        #expect(world.words.contains("7 scheduled/none a sale"))
    }

    @Test func anApprovalThatWasWithdrawnDuringASaleIsNoMore() async throws {
        let world = try world("2.2.0")
        duringASale(world) { try publish(world.offer, version: 3) }
        try await run(world)
        try expectDropped(world, "2.2.0 is older than 2.3.1, and no rollback from that is signed")
    }

    /// It was signed when the order came, and no more when the files were there.
    @Test func whatIsSignedNoMoreAfterItsInstallationIsNotSwitchedTo() async throws {
        let world = try world()
        world.before = { what in if what == "install" { #expect(throws: Never.self) { try publish(nil, version: 3) } } }
        try await run(world)
        try expectDropped(world, Self.nobody)
    }

    /// The next agent asks anew, whatever the one before has heard.
    @Test func whatIsSignedNoMoreWhenTheAgentIsBackIsNotSwitchedTo() async throws {
        let world = try world()
        duringASale(world) { world.disk.cutAt = 0 }
        await #expect(throws: ModelDisk.PowerCut.self) { try await run(world) }
        #expect(try StateFile(world.disk, folder: AgentWorld.state).read().work?.stage == .ready)
        world.disk.cutAt = nil
        (world.before, world.busyFor) = ({ _ in }, 0)
        try publish(nil, version: 3)
        try await run(world)
        try expectDropped(world, Self.nobody)
    }

    /// Read at the start and no more before the order, and an hour before the next time.
    private func settingsWithVersion(_ world: AgentWorld, prints version: String = SignedCourseTests.old)
        -> AgentSettings
    {
        world.version = version
        var settings = AgentWorld.settings
        settings.version = .init(["/version"], within: .seconds(1))
        settings.versionEvery = .seconds(3600)
        return settings
    }

    private func expectRefused(_ world: AgentWorld, _ cause: String) throws {
        #expect(world.words.last == "7 closed/failure ERROR: signature: \(cause)")
        #expect(!world.ran.contains { $0.hasPrefix("install") }, "\(world.ran)")
        #expect(try world.runs?.version == Self.old)
    }

    @Test func whatWasPutThereByHandIsReadBeforeAnOrderIsTakenOn() async throws {
        let world = try world(), settings = settingsWithVersion(world)
        world.before = { [unowned world] what in if what == "poll" { world.version = "9.0.0" } }
        try await run(world, settings)
        try expectRefused(world, "2.4.0 is older than 9.0.0, and no rollback from that is signed")
    }

    @Test func whatWasPutThereByHandIsReadBeforeTheSwitch() async throws {
        let world = try world(), settings = settingsWithVersion(world)
        duringASale(world) { [unowned world] in world.version = "9.0.0" }
        try await run(world, settings)
        try expectDropped(world, "2.4.0 is older than 9.0.0, and no rollback from that is signed")
    }

    /// A command that prints less than the slot in use says lets nothing in.
    @Test func theSlotsRecordCountsBesideTheCommand() async throws {
        let world = try world(), settings = settingsWithVersion(world, prints: "0.9.0")
        world.offer(7, "1.0.0", ["app": "the application"])
        try publish(world.offer, version: 3)
        try await run(world, settings)
        try expectRefused(world, "1.0.0 is older than 2.3.1, and no rollback from that is signed")
    }

    /// A mirror that says nothing does not make the agent deaf: it polls, and obeys.
    @Test(arguments: [false, true]) func aCancelIsObeyedWhileAMirrorIsSilent(isInstalled: Bool) async throws {
        let world = try world(within: .seconds(3600))
        var polls = 0
        mirror.isHolding.withLock { $0 = !isInstalled }
        world.before = { [unowned world, mirror] what in
            if what == "install" { mirror.isHolding.withLock { $0 = true } }
            guard what == "poll", mirror.isHolding.withLock({ $0 }) else { return }
            polls += 1
            if polls == 3 { world.cancelled = 7 }
        }
        try await run(world)
        #expect(world.words.last == "cancel 7 closed")
        #expect(polls >= 3 && world.ran.contains { $0.hasPrefix("install") } == isInstalled)
        #expect(!world.ran.contains { $0.hasPrefix("restart") })
        #expect(try world.runs?.version == Self.old)
    }

    /// It is given up after a time, and told, also before anything is fetched.
    @Test func aMirrorThatIsSilentIsToldAndWaitedFor() async throws {
        let world = try world(within: .milliseconds(1))
        var polls = 0
        mirror.isHolding.withLock { $0 = true }
        world.before = { [mirror] what in
            polls += what == "poll" ? 1 : 0
            if polls == 4 { mirror.isHolding.withLock { $0 = false } }
        }
        try await run(world)
        let doubt =
            "whether 2.4.0 may be installed is not known: "
            + "signature: the metadata cannot be had: it did not come within 0s"
        #expect(world.words.prefix(2) == ["7 proceeding/none", "7 scheduled/none \(doubt)"])
        #expect(world.words.last == "7 closed/success" && polls >= 4)
    }

    /// What nobody can say is waited for, and told; then whether there is a sale is asked once more.
    @Test func whatNobodyCanSayIsWaitedFor() async throws {
        let world = try world()
        duringASale(world) { mirror.failures.withLock { $0 = 5 } }
        try await run(world)
        let doubt = "whether 2.4.0 may still be installed is not known: signature: the metadata cannot be had: Down()"
        #expect(
            world.words == [
                "7 proceeding/none", "7 scheduled/none a sale", "7 scheduled/none \(doubt)", "7 closed/success",
            ])
        #expect(world.ran.suffix(4) == ["busy 2.4.0", "busy 2.4.0", "restart 2.4.0", "health 2.4.0"])
        #expect(mirror.failures.withLock { $0 } == 0)
    }
}
