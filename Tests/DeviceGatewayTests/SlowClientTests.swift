import DeviceGateway
import FleetCore
import Testing

/// Clients that take their time are dropped, and nobody else notices.
@Suite struct SlowClientTests {
    private func limits(_ change: (inout GatewayLimits) -> Void) -> GatewayLimits {
        var limits = GatewayLimits()
        change(&limits)
        return limits
    }

    @Test func aRequestThatDoesNotComeToItsEndIsCut() async throws {
        let fixture = try await GatewayFixture(limits: limits { $0.requestTime = .seconds(4) })
        let whole = fixture.request(
            "POST", "device-1", "deploymentBase/1/feedback", headers: ["Content-Length: 5000"])
        for start in ["G", "GET /shop/controller/v1/device-1 HTTP/1.1\r\nHost: g\r\n", whole] {
            let connection = try await fixture.connect()
            try await connection.send(start)
            // A byte now and then helps nobody.
            let drip = Task {
                while !Task.isCancelled, !connection.isClosed {
                    try? await connection.send("x")
                    try? await Task.sleep(for: .milliseconds(100))
                }
            }
            try await connection.closed()
            drip.cancel()
        }
        // One on a connection that was good before.
        let kept = try await fixture.connect()
        #expect(try await kept.ask(fixture.request("GET", "device-1")).status == 200)
        try await kept.send("GET ")
        try await kept.closed()
        await fixture.end()
    }

    /// What its end makes of what there was of the request is no second refusal.
    @Test func aRequestThatIsCutIsOneRefusal() async throws {
        let fixture = try await GatewayFixture(limits: limits { $0.requestTime = .seconds(4) })
        let connection = try await fixture.connect()
        try await connection.send("GET /shop/controller/v1/device-1 HTTP/1.1\r\nHost: g\r\n")
        try await connection.closed()
        try await eventuallyHolds {
            try await fixture.ask("GET", "", "/metrics").text.contains("muster_connections 1\n")
        }
        let metrics = try await fixture.ask("GET", "", "/metrics").text
        #expect(metrics.contains(#"muster_refusals_total{why="slowRequest"} 1"#), "\(metrics)")
        #expect(!metrics.contains(#"muster_refusals_total{why="unreadable"} 1"#), "\(metrics)")
        await fixture.end()
        let lines = fixture.log.all.filter { $0.message == "refused" }.map(\.fields)
        #expect(lines == [["why": "slowRequest", "address": "127.0.0.1"]])
    }

    @Test func aConnectionThatIdlesIsClosedAndAHeldPollIsNot() async throws {
        let fixture = try await GatewayFixture(
            limits: limits { ($0.idleTime, $0.requestTime) = (.seconds(4), .seconds(4)) })
        let idle = try await fixture.connect(), used = try await fixture.connect()
        let held = try await fixture.connect()
        try await held.send(fixture.request("GET", "device-2", headers: ["Prefer: wait=60"]))
        #expect(try await used.ask(fixture.request("GET", "device-1")).status == 200)
        try await idle.closed()
        try await used.closed()
        #expect(!held.isClosed)
        try await fixture.command(.start(update: GatewayFixture.update.id))
        #expect(try await held.reply().action("deploymentBase") != nil)
        try await held.closed()
        await fixture.end()
    }

    @Test func readersThatTakeNothingAreCutAndTheOthersAreServed() async throws {
        let count = scale("MUSTER_SLOW_READERS", 100)
        let stall = scale("MUSTER_SLOW_READERS_STALL", 3)
        let fixture = try await GatewayFixture(
            devices: count + 1, payload: GatewayFixture.bytes(16 << 20), isDurable: false,
            limits: limits { $0.stallTime = .seconds(stall) })
        try await fixture.command(.start(update: GatewayFixture.update.id))
        let connection = try await fixture.connect()
        let calm = try await pollTimes(fixture, connection, 200)
        let before = residentMemory()
        var slow: [RawConnection] = []
        for number in 1...count {
            let action = try await fixture.action("device-\(number)")
            let reader = try await fixture.connect(reads: false)
            try await reader.send(fixture.request("GET", "device-\(number)", fixture.file(action)))
            slow.append(reader)
        }
        let times = try await pollTimes(fixture, connection, 200)
        let grown = residentMemory() - before
        try await eventuallyHolds {
            try await fixture.ask("GET", "", "/metrics").text.contains("muster_open_deliveries 0\n")
        }
        // A reader that looks finds the end behind what the system kept for it.
        for reader in slow { try await reader.readOn() }
        for reader in slow { try await reader.closed() }
        print(
            "\(count) slow readers: p99 of polls \(calm.p99) without and \(times.p99) with them, memory grew by \(grown) MiB"
        )
        #expect(times.p99 < .seconds(5))
        // The files together are a hundred times that.
        #expect(grown < 16 * count / 10 + 100)
        try await eventuallyHolds { fixture.log.all.contains { $0.message == "a download has been cut" } }
        await fixture.end()
    }

    private func pollTimes(
        _ fixture: GatewayFixture, _ connection: RawConnection, _ count: Int
    ) async throws -> (p50: Duration, p99: Duration) {
        var times: [Duration] = []
        for number in 0..<count {
            let request = fixture.request("GET", "device-\(number % 90 + 1)"), began = ContinuousClock.now
            #expect(try await connection.ask(request).status == 200)
            times.append(ContinuousClock.now - began)
        }
        times.sort()
        return (times[count / 2], times[count * 99 / 100])
    }
}
