import FleetCore
import Foundation
import SwupdateTesting
import Testing

/// Debian's own swupdate behind a bad line, and through power cuts.
extension SwupdateTests {
    /// Long enough that no buffer between the gateway and a terminal holds it.
    static func longImage() throws -> SwupdateImage { try longImageResult.get() }
    private static let longImageResult = Result {
        try SwupdateImages.shared().image(version: "2.0.0", payloadByteCount: 16_000_000)
    }

    @Test func aDownloadThatIsCutTwiceIsResumed() async throws {
        let image = try Self.longImage()
        let journal = try await run(image, treatments: [.cut(after: 123_456), .cut(after: 5_000_000)]) {
            fleet, till, line in
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
            #expect(till.installedSHA256 == image.payloadSHA256)
            #expect(line.artifactRequests.filter { $0.lowercased().contains("range: bytes=") }.count == 2)
        }
        #expect(journal.story(of: "till-1") == ["attempt 1", "runs 1.0.0"] + Self.whole)
    }

    @Test func aPowerCutWhileItDownloads() async throws {
        let image = try Self.longImage()
        let journal = try await run(image, treatments: [.stall(after: 2_000_000)]) { fleet, till, line in
            try await fleet.wait(until: "till-1", isAt: .downloading)
            try await till.waitForLog("Total download size")
            try await till.kill()
            line.release()
            try fleet.switchOn(till, as: "till-1", by: line)
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
            #expect(till.installedSHA256 == image.payloadSHA256)
        }
        #expect(journal.story(of: "till-1") == ["attempt 1", "runs 1.0.0"] + Self.whole)
    }

    @Test func aPowerCutBeforeTheRestart() async throws {
        let journal = try await run(try SwupdateImages.shared().image(version: "2.0.0")) { fleet, till in
            try await till.waitUntilInstalled("2.0.0")
            try await till.kill()
            // It does not know any more that it has installed, and does so once more.
            try fleet.switchOn(till, as: "till-1")
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
        }
        #expect(journal.story(of: "till-1") == ["attempt 1", "runs 1.0.0"] + Self.whole)
    }

    /// A terminal whose download stands still neither calls in nor hears a cancel.
    @Test func aDownloadThatStandsStillIsCalledOffAndBegunAnew() async throws {
        let image = try Self.longImage()
        let journal = try await run(
            image, treatments: [.stall(after: 1_000_000)], { $0.deadlines.downloading = .seconds(4) }
        ) {
            fleet, till, line in
            try await fleet.wait(untilFacts: 1) { if case .attemptFailed = $0 { true } else { false } }
            line.release()
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
            #expect(till.installedSHA256 == image.payloadSHA256)
        }
        #expect(
            journal.story(of: "till-1")
                == ["attempt 1", "runs 1.0.0", "downloading", "no answer", "attempt 2"] + Self.whole)
    }

    /// What a terminal has of its files is not asked anew by the next gateway.
    @Test func aGatewayThatIsRestartedWhileATerminalDownloads() async throws {
        let image = try Self.longImage()
        let journal = try await run(image, treatments: [.slow(after: 2_000_000)]) { fleet, till, line in
            try await line.waitUntilTreated()
            try await fleet.wait(until: "till-1", isAt: .downloading)
            await fleet.stop()
            try await fleet.start()
            line.turn(to: fleet.port)
            line.release()
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
            #expect(till.installedSHA256 == image.payloadSHA256)
            #expect(
                line.artifactRequests.contains { $0.lowercased().contains("range: bytes=") }, "\(line.artifactRequests)"
            )
        }
        #expect(journal.story(of: "till-1") == ["attempt 1", "runs 1.0.0"] + Self.whole)
    }

    // MARK: - What was installed for an order that is over

    /// The installation passes its deadline, and the terminal comes back with its success after that.
    @Test func aSuccessThatIsTooLateCountsByWhatRuns() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0")
        let journal = try await run(image, Self.shortInstallation) { fleet, till in
            try await till.waitUntilInstalled("2.0.0")
            try await till.stop()
            try await fleet.wait(untilFacts: 1) { if case .attemptFailed = $0 { true } else { false } }
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
        }
        #expect(journal.story(of: "till-1").suffix(2) == ["runs 2.0.0", "completed"])
        #expect(journal.state.update("spring")?.tally.succeeded == 1)
    }

    /// The same, and this gateway does not know what the terminal was told by the one before: swupdate says that the
    /// second attempt has succeeded, of which it has not fetched a byte. It has gone back to the old release.
    @Test func aSuccessThatIsOfAnotherAttemptCountsForNothing() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0")
        let journal = try await run(image, before: nil, Self.shortInstallation) {
            fleet, till, line in
            try await till.waitUntilInstalled("2.0.0")
            try await till.stop()
            try await fleet.wait(untilFacts: 2) { if case .attemptStarted = $0 { true } else { false } }
            await fleet.stop()
            try await fleet.start()
            line.turn(to: fleet.port)
            try Data("1.0.0\n".utf8).write(to: URL(filePath: "\(till.folder)/\(SwupdateTerminal.slotName).version"))
            try await till.restarted(success: true)
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
        }
        #expect(journal.story(of: "till-1").contains("success without the files"))
        #expect(journal.story(of: "till-1").suffix(5) == Self.whole[...])
    }
}
