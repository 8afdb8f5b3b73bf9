import FleetCore
import Foundation
import SwupdateTesting
import Testing

/// Debian's own swupdate as a terminal. How each tale ended is read from the journal, never from the client's log.
@Suite(.enabled(if: SwupdateTools.missing.isEmpty), .timeLimit(.minutes(10)))
struct SwupdateTests {
    /// What a terminal does with a whole update, as the journal tells it.
    static let whole = ["downloading", "installing", "confirming", "runs 2.0.0", "completed"]

    /// An attempt ends a few seconds after the terminal was sent all bytes. A busy machine may need several of them.
    static func shortInstallation(_ settings: inout FleetSettings) {
        settings.deadlines.installing = .seconds(5)
        settings.retry.attempts = 20
        settings.retry.backoff = .seconds(1)
        settings.retry.maximumBackoff = .seconds(2)
    }

    @Test func anUpdateFromThePollToTheConfirmation() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0")
        let journal = try await run(image) { fleet, till in
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
            #expect(till.installedSHA256 == image.payloadSHA256)
        }
        #expect(journal.story(of: "till-1") == ["attempt 1", "runs 1.0.0"] + Self.whole)
        #expect(journal.status(of: "spring") == .completed)
        #expect(journal.firmware(of: "till-1") == Version("2.0.0"))
    }

    @Test func aRestartThatFailsIsTriedAgain() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0")
        let journal = try await run(image) { fleet, till in
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: false)
            try await fleet.wait(untilFacts: 2) { if case .attemptStarted = $0 { true } else { false } }
            try await till.waitUntilInstalled("2.0.0")
            try await till.restarted(success: true)
            try await fleet.wait(until: "spring", is: .completed)
        }
        #expect(
            journal.story(of: "till-1")
                == ["attempt 1", "runs 1.0.0", "downloading", "installing", "install failed", "attempt 2"] + Self.whole)
    }

    /// What is restarted into is not what was installed: swupdate says that all is well.
    @Test func aTerminalThatLiesAboutItsSuccessDoesNotCount() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0")
        let journal = try await run(image) { fleet, till in
            try await till.waitUntilInstalled("2.0.0")
            try Data("1.0.0\n".utf8).write(to: URL(filePath: "\(till.folder)/\(SwupdateTerminal.slotName).version"))
            try await till.restarted(success: true)
            try await fleet.watch.wait("till-1 has failed") { $0.state.update("spring")?.tally.failures == 1 }
        }
        #expect(journal.state.update("spring")?.tally.succeeded == 0)
        #expect(journal.firmware(of: "till-1") == Version("1.0.0"))
    }

    // MARK: - Images that a terminal refuses

    @Test func aWrongHashIsTriedAgainAndNeverCounts() async throws {
        let images = try SwupdateImages.shared()
        let image = try images.tampered(images.image(version: "2.0.0"))
        let journal = try await run(image, { $0.retry.attempts = 2 }) { fleet, till in
            try await fleet.wait(until: "spring", is: .completed)
            #expect(till.installedSHA256 == nil)
        }
        #expect(
            journal.story(of: "till-1")
                == ["attempt 1", "runs 1.0.0", "downloading", "installing", "hash mismatch"]
                + ["attempt 2", "downloading", "installing", "hash mismatch, for good"])
        #expect(journal.state.update("spring")?.tally.succeeded == 0)
    }

    @Test(arguments: [
        (Refused.stranger, "bad signature"), (.changedDescription, "bad signature"), (.otherHardware, "wrong model"),
    ])
    func anImageThatIsNotForTheTerminalIsNotTriedAgain(_ refused: Refused, cause: String) async throws {
        let journal = try await run(try refused.image()) { fleet, till in
            try await fleet.wait(until: "spring", is: .completed)
            #expect(till.installedSHA256 == nil)
        }
        #expect(journal.story(of: "till-1").last == "\(cause), for good")
        #expect(journal.story(of: "till-1").filter { $0.hasPrefix("attempt") } == ["attempt 1"])
    }

    /// What is wrong with an image.
    enum Refused: Sendable {
        case stranger, changedDescription, otherHardware

        func image() throws -> SwupdateImage {
            let images = try SwupdateImages.shared()
            return switch self {
            case .stranger: try Self.strangers.get().image(version: "2.0.0")
            case .changedDescription: try images.tampered(images.image(version: "2.0.0"), in: .description)
            case .otherHardware: try images.image(version: "2.0.0", hardwareRevision: "9.9")
            }
        }

        /// Kept, because its images go with it.
        private static let strangers = Result { try SwupdateImages() }
    }

    // MARK: - Eight at once

    @Test func eightAtOnceByTheRealProgram() async throws {
        let image = try SwupdateImages.shared().image(version: "2.0.0", payloadByteCount: 4_000_000)
        let names = (1...8).map { "till-\($0)" }
        let fleet = try ServedFleet(devices: names, update: "spring", to: "2.0.0")
        try fleet.muster("release", "add", fleet.fleet, "2.0.0", image.path)
        try await withTerminals(names.count) { terminals in
            let service = try await MusterService(fleet, starting: "spring")
            for (till, name) in zip(terminals, names) {
                let token = try fleet.muster("device", "token", fleet.fleet, name, "--state", fleet.state)
                try till.start(
                    url: "http://127.0.0.1:\(service.port)", tenant: ServedFleet.name, id: name,
                    token: token.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            for till in terminals { try await till.waitUntilInstalled("2.0.0") }
            for till in terminals { try await till.restarted(success: true) }
            for till in terminals {
                try await till.waitUntil("the update is completed", deadlineSeconds: 90) { _ in
                    (try? JournalReading(directory: fleet.state, fleet: ServedFleet.name))?
                        .status(of: "spring") == .completed
                }
                #expect(till.installedSHA256 == image.payloadSHA256)
            }
            #expect(await service.stop() == 0)
        }
        try expectJournal(of: fleet, names)
    }

    /// By the commands that an operator would ask.
    private func expectJournal(of fleet: ServedFleet, _ names: [String]) throws {
        let journal = try JournalReading(directory: fleet.state, fleet: ServedFleet.name)
        for name in names { #expect(journal.story(of: name) == ["attempt 1", "runs 1.0.0"] + Self.whole) }
        let devices = try fleet.list("devices", fleet.fleet)
        #expect(devices.compactMap { $0["id"] as? String }.sorted() == names)
        #expect(devices.allSatisfy { $0["firmware"] as? String == "2.0.0" })
        let updates = try fleet.list("updates", fleet.fleet)
        #expect(updates.map { $0["status"] as? String } == ["completed"])
        let audit = try fleet.list("audit", "list", fleet.fleet)
        #expect(audit.contains { $0["verb"] as? String == "start" && $0["object"] as? String == "spring" })
    }
}

extension SwupdateTests {
    /// One terminal, and one update of it to one image.
    /// - Parameters:
    ///   - before: The release that the terminal runs; nil: the fleet has no files of it.
    ///   - registered: What the registry believes that it runs; nil: `before`, or something else.
    func run(
        _ image: SwupdateImage, before: SwupdateImage? = nil, registered: String? = nil,
        treatments: [CuttingProxy.Treatment] = [],
        _ change: (inout FleetSettings) -> Void = { _ in },
        _ body: (TestFleet, SwupdateTerminal, CuttingProxy) async throws -> Void
    ) async throws -> JournalReading {
        try await withTerminals { terminals in
            let fleet = try TestFleet()
            try await fleet.start()
            let line = try CuttingProxy(to: fleet.port, treatments)
            defer { line.stop() }
            try await fleet.register(
                ["till-1"], releases: [before, image].compactMap(\.self),
                firmware: registered ?? before?.version ?? "0.9.0",
                change)
            try await fleet.start("spring", to: image.version)
            try fleet.switchOn(terminals[0], as: "till-1", by: line)
            do { try await body(fleet, terminals[0], line) } catch {
                await fleet.stop()
                throw error
            }
            return try await fleet.end()
        }
    }

    func run(
        _ image: SwupdateImage, _ change: (inout FleetSettings) -> Void = { _ in },
        _ body: (TestFleet, SwupdateTerminal) async throws -> Void
    ) async throws -> JournalReading {
        try await run(image, before: nil, treatments: [], change) { fleet, till, _ in try await body(fleet, till) }
    }
}

extension SwupdateTerminal {
    /// Waits until an image is installed and the server knows it, so that only the restart is missing.
    func waitUntilInstalled(_ version: String) async throws {
        try await waitUntil("\(version) is in its slot", deadlineSeconds: 90) { $0.installedVersion == version }
        try await waitForLog("Update successful, executing post-update", deadlineSeconds: 90)
    }
}
