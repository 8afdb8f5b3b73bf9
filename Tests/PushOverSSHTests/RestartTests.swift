import FleetCore
import Foundation
import Testing

@testable import PushOverSSH

/// Restarts: of terminals, and of the engine in the middle of a push.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RestartTests {
    /// What it runs is asked behind the restart and the health check, and the restart is asked for once.
    @Test func theVersionIsReadBehindTheRestart() async throws {
        let fleet = try await PushedFleet { settings, folder in
            settings.restart = ["\(folder.path)/restart", "{version}"]
            settings.health = ["/usr/bin/test", "-f", "\(folder.path)/healthy"]
        }
        try fleet.folder.write("behaviour", "echo \"$2\" > installed")
        try fleet.folder.write(
            "restart", "#!/bin/sh\ncd '\(fleet.folder.path)'\necho >> restarts\nsleep 2\ncp installed version\n",
            mode: 0o700)
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait("the restart") { fleet.folder.text("version") == "2.0.0\n" }
        #expect(try !fleet.story().contains("completed"))
        try fleet.folder.write("healthy", "")
        try await fleet.wait(for: "completed")
        #expect(fleet.folder.text("restarts") == "\n")
        await fleet.stop()
    }

    @Test func aTerminalThatIsNotHealthyHasFailed() async throws {
        let fleet = try await PushedFleet { settings, _ in
            settings.health = ["/bin/false"]
            settings.limits.confirm = .seconds(3)
        }
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: the health check fails with 1")
        await fleet.stop()
    }

    /// The restart was asked for, and the terminal has not booted anew: nothing that it says counts.
    @Test func aTerminalThatDoesNotBootHasFailed() async throws {
        let fleet = try await PushedFleet { settings, _ in
            settings.restart = ["/bin/true"]
            settings.reboots = true
            // Time for more than one look also on a machine that has much else to do.
            settings.limits.confirm = .seconds(15)
        }
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: does not boot anew", seconds: 90)
        await fleet.stop()
    }

    /// The job on the terminal is of another life of it, as after a boot.
    @Test func aTerminalThatHasBootedIsAsked() async throws {
        let fleet = try await PushedFleet { settings, folder in
            settings.restart = ["\(folder.path)/restart"]
            settings.reboots = true
        }
        try fleet.folder.write(
            "restart", "#!/bin/sh\necho other > '\(fleet.folder.path)/muster/job/boot'\n", mode: 0o700)
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "completed")
        await fleet.stop()
    }

    /// The engine ends while the terminal installs: the order comes again, and nothing is installed twice.
    @Test func anEngineThatRestartsInstallsNothingTwice() async throws {
        let fleet = try await PushedFleet()
        try fleet.folder.write("behaviour", "while [ ! -f go ]; do sleep 0.1; done; echo \"$2\" > version")
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait("the installation") { fleet.installs == 1 }
        await fleet.stop()
        try await fleet.start()
        try fleet.folder.write("go", "")
        try await fleet.wait(for: "completed")
        #expect(fleet.installs == 1)
        await fleet.stop()
    }

    @Test func anEngineThatRestartsGoesOnWithATransfer() async throws {
        let fleet = try await PushedFleet(bytesPerSecond: 8_000_000, size: 24_000_000)
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        let part = "\(fleet.folder.path)/muster/incoming/2.0.0/image.bin"
        try await fleet.wait("a part") { PushTests.size(part) > 4_000_000 }
        await fleet.stop()
        #expect(!HostilePushTests.runsSSH(with: fleet.sshd.clientConfiguration))
        try await fleet.start()
        try await fleet.wait(for: "completed")
        #expect(fleet.isNoted("goes on at byte"))
        #expect(fleet.installs == 1)
        await fleet.stop()
    }

    /// The line is lost while the terminal installs: it goes on, and its result is asked for.
    @Test func aCutInTheInstallationDoesNoHarm() async throws {
        let fleet = try await PushedFleet()
        try fleet.folder.write("behaviour", "while [ ! -f go ]; do sleep 0.1; done; echo \"$2\" > version")
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait("the installation") { fleet.installs == 1 }
        fleet.sshd.cut()
        try fleet.folder.write("go", "")
        try await fleet.wait(for: "completed")
        #expect(fleet.installs == 1)
        await fleet.stop()
    }

    private static func run(_ program: String, _ arguments: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// A terminal whose folder has no room says so.
    @Test func aFullDiskIsSaid() async throws {
        let fleet = try await PushedFleet(size: 4_000_000)
        let place = "\(fleet.folder.path)/muster"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        // A file system of its own needs root.
        guard try Self.run("/bin/mount", "-t", "tmpfs", "-o", "size=1m", "none", place) == 0 else {
            return await fleet.stop()
        }
        defer { _ = try? Self.run("/bin/umount", "-l", place) }
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: no space left on the terminal")
        #expect(fleet.installs == 0)
        await fleet.stop()
    }
}
