import FleetCore
import Foundation
import Testing

@testable import PushOverSSH

/// Names, versions and hosts that mean it ill, before a real sshd.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostilePushTests {
    static let names = [
        "$(touch owned)", "`touch owned`", "'; touch owned; '", "'\u{301}; touch owned; '\u{301}",
        "\"; touch owned; \"", "-rf", "--", "a b\tc",
        "line\nbreak",
        "*", "é漢字🙂", "\\'", "$IFS", "#", "~", String(repeating: "n", count: 200), "\u{1B}[2J", "\u{202E}gpj.exe",
    ]
    /// Ids that the registry takes.
    static let devices = [
        "$(touch owned)", "'; touch owned; rm -rf '", "'\u{301}; touch owned; '\u{301}", "-oProxyCommand=touch owned",
        "`touch owned`", "pos é漢字🙂",
        String(repeating: "d", count: 128),
    ]

    /// Nothing but what was asked for has happened.
    private func expectNothingElse(_ fleet: PushedFleet) {
        let home = String(cString: getpwuid(geteuid()).pointee.pw_dir)
        for place in [
            fleet.folder.path, home, "/", FileManager.default.currentDirectoryPath, "\(fleet.folder.path)/muster",
        ] {
            #expect(!FileManager.default.fileExists(atPath: "\(place)/owned"), "\(place)")
        }
    }

    @Test(arguments: devices) func aDeviceIsAnArgument(device: String) async throws {
        let fleet = try await PushedFleet(device: device)
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "completed")
        #expect(fleet.arguments == ["\(fleet.folder.path)/muster/releases/2.0.0", "2.0.0", device])
        expectNothingElse(fleet)
        await fleet.stop()
    }

    @Test func namesOfFilesAreArguments() async throws {
        let fleet = try await PushedFleet(names: Self.names)
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "completed")
        let there = try FileManager.default.contentsOfDirectory(
            atPath: "\(fleet.folder.path)/muster/releases/2.0.0")
        #expect(Set(there) == Set(Self.names))
        expectNothingElse(fleet)
        await fleet.stop()
    }

    @Test(arguments: ["../escape", "/etc/x", "..", ".", "", "a/b"]) func aNameThatIsAPathIsRefused(name: String)
        async throws
    {
        let fleet = try await PushedFleet(names: [name])
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait("the refusal") {
            try fleet.story().contains { $0.contains("has a name that no terminal takes") }
        }
        #expect(fleet.installs == 0)
        await fleet.stop()
    }

    /// What a terminal says it runs is read as a version, or as none.
    @Test(
        arguments: [
            "$(touch owned)", "'; touch owned; '", "", "2.0.0; touch owned", "2.0.0\u{1B}[2J", "\u{202E}0.0.2",
            String(repeating: "9", count: 100_000),
        ])
    func aVersionIsNoCommand(version: String) async throws {
        let fleet = try await PushedFleet { settings, _ in settings.limits.confirm = .seconds(3) }
        try fleet.folder.write("answer", version)
        try fleet.folder.write("behaviour", "cp answer version")
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: tells no version after its restart")
        expectNothingElse(fleet)
        await fleet.stop()
    }

    /// A version command that floods and one that hangs cost a bounded time and a bounded answer.
    @Test(arguments: ["while :; do echo 1.0.0; done", "sleep 30", "yes 1.0.0"])
    func aVersionCommandMayFloodOrHang(command: String) async throws {
        let fleet = try await PushedFleet { settings, _ in
            settings.version = ["/bin/sh", "-c", command]
            settings.limits.answer = .seconds(2)
        }
        try await fleet.wait(for: "online")
        await fleet.stop()
    }

    @Test func aHostThatFloodsIsCutOff() async throws {
        let fleet = try await PushedFleet(forced: "yes")
        try await fleet.wait("the flood") { fleet.isNoted("sends more than it was asked for") }
        #expect(try !fleet.story().contains("online"))
        await fleet.stop()
    }

    /// Something answers on the port and never says anything.
    @Test func aHostThatHangsHitsItsDeadline() async throws {
        let port = try LoopbackPort(listens: true)
        let fleet = try await PushedFleet(address: "ssh://root@127.0.0.1:\(port.number)") { settings, _ in
            settings.limits.connect = .seconds(1)
            settings.limits.answer = .seconds(1)
        }
        try await fleet.wait("the deadline") { fleet.isNoted("ssh: ") || fleet.isNoted("timed out") }
        #expect(try !fleet.story().contains("online"))
        await fleet.stop()
    }

    /// A forced command that never answers: the process that asked is killed with its group.
    @Test func aLoginThatHangsHitsItsDeadline() async throws {
        let fleet = try await PushedFleet(forced: "sleep 30") { settings, _ in
            settings.limits.connect = .seconds(1)
            settings.limits.answer = .seconds(1)
        }
        try await fleet.wait("the deadline") { fleet.isNoted("the question what it runs timed out") }
        await fleet.stop()
        #expect(!Self.runsSSH(with: fleet.sshd.clientConfiguration))
    }

    /// Whether a process of ssh with this configuration still runs.
    static func runsSSH(with configuration: String) -> Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
        return processes.contains { process in
            let line = (try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)) ?? ""
            return line.hasPrefix("ssh\0") && line.contains(configuration)
        }
    }
}
