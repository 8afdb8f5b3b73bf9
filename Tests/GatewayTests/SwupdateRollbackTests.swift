import FleetCore
import Foundation
import SwupdateTesting
import Testing

/// Debian's own swupdate, while an operator sends it back to the release before.
extension SwupdateTests {
    @Test func aRollbackBringsTheReleaseBefore() async throws {
        let images = try SwupdateImages.shared()
        let (old, new) = (try images.image(version: "1.0.0"), try images.image(version: "2.0.0"))
        let journal = try await run(new, before: old) { fleet, till, _ in
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
            try await fleet.command(.rollBack(update: "spring", confirmation: "spring", preview: nil))
            try await till.waitUntilInstalled("1.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .rolledBack)
            #expect(till.installedSHA256 == old.payloadSHA256)
        }
        #expect(
            journal.story(of: "till-1") == ["attempt 1"] + Self.whole
                + ["attempt 1", "downloading", "installing", "confirming", "runs 1.0.0", "completed"])
        #expect(journal.firmware(of: "till-1") == Version("1.0.0"))
        #expect(journal.status(of: "spring/rollback") == .completed)
    }

    /// The terminal says what it runs after its attempt has begun, and the registry was wrong about it.
    @Test func aRollbackBringsWhatTheTerminalSaidThatItRan() async throws {
        let images = try SwupdateImages.shared()
        let (old, new) = (try images.image(version: "1.0.0"), try images.image(version: "2.0.0"))
        let journal = try await run(new, before: old, registered: "0.9.0") { fleet, till, _ in
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
            try await fleet.command(.rollBack(update: "spring", confirmation: "spring", preview: nil))
            try await till.waitUntilInstalled("1.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .rolledBack)
        }
        #expect(journal.firmware(of: "till-1") == Version("1.0.0"))
    }

    /// The fleet has no files of what the terminal ran before.
    @Test func aRollbackToAReleaseWithoutFilesIsRefused() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0")
        let journal = try await run(image, { $0.retry.attempts = 1 }) { fleet, till in
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
            await #expect(throws: (any Error).self) {
                try await fleet.command(.rollBack(update: "spring", confirmation: "spring", preview: nil))
            }
            #expect(till.installedSHA256 == image.payloadSHA256)
        }
        #expect(journal.state.update("spring/rollback") == nil)
        #expect(journal.firmware(of: "till-1") == Version("2.0.0"))
    }

    /// The rollback comes between the installation and the restart.
    @Test func aRollbackBeforeTheRestart() async throws {
        let images = try SwupdateImages.shared()
        let (old, new) = (try images.image(version: "1.0.0"), try images.image(version: "2.0.0"))
        let journal = try await run(new, before: old) { fleet, till, _ in
            try await till.waitUntilInstalled("2.0.0")
            try await fleet.command(.rollBack(update: "spring", confirmation: "spring", preview: nil))
            try await till.restarted(success: true)
            try await till.waitUntilInstalled("1.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .rolledBack)
            #expect(till.installedSHA256 == old.payloadSHA256)
        }
        #expect(journal.firmware(of: "till-1") == Version("1.0.0"))
        #expect(journal.state.update("spring/rollback")?.tally.succeeded == 1)
    }
}
