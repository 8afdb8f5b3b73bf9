import DeviceGateway
import FleetCore
import Testing

/// A download does not outlive what allowed it.
@Suite struct LostRightTests {
    /// How a device may lose its right to what it is fetching.
    enum Loss: CaseIterable {
        case revoked, replaced, fleetTokenReplaced, decommissioned, held
    }

    private func take(_ loss: Loss, _ fixture: GatewayFixture) async throws {
        switch loss {
        case .revoked: #expect(try CredentialFile.revoke("device-1", directory: fixture.folder))
        case .replaced: _ = try CredentialFile.issue("device-1", directory: fixture.folder)
        case .fleetTokenReplaced: _ = try CredentialFile.issue(nil, directory: fixture.folder)
        case .decommissioned: try await fixture.command(.decommission(device: "device-1"))
        case .held:
            for turn in 0..<8 {
                let body = #"{"data":{"serial":"\#(turn % 2)"}}"#
                _ = try await fixture.ask("PUT", "device-1", "configData", body: body)
            }
        }
    }

    /// At its pace it would go on for minutes.
    @Test(arguments: Loss.allCases) func aDownloadUnderWayEndsWithIt(_ loss: Loss) async throws {
        var limits = GatewayLimits()
        limits.bytesPerSecondPerDevice = 50_000
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(16 << 20), limits: limits)
        let file = fixture.file(try await fixture.offer())
        let proof = loss == .fleetTokenReplaced ? nil : "TargetToken \(try fixture.token("device-1"))"
        let other = fixture.file(try await fixture.action("device-2"))
        let reader = try await fixture.connect(), neighbour = try await fixture.connect()
        try await reader.send(fixture.request("GET", "device-1", file, proof: proof))
        let own = "TargetToken \(try fixture.token("device-2"))"
        try await neighbour.send(fixture.request("GET", "device-2", other, proof: own))
        try await eventuallyHolds { reader.pending > 10_000 && neighbour.pending > 10_000 }
        try await take(loss, fixture)
        try await eventuallyHolds { reader.isClosed }
        #expect(reader.pending < fixture.payload.count / 2)
        let ends = fixture.log.all.filter { $0.message.hasPrefix("a download was ended: ") }
        #expect(Set(ends.map { $0.fields["device"] }) == ["device-1"])
        let again = try await fixture.ask("GET", "device-1", file, proof: proof)
        #expect([401, 403].contains(again.status))
        // Nobody else's ends.
        let before = neighbour.pending
        try await eventuallyHolds { neighbour.pending > before }
        #expect(!neighbour.isClosed)
        await neighbour.close()
        await fixture.end()
    }
}
