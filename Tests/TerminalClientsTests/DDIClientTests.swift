import FleetCore
import Foundation
import RolloutTrial
import TerminalClients
import Testing

/// One terminal against a real gateway, request by request.
@Suite struct DDIClientTests {
    private static let bytes = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })
    private static let old = Version(1, 0, 0), new = Version(2, 0, 0)

    private func withFleet(_ body: (LoopbackFleet, DDIClient) async throws -> Void) async throws {
        let fleet = try await LoopbackFleet(
            LoopbackFleet.Plan(
                settings: FleetSettings(name: "shop"),
                devices: [
                    DeviceRecord(id: "pos-1", site: "a", region: "north", firmware: Self.old, status: .online)
                ],
                releases: [(Self.new, [("app.bin", Self.bytes)])],
                updates: [
                    UpdateDefinition(
                        id: "u", release: Self.new, selector: .all, strategy: .immediate(offline: .queue))
                ]), connections: 4)
        do {
            try await body(fleet, DDIClient(device: "pos-1", gateway: fleet.address, pool: fleet.pool))
        } catch {
            try? await fleet.end()
            throw error
        }
        try await fleet.end()
    }

    private func state(_ fleet: LoopbackFleet) throws -> AssignmentState? {
        let state = try fleet.journal().state
        return state.update("u").map { $0.assignments.state(0) }
    }

    @Test func aTerminalFetchesHashesAndConfirms() async throws {
        try await withFleet { fleet, client in
            try await client.describe(firmware: Self.old)
            #expect(try await client.poll().deployment == nil)
            fleet.command(.start(update: "u"))
            let link = try #require(try await client.poll(waiting: .seconds(20)).deployment)
            let deployment = try await client.deployment(link)
            #expect(deployment.release == Self.new)
            #expect(deployment.size == 300_000)
            try await client.say(.proceeding, of: deployment.action)
            let file = try #require(deployment.files.first)
            var part = PartialFile()
            try await client.fetch(file, into: &part)
            #expect(part.sha256 == Self.bytes.sha256)
            #expect(part.isProven(file))
            try await client.say(.succeeded, of: deployment.action)
            try await client.describe(firmware: Self.new)
            #expect(try state(fleet) == .completed)
        }
    }

    @Test func aFileThatIsCutIsGoneOnWithByEachRule() async throws {
        try await withFleet { fleet, client in
            fleet.command(.start(update: "u"))
            let link = try #require(try await client.poll(waiting: .seconds(20)).deployment)
            let file = try #require(try await client.deployment(link).files.first)
            for rule in ResumeRule.allCases {
                var part = PartialFile()
                var isWhole = try await client.fetch(file, into: &part, cutAfter: 70_001)
                #expect(!isWhole)
                #expect(part.length == 70_001)
                isWhole = try await client.fetch(file, into: &part, through: 150_000, rule, cutAfter: 5)
                #expect(!isWhole)
                #expect(part.length == (rule == .anew ? 5 : 70_006))
                isWhole = try await client.fetch(file, into: &part, through: 150_000)
                #expect(isWhole)
                #expect(part.length == 150_000)
                try await client.fetch(file, into: &part, rule)
                #expect(part.isProven(file))
            }
        }
    }

    @Test func aSuccessWithoutTheFilesIsAFailureWhateverIsSaidBefore() async throws {
        try await withFleet { fleet, client in
            fleet.command(.start(update: "u"))
            let link = try #require(try await client.poll(waiting: .seconds(20)).deployment)
            let downloaded = DDIFeedback(execution: .downloaded, finished: .none)
            try await client.say(downloaded, of: link.action)
            try await client.say(.succeeded, of: link.action)
            #expect(try state(fleet) == .retrying)
        }
    }

    @Test func aDownloadGoesOnInTheNextAttempt() async throws {
        try await withFleet { fleet, client in
            fleet.command(.start(update: "u"))
            var link = try #require(try await client.poll(waiting: .seconds(20)).deployment)
            var part = PartialFile()
            let first = try #require(try await client.deployment(link).files.first)
            try await client.fetch(first, into: &part, cutAfter: 70_001)
            try await client.say(.failed("connection lost"), of: link.action)
            fleet.skip(.minutes(2))
            link = try #require(try await client.poll(waiting: .seconds(20)).deployment)
            let second = try #require(try await client.deployment(link).files.first)
            try await client.fetch(second, into: &part, .plainRange)
            #expect(part.isProven(second))
            try await client.say(.succeeded, of: link.action)
            #expect(try state(fleet) == .completed)
        }
    }
}
