import Crypto
import FleetCore
import Foundation
import Testing

/// A device that installs, is not heard of in time, and comes back on the release that is rolled back meanwhile.
@Suite(.timeLimit(.minutes(10))) struct LateWordTests {
    private let device = "device-1"
    private static let back = "\(GatewayFixture.update.id)/rollback"

    private func tell(_ fixture: GatewayFixture, _ version: String) async throws {
        let body = #"{"data":{"firmware":"\#(version)"}}"#
        #expect(try await fixture.ask("PUT", device, "configData", body: body).status == 200)
    }

    private func close(_ fixture: GatewayFixture, _ action: UInt32) async throws {
        let body = GatewayFixture.feedback("closed", "success")
        #expect(try await fixture.ask("POST", device, "deploymentBase/\(action)/feedback", body: body).status == 200)
    }

    private func state(_ fixture: GatewayFixture, of update: String = back) async throws -> AssignmentState? {
        try await fixture.view(of: update, detail: device).detail?.row.assignment?.state
    }

    /// The device has fetched everything, its installation has passed its deadline, it is offline, and the update is
    /// rolled back.
    private func rolledBack(tells: Bool) async throws -> (GatewayFixture, UInt32) {
        let fixture = try await GatewayFixture(devices: 1) {
            $0.retry.attempts = 1
            $0.deadlines.installing = .seconds(1)
            $0.heartbeat = .seconds(1)
        }
        let hash = SHA256.hash(data: Data(fixture.payload)).map { String(format: "%02x", $0) }.joined()
        let file = Artifact(name: GatewayFixture.fileName, size: Int64(fixture.payload.count), sha256: hash)
        try await fixture.command(.addReleases([Release(version: Version(1, 0, 0), artifacts: [file])]))
        if tells { try await tell(fixture, "1.0.0") }
        let action = try await fixture.offer()
        #expect(try await fixture.ask("GET", device, fixture.file(action)).status == 200)
        try await eventuallyHolds { try await state(fixture, of: GatewayFixture.update.id) == .failed }
        try await eventuallyHolds { try await fixture.view(detail: device).detail?.row.status == .offline }
        // Nothing that comes now is hurried.
        var calm = FleetSettings(name: GatewayFixture.tenant)
        (calm.retry.attempts, calm.floor.untouched) = (1, 0)
        let id = GatewayFixture.update.id
        try await fixture.command(.configure(calm), .rollBack(update: id, confirmation: id, preview: nil))
        #expect(try await state(fixture) == .pending)
        return (fixture, action)
    }

    /// It carries out the order that it gets, and says so.
    private func goBack(_ fixture: GatewayFixture, tells: Bool) async throws {
        let action = try await fixture.action(device)
        #expect(try await fixture.ask("GET", device, fixture.file(action)).status == 200)
        try await close(fixture, action)
        if tells { try await tell(fixture, "1.0.0") }
        #expect(try await state(fixture) == .completed)
        let status = try await fixture.view().updates.first { $0.id == GatewayFixture.update.id }?.status
        #expect(status == .rolledBack)
        await fixture.end()
    }

    /// By its attributes first, or by a poll first, in which it is asked for them.
    @Test(arguments: [false, true]) func whoTellsTheReleaseIsSentBack(pollsFirst: Bool) async throws {
        let (fixture, action) = try await rolledBack(tells: true)
        if pollsFirst { #expect(try await fixture.ask("GET", device).text.contains("configData")) }
        try await tell(fixture, "2.0.0")
        try await close(fixture, action)
        #expect(try await state(fixture) == .inProgress)
        #expect(try await !fixture.ask("GET", device).text.contains("configData"))
        try await goBack(fixture, tells: true)
    }

    @Test func whoNeverTellsAVersionIsSentBack() async throws {
        let (fixture, action) = try await rolledBack(tells: false)
        try await close(fixture, action)
        #expect(try await state(fixture) == .inProgress)
        try await goBack(fixture, tells: false)
    }

    @Test func whoTellsThatNothingChangedIsSentNothing() async throws {
        let (fixture, _) = try await rolledBack(tells: true)
        try await tell(fixture, "1.0.0")
        #expect(try await state(fixture) == .skipped)
        #expect(try await fixture.ask("GET", device).action("deploymentBase") == nil)
        await fixture.end()
    }
}
