import FleetCore
import Foundation
import Synchronization
import Testing

@testable import PushOverSSH

/// A terminal behind SSH is sent what the fleet's signatures allow, and nothing else.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SignedPushTests {
    private func failures(_ fleet: PushedFleet) throws -> [String] {
        try fleet.story().filter { $0.hasPrefix("failed") || $0.hasPrefix("retrying") }
    }

    @Test func whatIsNotSignedIsNotSent() async throws {
        let fleet = try await PushedFleet()
        fleet.trust.refuses.withLock { $0 = { release, _ in release == .two ? "image.bin is not signed" : nil } }
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: signature: image.bin is not signed")
        // Nothing of it has come to the terminal, and the administrator is told.
        #expect(!fleet.folder.has("muster/incoming/2.0.0") && !fleet.folder.has("muster/releases/2.0.0"))
        #expect(fleet.installs == 0)
        #expect(fleet.isNoted("signature: image.bin is not signed"))
        #expect(try !fleet.story().contains("downloading"))
        await fleet.stop()
    }

    /// Signed while the order waits for its next attempt: it needs nobody.
    @Test func whatIsSignedMeanwhileIsSent() async throws {
        let fleet = try await PushedFleet()
        let asked = Mutex(0)
        fleet.trust.refuses.withLock {
            $0 = { _, _ in
                asked.withLock { count in
                    count += 1
                    return count == 1 ? "image.bin is not signed" : nil
                }
            }
        }
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "completed")
        #expect(try failures(fleet) == ["retrying: signature: image.bin is not signed"])
        #expect(fleet.folder.text("version") == "2.0.0\n")
        await fleet.stop()
    }

    /// What lies on the terminal from before is installed as little as what would have to be sent; and what is asked about
    /// is what the terminal says it runs.
    @Test func aWayBackHasToBeAllowedFromWhatRuns() async throws {
        let fleet = try await PushedFleet(firmware: "0.9.0")
        let forbidden: TestTrust.Rule = { release, running in
            guard let running, release < running else { return nil }
            return "\(release) is older than \(running), and no rollback from that is signed"
        }
        fleet.trust.refuses.withLock { $0 = forbidden }
        try await fleet.wait(for: "online")
        for version in 1...2 {
            try await fleet.command(.start(update: "to-\(version)"))
            try await fleet.wait("release \(version)") {
                try fleet.story().filter { $0 == "completed" }.count == version
            }
        }
        #expect(fleet.folder.has("muster/releases/1.0.0"))
        try await fleet.command(.rollBack(update: "to-2", confirmation: "to-2", preview: nil))
        let why = "failed: signature: 1.0.0 is older than 2.0.0, and no rollback from that is signed"
        try await fleet.wait(for: why)
        #expect(fleet.folder.text("version") == "2.0.0\n")
        #expect(fleet.installs == 2)
        fleet.trust.refuses.withLock { $0 = { _, _ in nil } }
        try await fleet.command(.retryFailed(update: "to-2/rollback"))
        try await fleet.wait("the way back") { fleet.folder.text("version") == "1.0.0\n" }
        await fleet.stop()
    }

    /// Withdrawn while the files were on their way: nothing is installed.
    @Test func itIsAskedAgainBeforeTheInstallation() async throws {
        let fleet = try await PushedFleet()
        let asked = Mutex(0)
        fleet.trust.refuses.withLock {
            $0 = { _, _ in
                asked.withLock { count in
                    count += 1
                    return count % 2 == 0 ? "image.bin is not signed" : nil
                }
            }
        }
        try await fleet.wait(for: "online")
        try await fleet.command(.start(update: "to-2"))
        try await fleet.wait(for: "failed: signature: image.bin is not signed")
        #expect(fleet.folder.has("muster/releases/2.0.0"))
        #expect(fleet.installs == 0)
        await fleet.stop()
    }
}

extension Version {
    fileprivate static var two: Version { PushedFleet.two }
}
