import DeviceGateway
import FleetCore
import Testing

/// What is too much is refused, and only that.
@Suite struct LimitTests {
    private func limits(_ change: (inout GatewayLimits) -> Void) -> GatewayLimits {
        var limits = GatewayLimits()
        change(&limits)
        return limits
    }

    private func seconds(_ reply: Reply) -> Int? { reply["retry-after"].flatMap { Int($0) } }

    @Test func aDeviceThatAsksTooOftenIsAnswered429AndNoOtherIs() async throws {
        let limits = limits { $0.requests = TokenRate(perSecond: 0.001, burst: 5) }
        let fixture = try await GatewayFixture(limits: limits)
        let connection = try await fixture.connect()
        var statuses: [Int] = []
        var waits: Set<Int> = []
        for _ in 0..<20 {
            let reply = try await connection.ask(fixture.request("GET", "device-1"))
            statuses.append(reply.status)
            if let wait = seconds(reply) { waits.insert(wait) }
        }
        #expect(statuses == Array(repeating: 200, count: 5) + Array(repeating: 429, count: 15))
        // With a spread.
        #expect(waits.count > 1 && waits.allSatisfy { $0 > 0 })
        // From the same address, on the same connection.
        #expect(try await connection.ask(fixture.request("GET", "device-2")).status == 200)
        await fixture.end()
    }

    /// It asks for no proof, so an address is counted; who proves to be a device at the same address does not notice.
    @Test func whoAsksForTheRepositoryTooOftenIsAnswered429() async throws {
        let limits = limits { $0.visits = TokenRate(perSecond: 0.001, burst: 3) }
        let fixture = try await GatewayFixture(limits: limits)
        let connection = try await fixture.connect()
        var statuses: [Int] = []
        for path in ["metadata/timestamp.json", "metadata/1.root.json", "targets/releases/1.0.0/a.b", "metadata/a"] {
            let request = fixture.request("GET", "", "/\(GatewayFixture.tenant)/tuf/\(path)", proof: "")
            statuses.append(try await connection.ask(request).status)
        }
        #expect(statuses == [404, 404, 404, 429])
        #expect(try await connection.ask(fixture.request("GET", "device-1")).status == 200)
        await fixture.end()
    }

    @Test func aFloodOfFeedbackIsAnswered429() async throws {
        let limits = limits { $0.feedback = TokenRate(perSecond: 0.001, burst: 3) }
        let fixture = try await GatewayFixture(limits: limits)
        let action = try await fixture.offer()
        let connection = try await fixture.connect()
        let request = fixture.request(
            "POST", "device-1", "deploymentBase/\(action)/feedback", body: GatewayFixture.feedback("proceeding"))
        var statuses: [Int] = []
        for _ in 0..<6 { statuses.append(try await connection.ask(request).status) }
        #expect(statuses == [200, 200, 200, 429, 429, 429])
        #expect(try await fixture.ask("GET", "device-1").status == 200)
        await fixture.end()
    }

    /// Each change is written down as a whole, for good. Nothing of one that is refused is.
    @Test func whoKeepsSayingSomethingNewOfItselfIsAnswered429() async throws {
        let limits = limits { $0.descriptions = TokenRate(perSecond: 0.001, burst: 3) }
        let fixture = try await GatewayFixture(limits: limits)
        let connection = try await fixture.connect()
        func describe(_ value: String, _ device: String = "device-1") async throws -> Reply {
            let body = #"{"data":{"serial":"7","uptime":"\#(value)","firmware":"1.0.\#(value)"}}"#
            return try await connection.ask(fixture.request("PUT", device, "configData", body: body))
        }
        var statuses: [Int] = []
        for value in 0..<6 { statuses.append(try await describe("\(value)").status) }
        #expect(statuses == [200, 200, 200, 429, 429, 429])
        #expect(try await seconds(describe("7")).map { $0 > 0 } == true)
        // What is known is no news, and others are not counted with it.
        #expect(try await describe("2").status == 200)
        #expect(try await describe("7", "device-2").status == 200)
        #expect(try await connection.ask(fixture.request("GET", "device-1")).status == 200)
        let detail = try #require(try await fixture.view(detail: "device-1").detail)
        #expect(detail.row.firmware == Version(1, 0, 2))
        #expect(detail.described.contains(Tag("uptime", "2")))
        await fixture.end()
    }

