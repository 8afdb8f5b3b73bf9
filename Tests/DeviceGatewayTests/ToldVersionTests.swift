import DeviceGateway
import FleetCore
import Testing

/// A device that has ever told its version is known by it, and what is no version is none that was asked for.
@Suite(.timeLimit(.minutes(10))) struct ToldVersionTests {
    private let device = "device-1"

    private func describe(_ fixture: GatewayFixture, _ body: String) async throws {
        #expect(try await fixture.ask("PUT", device, "configData", body: body).status == 200)
    }

    private func tell(_ fixture: GatewayFixture, _ version: String) async throws {
        try await describe(fixture, #"{"data":{"firmware":"\#(version)"}}"#)
    }

    /// The device fetches everything, and says that it has restarted.
    private func install(_ fixture: GatewayFixture) async throws -> UInt32 {
        let action = try await fixture.action(device)
        #expect(try await fixture.ask("GET", device, fixture.file(action)).status == 200)
        return action
    }

    private func close(_ fixture: GatewayFixture, _ action: UInt32) async throws {
        let body = GatewayFixture.feedback("closed", "success")
        #expect(try await fixture.ask("POST", device, "deploymentBase/\(action)/feedback", body: body).status == 200)
    }

    private func row(_ fixture: GatewayFixture) async throws -> (AssignmentState, Bool, String?) {
        let row = try #require(try await fixture.view(detail: device).detail?.row.assignment)
        return (row.state, row.turnedBad, row.reason?.description)
    }

    /// Whatever it says after the restart, and whatever becomes of its attributes.
    @Test(arguments: [
        #"{"data":{"firmware":"garbage"}}"#, #"{"data":{"firmware":""}}"#, #"{"data":{"firmware":null}}"#,
        #"{"mode":"replace","data":{"serial":"7"}}"#, #"{"mode":"remove","data":{"firmware":""}}"#,
    ])
    func whoToldAVersionOnceIsNotCompletedByItsWord(after: String) async throws {
        let fixture = try await GatewayFixture()
        try await tell(fixture, "1.0.0")
        _ = try await fixture.offer()
        let action = try await install(fixture)
        try await describe(fixture, after)
        try await close(fixture, action)
        try await describe(fixture, after)
        #expect(try await row(fixture) == (.inProgress, false, nil))
        try await tell(fixture, "2.0.0")
        #expect(try await row(fixture) == (.completed, false, nil))
        await fixture.end()
    }

    @Test func moreNamesThanThereIsRoomForDoNotHideIt() async throws {
        let fixture = try await GatewayFixture()
        try await tell(fixture, "1.0.0")
        let names = (0..<DeviceAttributes.mostNames).map { #""a\#($0)":"b""# }.joined(separator: ",")
        try await describe(fixture, "{\"data\":{\(names)}}")
        _ = try await fixture.offer()
        try await close(fixture, try await install(fixture))
        #expect(try await row(fixture) == (.inProgress, false, nil))
        await fixture.end()
    }

    @Test func whoOnlyEverToldWhatIsNoVersionIsNotCompletedByItsWord() async throws {
        let fixture = try await GatewayFixture()
        try await tell(fixture, "build seven")
        _ = try await fixture.offer()
        try await close(fixture, try await install(fixture))
        #expect(try await row(fixture) == (.inProgress, false, nil))
        await fixture.end()
    }

    @Test(arguments: [("not a version", "reports no version: not a version"), ("2.0.0+evil", "reports 2.0.0+evil")])
    func whoTellsWhatItDidNotInstallAfterItCompletedHasTurnedBad(version: String, reason: String) async throws {
        let fixture = try await GatewayFixture()
        _ = try await fixture.offer()
        let action = try await install(fixture)
        try await tell(fixture, "2.0.0")
        try await close(fixture, action)
        #expect(try await row(fixture) == (.completed, false, nil))
        try await tell(fixture, version)
        #expect(try await row(fixture) == (.completed, true, reason))
        await fixture.end()
    }
}
