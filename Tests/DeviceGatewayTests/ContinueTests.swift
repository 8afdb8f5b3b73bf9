import Testing

@testable import DeviceGateway

/// Clients that ask before they send a body.
@Suite struct ContinueTests {
    private static let body = #"{"data":{"firmware":"1.0.0"}}"#

    /// A request without its body.
    private func head(
        _ fixture: GatewayFixture, expectation: String = "100-continue", proof: String? = nil,
        length: Int = ContinueTests.body.utf8.count
    ) -> String {
        fixture.request(
            "PUT", "device-1", "configData", proof: proof,
            headers: ["Expect: \(expectation)", "Content-Length: \(length)"])
    }

    @Test(arguments: ["100-continue", "100-Continue"]) func aClientIsToldToGoOn(expectation: String) async throws {
        let fixture = try await GatewayFixture()
        let connection = try await fixture.connect()
        for _ in 0..<2 {
            let interim = try await connection.ask(head(fixture, expectation: expectation))
            #expect(interim.status == 100 && interim.headers.isEmpty)
            #expect(try await connection.ask(Self.body).status == 200)
        }
        #expect(
            try await connection.ask(fixture.request("GET", "device-1")).json?["_links"] as? [String: [String: String]]
                == [:])
        await connection.close()
        await fixture.end()
    }

    @Test func oneThatDoesNotWaitIsAnsweredOnce() async throws {
        let fixture = try await GatewayFixture()
        let connection = try await fixture.connect()
        #expect(try await connection.ask(head(fixture) + Self.body).status == 200)
        #expect(connection.pending == 0)
        await connection.close()
        await fixture.end()
    }

    @Test func whatIsRefusedIsNotAskedFor() async throws {
        let fixture = try await GatewayFixture()
        func first(_ request: String) async throws -> Int {
            let connection = try await fixture.connect()
            let reply = try await connection.ask(request)
            await connection.close()
            return reply.status
        }
        #expect(try await first(head(fixture, proof: "GatewayToken wrong")) == 401)
        #expect(try await first(head(fixture, length: Feedback.maximumLength + 1)) == 413)
        #expect(try await first(head(fixture, expectation: "200-ok")) == 417)
        #expect(try await first(head(fixture, expectation: "100-continue, 200-ok")) == 417)
        let metrics = try await fixture.ask("GET", "", "/metrics").text
        #expect(metrics.contains(#"status="417"} 2"#))
        await fixture.end()
    }

    @Test func aClientOfHTTP10IsNot() async throws {
        let fixture = try await GatewayFixture()
        let connection = try await fixture.connect()
        try await connection.send(head(fixture).replacing("HTTP/1.1", with: "HTTP/1.0"))
        // Its connection shares no order with this one, which takes longer than an interim answer would.
        for _ in 0..<20 { #expect(try await fixture.ask("GET", "device-1").status == 200) }
        #expect(connection.pending == 0)
        #expect(try await connection.ask(Self.body).status == 200)
        await connection.close()
        await fixture.end()
    }

    /// Behind a request that is answered on the event loop, and behind one that is not.
    @Test(arguments: [false, true]) func theWordComesBehindTheAnswersBefore(isPoll: Bool) async throws {
        let gate = CallGate(isOpen: false)
        let fixture = try await GatewayFixture(gate: gate)
        let connection = try await fixture.connect()
        let before =
            isPoll
            ? fixture.request("GET", "device-2")
            : fixture.request("PUT", "device-2", "configData", body: Self.body)
        try await connection.send(before + head(fixture))
        try await eventuallyHolds { gate.count == 1 }
        #expect(connection.pending == 0)
        gate.open()
        #expect(try await connection.reply().status == 200)
        #expect(try await connection.reply().status == 100)
        #expect(try await connection.ask(Self.body).status == 200)
        await connection.close()
        await fixture.end()
    }
}
