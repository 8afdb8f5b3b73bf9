import FleetCore
import Testing

@testable import DeviceGateway

/// Bytes a second, shared out.
@Suite struct BandwidthTests {
    /// Lets deliveries send for so long by a clock of its own; gives the bytes of each.
    private func simulate(
        _ shares: [BandwidthShare], from start: ContinuousClock.Instant, seconds: Double
    ) -> [Int64] {
        var sent = shares.map { _ in Int64(0) }
        // When each sends the piece for which it has taken its place, and how long that is.
        var turns = shares.map { share in
            let next = share.next(atMost: .max, now: start)
            return (at: start + next.wait, length: next.length)
        }
        let end = start + .seconds(seconds)
        while let first = turns.indices.min(by: { turns[$0].at < turns[$1].at }), turns[first].at < end {
            sent[first] += turns[first].length
            let next = shares[first].next(atMost: .max, now: turns[first].at)
            turns[first] = (turns[first].at + next.wait, next.length)
        }
        return sent
    }

    private func open(
        _ shares: BandwidthShares, _ devices: Range<Int>, region: String = "north", rate: Int64?,
        at now: ContinuousClock.Instant
    ) -> [BandwidthShare] {
        devices.map { shares.open("device-\($0)", region: region, bytesPerSecondPerRegion: rate, now: now) }
    }

    @Test(arguments: [1, 2, 10, 100]) func deliveriesOfARegionShareItFairly(count: Int) {
        let now = ContinuousClock.now, rate: Int64 = 1_000_000
        let shares = BandwidthShares(bytesPerSecondPerDevice: nil)
        let sent = simulate(open(shares, 0..<count, rate: rate, at: now), from: now, seconds: 60)
        let total = sent.reduce(0, +)
        #expect(abs(total - 60 * rate) <= rate)
        let fair = Int64(60) * rate / Int64(count)
        #expect(sent.allSatisfy { abs($0 - fair) <= fair / 5 })
    }

    @Test func aDeviceHasItsOwnBoundAndRegionsDoNotTouchEachOther() {
        let now = ContinuousClock.now
        let shares = BandwidthShares(bytesPerSecondPerDevice: 100_000)
        let north = open(shares, 0..<2, rate: 1_000_000, at: now)
        let south = open(shares, 2..<12, region: "south", rate: 500_000, at: now)
        let sent = simulate(north + south, from: now, seconds: 20)
        #expect(sent[..<2].allSatisfy { abs($0 - 2_000_000) <= 300_000 })
        #expect(abs(sent[2...].reduce(0, +) - 10_000_000) <= 1_000_000)
    }

    @Test func whoComesAgainHasItsDebtStill() {
        let now = ContinuousClock.now
        let shares = BandwidthShares(bytesPerSecondPerDevice: 10_000)
        let first = shares.open("device", region: "north", bytesPerSecondPerRegion: nil, now: now)
        _ = first.next(atMost: 10_000, now: now)
        first.close(now: now)
        let second = shares.open("device", region: "north", bytesPerSecondPerRegion: nil, now: now)
        #expect(second.next(atMost: 10_000, now: now).wait == .seconds(1))
        second.close(now: now + .seconds(3))
        let third = shares.open("device", region: "north", bytesPerSecondPerRegion: nil, now: now + .seconds(3))
        #expect(third.next(atMost: 10_000, now: now + .seconds(3)).wait == .zero)
    }

    @Test func withoutABoundNobodyWaits() {
        let now = ContinuousClock.now
        let share = BandwidthShares(bytesPerSecondPerDevice: nil)
            .open("device", region: "north", bytesPerSecondPerRegion: nil, now: now)
        for _ in 0..<100 {
            let next = share.next(atMost: 1 << 40, now: now)
            #expect(next.wait == .zero && next.length == Int64(FileDelivery.pieceLength))
        }
    }

    @Test func aRegionOnLoopbackTakesItsBytesASecondAndNoMore() async throws {
        let size = 600_000
        let fixture = try await GatewayFixture(payload: GatewayFixture.bytes(size)) {
            $0.limits.bytesPerSecondPerRegion = 400_000
        }
        try await fixture.command(.start(update: GatewayFixture.update.id))
        let began = ContinuousClock.now
        let bodies = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for number in 1...3 {
                group.addTask {
                    let device = "device-\(number)"
                    // The engine starts no more of them at once than it believes the region to carry.
                    let action = try await eventually {
                        try await fixture.ask("GET", device).action("deploymentBase")
                    }
                    return try await fixture.ask("GET", device, fixture.file(action)).body
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let time = ContinuousClock.now - began
        #expect(bodies.allSatisfy { $0 == fixture.payload })
        // 1.8 MB at 400 kB a second are 4.5 s, less the first pieces.
        #expect(time > .seconds(3.5) && time < .seconds(20), "\(time)")
        await fixture.end()
    }
}
