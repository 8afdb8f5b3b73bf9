import FleetCore
import Foundation
import Testing

@testable import PushOverSSH

/// Pushes to a terminal behind a real sshd: what the journal says is what happened.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct PushTests {
    private let success = ["attempt 1", "downloading", "installing", "confirming", "completed"]

    /// What the journal says of orders, without what devices say of themselves.
    private func orders(_ fleet: PushedFleet) throws -> [String] {
        try fleet.story().filter { line in
            !["reports", "online", "offline", "described"].contains { line.hasPrefix($0) }
        }
    }

    @Test func aReleaseIsPushedAndConfirmed() async throws {
        let fleet = try await PushedFleet(names: ["image.bin", "notes.txt"], size: 300_000)
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "completed")
        #expect(try orders(fleet) == success)
        #expect(fleet.installs == 1)
        let release = "\(fleet.folder.path)/muster/releases/2.0.0"
        #expect(fleet.arguments == [release, "2.0.0", "pos-1"])
        for artifact in ["image.bin", "notes.txt"] {
            #expect(fleet.folder.has("muster/releases/2.0.0/\(artifact)"))
        }
        #expect(!fleet.folder.has("muster/incoming/2.0.0"))
        await fleet.stop()
    }

    @Test func aTransferThatIsCutGoesOnWhereItWas() async throws {
        let fleet = try await PushedFleet(bytesPerSecond: 8_000_000, size: 24_000_000)
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        let part = "\(fleet.folder.path)/muster/incoming/2.0.0/image.bin"
        try await fleet.wait("a part") { Self.size(part) > 6_000_000 }
        fleet.sshd.cut()
        try await fleet.wait("the cut") { fleet.isNoted("goes on where it was cut") }
        try await fleet.wait(for: "completed")
        #expect(try orders(fleet) == success)
        let resumed = fleet.notes.all.compactMap { Self.number(in: $0, behind: "goes on at byte ") }
        #expect(resumed.count == 1 && resumed[0] >= 6_000_000, "\(resumed)")
        await fleet.stop()
    }

    /// What lies there is another file's begin: it is sent anew, and what is installed is proven.
    @Test func whatIsDamagedIsSentAnew() async throws {
        let fleet = try await PushedFleet(size: 100_000)
        try FileManager.default.createDirectory(
            atPath: "\(fleet.folder.path)/muster/incoming/2.0.0", withIntermediateDirectories: true)
        try fleet.folder.write("muster/incoming/2.0.0/image.bin", String(repeating: "x", count: 5000))
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "completed")
        #expect(try orders(fleet) == success)
        #expect(!fleet.isNoted("goes on at byte"))
        await fleet.stop()
    }

    @Test func anUnknownHostKeyIsRefused() async throws {
        let fleet = try await PushedFleet()
        try fleet.sshd.trust(nil)
        await fleet.stop()
        let before = try fleet.facts().count
        try await fleet.start()
        try await fleet.wait("a reason") {
            try fleet.facts().dropFirst(before).contains { fact in
                guard case .deviceDescribed(_, let tags) = fact.event else { return false }
                return tags == [Tag("not reached", "ssh: the host key is not known")]
            }
        }
        #expect(fleet.folder.text("known_hosts")?.isEmpty == true)
        // Once somebody has looked it goes on, and the reason goes.
        try fleet.sshd.trust("host")
        try await fleet.wait(for: "described: ")
        await fleet.stop()
    }

    /// It is online, and nobody would know why its version never changes.
    @Test func aVersionThatCannotBeReadIsShown() async throws {
        let fleet = try await PushedFleet()
        try await fleet.wait(for: "online")
        let words = "no version: the `version` command prints "
        for (text, shown) in [("till 2\n", "`till 2`"), ("", "nothing"), ("two\n", "`two`")] {
            try fleet.folder.write("version", text)
            try await fleet.wait(for: "described: \(words)\(shown)")
            try await fleet.wait("a note of \(shown)") { fleet.isNoted(words + shown) }
        }
        try fleet.folder.write("version", "1.0.0\n")
        try await fleet.wait(for: "described: ")
        await fleet.stop()
    }

    @Test func aChangedHostKeyEndsTheAttempt() async throws {
        let fleet = try await PushedFleet()
        try await fleet.wait(for: "online")
        try fleet.sshd.trust("other-host")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: ssh: the host key has changed")
        #expect(try orders(fleet) == ["attempt 1", "failed: ssh: the host key has changed"])
        #expect(fleet.installs == 0)
        #expect(!fleet.folder.has("muster"))
        await fleet.stop()
    }

    @Test func aHungInstallationIsEnded() async throws {
        let fleet = try await PushedFleet { settings, _ in settings.limits.install = .seconds(2) }
        try fleet.folder.write("behaviour", "echo $$ > process; trap '' TERM; while :; do sleep 1; done")
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: install timed out")
        #expect(
            try orders(fleet).prefix(4) == ["attempt 1", "downloading", "installing", "retrying: install timed out"])
        let process = try #require(fleet.folder.text("process")).filter(\.isNumber)
        // Ended, or not even taken note of by whoever adopted it.
        let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        #expect(state?.contains(") Z ") ?? true, "\(state ?? "")")
        await fleet.stop()
    }

    @Test func aFailedInstallationSaysWhy() async throws {
        let fleet = try await PushedFleet()
        try fleet.folder.write("behaviour", "echo first; echo 'no such slot' >&2; exit 7")
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: install failed with 7: no such slot")
        #expect(fleet.installs == 3)
        await fleet.stop()
    }

    @Test func aPushIsCancelledOnItsWay() async throws {
        let fleet = try await PushedFleet(bytesPerSecond: 2_000_000, size: 40_000_000)
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        let part = "\(fleet.folder.path)/muster/incoming/2.0.0/image.bin"
        try await fleet.wait("a part") { Self.size(part) > 1_000_000 }
        try await fleet.command(.cancel(update: "to-2"))
        try await fleet.wait(for: "cancelled: cancelled by kim")
        #expect(try orders(fleet) == ["attempt 1", "downloading", "cancelled: cancelled by kim"])
        #expect(fleet.installs == 0)
        #expect(!fleet.folder.has("muster/releases/2.0.0"))
        await fleet.stop()
    }

    /// Back to what is still there: nothing is sent, since nothing could be.
    @Test func aRollbackTakesWhatIsStillThere() async throws {
        let fleet = try await PushedFleet(size: 200_000, firmware: "0.9.0")
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-1"))
        try await fleet.wait(for: "completed")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait("the second") { try orders(fleet).filter { $0 == "completed" }.count == 2 }
        fleet.files.forgetAll()
        try await fleet.command(.rollBack(update: "to-2", confirmation: "to-2", preview: nil))
        try await fleet.wait("the way back") { try orders(fleet).filter { $0 == "completed" }.count == 3 }
        #expect(try orders(fleet) == success + success + success)
        #expect(fleet.folder.text("version") == "1.0.0\n")
        #expect(fleet.folder.has("muster/releases/2.0.0"))
        await fleet.stop()
    }

    @Test func aTerminalThatSaysAnotherVersionHasFailed() async throws {
        let fleet = try await PushedFleet()
        try fleet.folder.write("behaviour", "echo 1.9.9 > version")
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: reports 1.9.9")
        #expect(try orders(fleet) == ["attempt 1", "downloading", "installing", "confirming", "failed: reports 1.9.9"])
        await fleet.stop()
    }

    /// It was never sent anything, and says that it runs the release all the same.
    @Test func aVersionThatWasNotSentIsNoSuccess() async throws {
        let fleet = try await PushedFleet()
        try await fleet.wait(for: "online")
        await fleet.stop()
        try fleet.folder.write("version", "2.0.0\n")
        try await fleet.start()
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait("its end") {
            // As it was asked before the start or behind it.
            try fleet.facts().contains { fact in
                switch fact.event {
                case .updateStarted(_, _, let skipped, _): skipped.map(\.reason) == [.alreadyOn(PushedFleet.two)]
                case .assignmentSkipped(_, _, let reason): reason == .alreadyOn(PushedFleet.two)
                default: false
                }
            }
        }
        #expect(fleet.installs == 0)
        await fleet.stop()
    }

    static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    static func number(in text: String, behind words: String) -> Int64? {
        text.range(of: words).flatMap { Int64(text[$0.upperBound...].prefix { $0.isNumber }) }
    }
}