    @Test func whoKeepsFailingToProveItselfIsAnswered429AndTheOthersDoNotNotice() async throws {
        let limits = limits { $0.failures = TokenRate(perSecond: 0.001, burst: 4) }
        let fixture = try await GatewayFixture(limits: limits)
        let connection = try await fixture.connect()
        var statuses: [Int] = []
        for number in 0..<8 {
            let request = fixture.request("GET", "device-\(number)", proof: "TargetToken guess-\(number)")
            statuses.append(try await connection.ask(request).status)
        }
        #expect(statuses == [401, 401, 401, 401, 429, 429, 429, 429])
        let own = "TargetToken \(try fixture.token("device-1"))"
        #expect(try await connection.ask(fixture.request("GET", "device-1", proof: own)).status == 200)
        await fixture.end()
    }

    @Test func headersAndTargetsThatAreTooLongAreRefused() async throws {
        let fixture = try await GatewayFixture()
        let long = "/shop/controller/v1/" + String(repeating: "x", count: 3000)
        #expect(try await fixture.ask("GET", "", long).status == 414)
        let floods = [
            ["X-Long: " + String(repeating: "x", count: 9000)],
            (0..<100).map { "X-\($0): 1" },
            (0..<60).map { "X-\($0): " + String(repeating: "x", count: 1000) },
        ]
        for headers in floods {
            let connection = try await fixture.connect()
            try? await connection.send(fixture.request("GET", "device-1", headers: headers))
            // A refusal, or the end of the connection before it could be sent.
            let status = try? await connection.reply().status
            #expect(status == nil || status == 431)
            try await connection.closed()
        }
        // A line that never ends.
        let connection = try await fixture.connect()
        for _ in 0..<64 { try? await connection.send([UInt8](repeating: 0x61, count: 1024)) }
        try await eventuallyHolds { connection.isClosed || connection.pending > 0 }
        await connection.close()
        #expect(try await fixture.ask("GET", "device-1").status == 200)
        await fixture.end()
    }

    @Test func connectionsBeyondTheBoundAreClosedAndRoomIsMadeAgain() async throws {
        let fixture = try await GatewayFixture(limits: limits { $0.connections = 10 })
        var open: [RawConnection] = []
        for _ in 0..<10 {
            let connection = try await fixture.connect()
            #expect(try await connection.ask(fixture.request("GET", "device-1")).status == 200)
            open.append(connection)
        }
        for _ in 0..<5 {
            let connection = try await fixture.connect()
            try await connection.closed()
        }
        for connection in open { await connection.close() }
        try await eventuallyHolds { (try? await fixture.ask("GET", "device-1").status) == 200 }
        await fixture.end()
    }

    @Test func callsBeyondTheBoundAreAnswered503AndNoneIsLostInTheEnd() async throws {
        let count = scale("MUSTER_STORM_DEVICES", 1000)
        let fixture = try await GatewayFixture(devices: count, limits: limits { $0.callsUnderWay = 2 })
        try await fixture.command(.start(update: GatewayFixture.update.id))
        let began = ContinuousClock.now
        let (served, refused, spread) = try await storm(fixture, count)
        print("storm: \(served) devices served, \(refused) answers 503, in \(ContinuousClock.now - began)")
        #expect(served == count)
        #expect(refused == 0 || spread.count > 1)
        await fixture.end()
    }

    /// All devices at once, each again until it is served.
    private func storm(_ fixture: GatewayFixture, _ count: Int) async throws -> (Int, Int, Set<Int>) {
        try await withThrowingTaskGroup(of: (Bool, Int, Set<Int>).self) { group in
            for number in 1...count {
                group.addTask {
                    var refused = 0
                    var waits: Set<Int> = []
                    let connection = try await eventually { try? await fixture.connect() }
                    while true {
                        let reply = try await connection.ask(fixture.request("GET", "device-\(number)"))
                        if reply.status == 200 {
                            await connection.close()
                            return (reply.action("deploymentBase") != nil, refused, waits)
                        }
                        try #require(reply.status == 503 || reply.status == 429)
                        refused += 1
                        waits.insert(try #require(reply["retry-after"].flatMap { Int($0) }))
                        // As if the time it was told were over: with a spread.
                        try await Task.sleep(for: .milliseconds(Int.random(in: 20...500)))
                    }
                }
            }
            return try await group.reduce((0, 0, [])) { ($0.0 + ($1.0 ? 1 : 0), $0.1 + $1.1, $0.2.union($1.2)) }
        }
    }
}
