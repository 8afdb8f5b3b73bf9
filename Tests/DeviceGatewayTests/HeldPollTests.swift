import FleetCore
import Testing

@testable import DeviceGateway

/// Polls that are held until there is an order.
@Suite struct HeldPollTests {
    private func held(_ fixture: GatewayFixture, _ device: String, seconds: Int = 60) async throws -> RawConnection {
        let connection = try await fixture.connect()
        try await connection.send(fixture.request("GET", device, headers: ["Prefer: wait=\(seconds)"]))
        return connection
    }

    @Test func anOrderAnswersItAtOnce() async throws {
        let fixture = try await GatewayFixture()
        let connection = try await held(fixture, "device-1")
        try await eventuallyHolds { fixture.bell.count == 1 }
        try await fixture.command(.start(update: GatewayFixture.update.id))
        let started = ContinuousClock.now
        let reply = try await connection.reply()
        #expect(reply.status == 200 && reply.action("deploymentBase") != nil)
        #expect(reply["preference-applied"] == "wait=60")
        // Other tests share the machine; a device that only polls would have come after 300 s.
        #expect(ContinuousClock.now - started < .seconds(10))
        await fixture.end()
    }

    @Test func itEndsWhenItsTimeIsOver() async throws {
        let fixture = try await GatewayFixture()
        let reply = try await held(fixture, "device-1", seconds: 1).reply()
        #expect(reply.status == 200 && reply.action("deploymentBase") == nil)
        #expect(fixture.bell.count == 0)
        await fixture.end()
    }

    @Test func aSecondOneEndsTheFirst() async throws {
        let fixture = try await GatewayFixture()
        let first = try await held(fixture, "device-1")
        try await eventuallyHolds { fixture.bell.count == 1 }
        let second = try await held(fixture, "device-1")
        #expect(try await first.reply().status == 200)
        #expect(fixture.bell.count == 1)
        try await fixture.command(.start(update: GatewayFixture.update.id))
        #expect(try await second.reply().action("deploymentBase") != nil)
        await fixture.end()
    }

    @Test func onesOfManyDevicesAreAllAnsweredByOneStart() async throws {
        let count = 200
        let fixture = try await GatewayFixture(devices: count)
        var connections: [RawConnection] = []
        for number in 1...count { connections.append(try await held(fixture, "device-\(number)")) }
        try await eventuallyHolds { fixture.bell.count == count }
        try await fixture.command(.start(update: GatewayFixture.update.id))
        var actions: Set<UInt32> = []
        for connection in connections {
            if let action = try await connection.reply().action("deploymentBase") { actions.insert(action) }
        }
        #expect(actions.count == count)
        await fixture.end()
    }

    @Test func oneWhoseDeviceHasGoneIsForgotten() async throws {
        let fixture = try await GatewayFixture()
        let connection = try await held(fixture, "device-1", seconds: 2)
        try await eventuallyHolds { fixture.bell.count == 1 }
        await connection.close()
        try await eventuallyHolds { fixture.bell.count == 0 }
        await fixture.end()
    }

    @Test func theDrainEndsAllAndFinishesWhatIsUnderWay() async throws {
        // All tests wait for their turn together: what is shown is that it finishes, not within what time.
        var limits = GatewayLimits()
        limits.drainTime = .seconds(300)
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(4 << 20), limits: limits)
        let other = try await held(fixture, "device-2")
        try await eventuallyHolds { fixture.bell.count == 1 }
        let action = try await fixture.offer("device-1")
        #expect(try await other.reply().status == 200)
        // Not before: a connection on which nothing is asked for is closed, and a test may wait long for its turn.
        let download = try await fixture.connect(reads: false)
        try await download.send(fixture.request("GET", "device-1", fixture.file(action)))
        try await eventuallyHolds {
            download.read()
            return download.pending > 0
        }
        async let drained: Void = fixture.running.drain()
        try await download.readOn()
        let reply = try await download.reply()
        #expect(reply.body == fixture.payload)
        await drained
        await #expect(throws: (any Error).self) { _ = try await fixture.connect() }
        await fixture.end()
    }
}
