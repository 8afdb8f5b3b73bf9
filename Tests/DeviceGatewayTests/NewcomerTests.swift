import FleetCore
import Testing

/// Devices that register themselves are asked what they are.
@Suite struct NewcomerTests {
    private func isAsked(_ fixture: GatewayFixture, _ device: String) async throws -> Bool {
        let reply = try await fixture.ask("GET", device)
        #expect(reply.status == 200)
        return reply.text.contains("/\(device)/configData")
    }

    private func describe(_ fixture: GatewayFixture, _ device: String, _ data: String) async throws {
        let body = #"{"mode":"merge","data":\#(data)}"#
        #expect(try await fixture.ask("PUT", device, "configData", body: body).status == 200)
    }

    @Test func whoWaitsIsAskedUntilItHasSaidSo() async throws {
        let fixture = try await GatewayFixture()
        for _ in 0..<3 { #expect(try await isAsked(fixture, "newcomer")) }
        try await describe(fixture, "newcomer", #"{"firmware":"1.0.0"}"#)
        #expect(try await !isAsked(fixture, "newcomer"))
        try await fixture.command(.accept(device: "newcomer"))
        #expect(try await !isAsked(fixture, "newcomer"))
        let row = try #require(try await fixture.view(detail: "newcomer").detail?.row)
        #expect(row.firmware == Version(1, 0, 0))
        await fixture.end()
    }

    /// A client may have nothing to say: it is asked once.
    @Test func whoWasAcceptedBeforeIsAskedToo() async throws {
        let fixture = try await GatewayFixture()
        #expect(try await isAsked(fixture, "newcomer"))
        try await fixture.command(.accept(device: "newcomer"))
        for _ in 0..<3 { #expect(try await isAsked(fixture, "newcomer")) }
        let row = try #require(try await fixture.view(detail: "newcomer").detail?.row)
        #expect(row.firmware.shown == "unknown")
        try await describe(fixture, "newcomer", "{}")
        #expect(try await !isAsked(fixture, "newcomer"))
        await fixture.end()
    }

    /// It can never be taken in, whenever it comes again.
    @Test func anIdThatIsTooLongIsNoneToWaitFor() async throws {
        let fixture = try await GatewayFixture()
        let long = String(repeating: "x", count: DeviceRecord.mostIDBytes + 1)
        for headers in [[], ["Connection: keep-alive"]] {
            let reply = try await fixture.ask("GET", long, headers: headers)
            #expect(reply.status == 404 && reply["retry-after"] == nil)
        }
        #expect(try await fixture.ask("GET", String(long.dropLast())).status == 200)
        await fixture.end()
    }
}
