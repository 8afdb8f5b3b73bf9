import DeviceGateway
import FleetCore
import Testing

/// Polls that are answered on the event loop, beside those that go the way of all requests.
@Suite struct PollTests {
    private struct Case {
        var device: String
        var proof: String?
        var path = ""
    }

    /// A field that says what is so anyway makes a poll go the way of all requests.
    private static let detour = "Connection: keep-alive"

    @Test func bothWaysGiveTheSameAnswer() async throws {
        let fixture = try await GatewayFixture()
        let own = "TargetToken \(try fixture.token("device-1"))"
        let cases = [
            Case(device: "device-1"), Case(device: "device-1", proof: own), Case(device: "device-2", proof: own),
            Case(device: "device-1", proof: "targettoken   " + own.dropFirst(12)), Case(device: "device-1", proof: ""),
            Case(device: "device-1", proof: "Basic YTpi"), Case(device: "gone"), Case(device: "waiting"),
            Case(device: "newcomer"), Case(device: "nobody", proof: own),
            Case(device: "device-1", path: "/other/controller/v1/device-1"),
            Case(device: "device-1", path: "/DEFAULT/controller/v1/device-1"),
        ]
        for isOrdered in [false, true] {
            if isOrdered { try await fixture.command(.start(update: GatewayFixture.update.id)) }
            for one in cases { try await expectSame(one, fixture) }
        }
        try await fixture.command(.cancel(update: GatewayFixture.update.id))
        for one in cases { try await expectSame(one, fixture) }
        await fixture.end()
    }

    private func expectSame(_ one: Case, _ fixture: GatewayFixture) async throws {
        func ask(_ headers: [String]) async throws -> Reply {
            var reply = try await fixture.ask("GET", one.device, one.path, proof: one.proof, headers: headers)
            #expect(reply["date"]?.hasSuffix(" GMT") == true)
            reply.headers["date"] = nil
            return reply
        }
        let (plain, usual) = (try await ask([]), try await ask([Self.detour]))
        #expect(plain.status == usual.status && plain.headers == usual.headers, "\(one)")
        #expect(plain.text == usual.text, "\(one)")
    }

    /// With an order a device calls more often, and never less.
    @Test(arguments: [(2, "00:00:02", "00:00:02"), (300, "00:05:00", "00:00:05")])
    func whoHasAnOrderCallsNoLessOften(seconds: Int, idle: String, ordered: String) async throws {
        let fixture = try await GatewayFixture(pollInterval: .seconds(seconds))
        #expect(try await fixture.ask("GET", "device-1").text.contains(#""sleep":"\#(idle)""#))
        _ = try await fixture.offer()
        #expect(try await fixture.ask("GET", "device-1").text.contains(#""sleep":"\#(ordered)""#))
        await fixture.end()
    }

    private func metrics(_ fixture: GatewayFixture) async throws -> String {
        try await fixture.ask("GET", "", "/metrics").text
    }

    @Test func bothWaysAreCountedAndLoggedTheSame() async throws {
        let fixture = try await GatewayFixture()
        for headers in [[], [Self.detour]] {
            for proof in [nil, "GatewayToken wrong"] {
                _ = try await fixture.ask("GET", "device-1", proof: proof, headers: headers)
            }
        }
        let metrics = try await metrics(fixture)
        #expect(metrics.contains(#"muster_requests_total{route="poll",status="200"} 2"#))
        #expect(metrics.contains(#"muster_requests_total{route="poll",status="401"} 2"#))
        #expect(metrics.contains(#"muster_refusals_total{why="unproven"} 2"#))
        let lines = fixture.log.all.filter { $0.message == "refused" }.map(\.fields)
        #expect(lines.count == 2 && lines.first == lines.last && lines.first?["device"] == "device-1")
        await fixture.end()
    }

