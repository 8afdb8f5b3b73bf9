import FleetCore
import Foundation
import SwupdateTesting
import Testing

/// Debian's own swupdate, while an operator calls off what it was told.
extension SwupdateTests {
    @Test func aCancelBeforeTheTerminalCallsIn() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0")
        let journal = try await withTerminals { terminals in
            let (fleet, till) = (try TestFleet(), terminals[0])
            try await fleet.start()
            try await fleet.register(["till-1"], releases: [image])
            try await fleet.start("spring", to: "2.0.0")
            try await fleet.command(.cancel(update: "spring"))
            try fleet.switchOn(till, as: "till-1")
            try await fleet.wait(untilFacts: 1) { if case .firmwareReported = $0 { true } else { false } }
            try await till.waitUntil("it has polled in vain") { $0.log.components(separatedBy: "awakened").count > 3 }
            #expect(till.installedSHA256 == nil)
            return try await fleet.end()
        }
        #expect(journal.story(of: "till-1") == ["runs 1.0.0"])
        #expect(journal.state.update("spring")?.tally[.cancelled] == 1)
        #expect(journal.status(of: "spring") == .cancelled)
    }

    /// The terminal is off while the operator takes the order back, and has not begun.
    @Test
    func aCancelBeforeTheDownload() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0")
        let journal = try await run(image) { fleet, till in
            try await fleet.wait(untilFacts: 1) { if case .attemptStarted = $0 { true } else { false } }
            try await till.kill()
            try await fleet.command(.cancel(update: "spring"))
            try fleet.switchOn(till, as: "till-1")
            try await fleet.wait(until: "spring", is: .cancelled)
            #expect(till.installedSHA256 == nil)
            try await expectNextUpdate(of: fleet, till, image)
        }
        let story = journal.story(of: "till-1").filter { $0 != "runs 1.0.0" }
        #expect(story == ["attempt 1", "cancelled by kim", "attempt 1"] + Self.whole)
    }

    @Test
    func aCancelWhileItDownloads() async throws {
        let image = try Self.longImage()
        let journal = try await run(image, before: nil, treatments: [.slow(after: 1_000_000)]) { fleet, till, line in
            try await till.waitForLog("Total download size")
            try await fleet.wait(until: "till-1", isAt: .downloading)
            try await fleet.command(.cancel(update: "spring"))
            try await fleet.wait(until: "spring", is: .cancelled)
            line.release()
            #expect(till.installedSHA256 == nil)
            try await expectNextUpdate(of: fleet, till, image)
        }
        #expect(
            journal.story(of: "till-1") == ["attempt 1", "runs 1.0.0", "downloading", "cancelled by kim", "attempt 1"]
                + Self.whole)
    }

    /// Past the point of no return nothing is taken back: the update is cancelled, and the terminal is through with it.
    @Test func aCancelAfterTheInstallation() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0")
        let journal = try await run(image) { fleet, till in
            try await till.waitUntilInstalled("2.0.0")
            try await fleet.command(.cancel(update: "spring"))
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .cancelled)
        }
        #expect(journal.story(of: "till-1") == ["attempt 1", "runs 1.0.0"] + Self.whole)
    }

    /// A terminal that has dropped one order takes the next.
    private func expectNextUpdate(of fleet: TestFleet, _ till: SwupdateTerminal, _ image: SwupdateImage) async throws {
        try await fleet.start("summer", to: image.version)
        try await till.waitUntilInstalled(image.version)
        try await till.restarted(success: true)
        try await fleet.wait(until: "summer", is: .completed)
        #expect(till.installedSHA256 == image.payloadSHA256)
    }
}