    @Test func requestsInARowAreAnsweredInTheirOrder() async throws {
        let fixture = try await GatewayFixture(limits: .withoutRates)
        let connection = try await fixture.connect()
        let unit: [(String, Int, String)] = [
            (fixture.request("GET", "device-1"), 200, "/device-1/"),
            (fixture.request("GET", "device-2"), 200, "/device-2/"),
            // Nothing that is taken in, so that the links stay.
            (fixture.request("PUT", "device-1", "configData", body: #"{"data":{"a":"1"2"}}"#), 200, ""),
            (fixture.request("GET", "device-3"), 200, "/device-3/"),
            (fixture.request("GET", "device-2", headers: [Self.detour]), 200, "/device-2/"),
            (fixture.request("GET", "device-1"), 200, "/device-1/"),
            (fixture.request("GET", "device-1", "deploymentBase/7"), 404, ""),
            (fixture.request("GET", "device-1", proof: "GatewayToken wrong"), 401, ""),
        ]
        let all = Array(repeatElement(unit, count: 50).joined())
        try await connection.send(all.map(\.0).joined())
        for (place, one) in all.enumerated() {
            let reply = try await connection.reply()
            #expect(reply.status == one.1 && (one.2.isEmpty || reply.text.contains(one.2)), "\(place)")
        }
        await connection.close()
        await fixture.end()
    }

    /// Whoever does not take answers is not read from either, however much was sent.
    @Test(arguments: [nil, "GatewayToken wrong"]) func aFloodInARowIsAnsweredWholeOnceItsReaderReads(
        proof: String?
    ) async throws {
        let fixture = try await GatewayFixture(isDurable: false, limits: .withoutRates)
        let connection = try await fixture.connect(reads: false)
        let count = 3000
        let request = fixture.request("GET", "device-1", proof: proof)
        async let sent: Void = connection.send(String(repeating: request, count: count))
        try await eventuallyHolds {
            connection.read()
            return connection.pending > 0
        }
        try await connection.readOn()
        var statuses: [Int: Int] = [:]
        for _ in 0..<count { statuses[try await connection.reply().status, default: 0] += 1 }
        try await sent
        #expect(statuses == [proof == nil ? 200 : 401: count])
        await connection.close()
        await fixture.end()
    }

    // MARK: - The end of a connection

    @Test func whatComesBehindAPollWaitsForItsAnswer() async throws {
        let gate = CallGate(isOpen: false)
        let fixture = try await GatewayFixture(gate: gate)
        let connection = try await fixture.connect()
        let health = fixture.request("GET", "", "/health")
        try await connection.send(fixture.request("GET", "device-1") + health + "nonsense\r\n\r\n")
        try await eventuallyHolds { gate.count == 1 }
        #expect(connection.pending == 0)
        gate.open()
        #expect(try await connection.reply().text.contains("/device-1/"))
        #expect(try await connection.reply().text == "ok\n")
        #expect(try await connection.reply().status == 400)
        try await connection.closed()
        await fixture.end()
    }

    @Test func whoSaysThatNothingMoreComesIsStillAnswered() async throws {
        let gate = CallGate(isOpen: false)
        let fixture = try await GatewayFixture(gate: gate)
        let connection = try await fixture.connect()
        try await connection.send(fixture.request("GET", "device-1") + fixture.request("GET", "device-2"))
        try await connection.finish()
        try await eventuallyHolds { gate.count == 1 }
        gate.open()
        #expect(try await connection.reply().text.contains("/device-1/"))
        #expect(try await connection.reply().text.contains("/device-2/"))
        try await connection.closed()
        await fixture.end()
    }

    @Test func aDeviceThatHasGoneHoldsNothingUp() async throws {
        let gate = CallGate(isOpen: false)
        let fixture = try await GatewayFixture(gate: gate)
        let connection = try await fixture.connect()
        try await connection.send(fixture.request("GET", "device-1") + fixture.request("GET", "device-2"))
        try await eventuallyHolds { gate.count == 1 }
        await connection.close()
        // One that only says nothing more looks the same, until it is answered.
        gate.open()
        try await eventuallyHolds { try await metrics(fixture).contains("muster_engine_calls 0\n") }
        // That which asks is the only one left.
        try await eventuallyHolds { try await metrics(fixture).contains("muster_connections 1\n") }
        #expect(try await fixture.ask("GET", "device-1").status == 200)
        await fixture.end()
    }

    @Test func theDrainLetsPollsUnderWayFinish() async throws {
        let gate = CallGate(isOpen: false)
        let fixture = try await GatewayFixture(gate: gate)
        let (idle, busy) = (try await fixture.connect(), try await fixture.connect())
        #expect(try await idle.ask(fixture.request("GET", "", "/health")).status == 200)
        try await busy.send(fixture.request("GET", "device-1") + fixture.request("GET", "", "/health"))
        try await eventuallyHolds { gate.count == 1 }
        async let drained: Void = fixture.running.drain()
        try await idle.closed()
        #expect(!busy.isClosed && busy.pending == 0)
        gate.open()
        #expect(try await busy.reply().text.contains("/device-1/"))
        #expect(try await busy.reply().text == "draining\n")
        try await busy.closed()
        await drained
        await fixture.end()
    }

    @Test func aConnectionThatIsToCloseIsClosed() async throws {
        let fixture = try await GatewayFixture()
        let connection = try await fixture.connect()
        #expect(try await connection.ask(fixture.request("GET", "device-1")).status == 200)
        let last = fixture.request("GET", "device-2", headers: ["Connection: close"])
        try await connection.send(last + fixture.request("GET", "device-1"))
        #expect(try await connection.reply().text.contains("/device-2/"))
        // What is sent behind one's own last word is not answered.
        try await connection.closed()
        #expect(connection.pending == 0)
        await fixture.end()
    }
}
