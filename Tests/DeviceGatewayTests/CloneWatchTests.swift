import Foundation
import Testing

@testable import DeviceGateway

/// Two devices under one id are noticed; one device with many addresses is not taken for two.
@Suite struct CloneWatchTests {
    private static let interval = Duration.seconds(300)

    private struct Poll {
        var second: Double
        var address: String
        /// The interval that it is told.
        var told = 300.0
    }

    /// What speaks for two devices first, and after how many seconds.
    private func firstEvidence(_ polls: [Poll]) -> (second: Double, text: String)? {
        let watch = CloneWatch(interval: Self.interval), start = ContinuousClock.now
        for poll in polls.sorted(by: { $0.second < $1.second }) {
            let found = watch.polled("till", from: poll.address, at: start + .seconds(poll.second))
            watch.answered(
                "till", from: poll.address, again: .seconds(poll.told), at: start + .seconds(poll.second + 0.01))
            if let found { return (poll.second, found) }
        }
        return nil
    }

    private func rhythm(
        _ address: String, every seconds: Double, from start: Double, told: Double = 300
    ) -> [Poll] {
        (0..<100).map { Poll(second: start + Double($0) * seconds, address: address, told: told) }
    }

    /// But for one that calls exactly twice as often as it is told, strictly by turns: it cannot be told from two.
    @Test(arguments: [1, 2.5, 5, 10, 60, 75, 150, 299, 300, 305, 600])
    func aDeviceThatChangesItsAddressAtEveryPollIsNotTakenForTwo(_ seconds: Double) {
        for uplinks in 2...5 {
            for told in [5.0, 300] where !(uplinks == 2 && seconds * 2 == told) {
                let polls = (0..<500).map {
                    let second = Double($0) * seconds + Double($0 * 7 % 3) * 0.1
                    return Poll(second: second, address: "10.0.0.\($0 % uplinks)", told: told)
                }
                #expect(firstEvidence(polls) == nil, "\(uplinks) uplinks, told \(told)")
            }
        }
    }

    @Test func aDeviceWithTwoUplinksByChanceIsNotTakenForTwo() {
        var state: UInt64 = 1
        func draw(_ most: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % most
        }
        for _ in 0..<200 {
            var second = 0.0, told = 300.0
            let polls = (0..<500).map { _ in
                // It keeps the interval it was told, with or without an order, and restarts now and then.
                second += draw(50) == 0 ? Double(draw(100)) : told + 0.2
                told = draw(3) == 0 ? 5 : 300
                return Poll(second: second, address: "10.0.0.\(draw(2))", told: told)
            }
            #expect(firstEvidence(polls) == nil)
        }
    }

    @Test(arguments: [1.0, 20, 100, 140, 160, 250, 298])
    func twoDevicesAtTheIntervalAreNoticedWithinAFewIntervals(_ offset: Double) throws {
        let polls = rhythm("10.0.0.1", every: 300.3, from: 0) + rhythm("10.0.0.2", every: 300.1, from: offset)
        let found = try #require(firstEvidence(polls))
        #expect(found.second <= 5 * 300)
        #expect(found.text.contains("10.0.0.1") && found.text.contains("10.0.0.2"))
    }

    /// Each calls in the middle between two calls of the other.
    @Test(arguments: [5.0, 300]) func twoDevicesExactlyByTurnsAreNoticedInTheEnd(_ told: Double) throws {
        let polls =
            rhythm("10.0.0.1", every: told + 0.004, from: 0, told: told)
            + rhythm("10.0.0.2", every: told + 0.005, from: told / 2, told: told)
        let found = try #require(firstEvidence(polls))
        #expect(found.second <= 25 * told)
        #expect(
            found.text == "addresses 10.0.0.2 and 10.0.0.1, each at the interval that one is told, by turns"
                || found.text == "addresses 10.0.0.1 and 10.0.0.2, each at the interval that one is told, by turns")
    }

    @Test(arguments: [0.0, 1, 20])
    func aDeviceThatCallsTwiceAsOftenAsItIsToldIsNotTakenForTwo(_ jitter: Double) {
        var state: UInt64 = 7
        func draw() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 33) / Double(1 << 31)
        }
        // By one line, and by two that take turns by chance.
        for lines in jitter > 1 ? [1] : [1, 2] {
            var second = 0.0
            let polls = (0..<2000).map { _ in
                second += 150 + jitter * (draw() - 0.5)
                return Poll(second: second, address: "10.0.0.\(draw() < 0.5 ? 0 : lines - 1)")
            }
            #expect(firstEvidence(polls) == nil, "\(lines) lines")
        }
    }

    @Test func twoDevicesWithAnOrderAreNoticedAsSoon() throws {
        let polls =
            rhythm("10.0.0.1", every: 5.05, from: 0, told: 5) + rhythm("10.0.0.2", every: 5.02, from: 1.5, told: 5)
        #expect(try #require(firstEvidence(polls)).second <= 25)
    }

    @Test func twoThatHoldPollsEndEachOthersAndAreNoticed() {
        let watch = CloneWatch(interval: Self.interval), start = ContinuousClock.now
        var evidence: String?
        for turn in 0..<20 where evidence == nil {
            // The other's poll is still held when this one comes, and ends by it.
            evidence = watch.polled("till", from: "10.0.0.\(turn % 2)", at: start + .milliseconds(100 * turn))
            watch.answered(
                "till", from: "10.0.0.\((turn + 1) % 2)", again: Self.interval,
                at: start + .milliseconds(100 * turn + 1))
        }
        #expect(evidence?.contains("at the same time") == true)
    }

    /// Each poll that an uplink's end cut off is still held here when the next one comes.
    @Test func anUplinkThatFlapsIsNotTakenForTwo() {
        let watch = CloneWatch(interval: Self.interval), start = ContinuousClock.now
        for turn in 0..<200 {
            #expect(watch.polled("till", from: "10.0.0.\(turn % 2)", at: start + .seconds(4 * turn)) == nil)
        }
    }

    @Test func attributesThatGoBackAndForthAreTwoDevices() {
        let watch = CloneWatch(interval: Self.interval), start = ContinuousClock.now
        var evidence: String?
        for turn in 0..<8 where evidence == nil {
            let said = ["model=t1", "serial=\(turn % 2)"]
            evidence = watch.described("till", as: said, at: start + .seconds(150 * turn))
        }
        #expect(evidence == "attributes serial=1 and serial=0, by turns")
    }

    @Test func nothingSaidIsNoEvidence() {
        let watch = CloneWatch(interval: Self.interval), start = ContinuousClock.now
        for turn in 0..<20 {
            let said = turn % 2 == 0 ? [] : ["keep=me"]
            #expect(watch.described("till", as: said, at: start + .seconds(10 * turn)) == nil)
        }
    }

    @Test func aSideThatAddsNothingIsNotShownEmpty() {
        let watch = CloneWatch(interval: Self.interval), start = ContinuousClock.now
        var evidence: String?
        for turn in 0..<8 where evidence == nil {
            let said = ["model=t1"] + (turn % 2 == 0 ? [] : ["keep=me"])
            evidence = watch.described("till", as: said, at: start + .seconds(10 * turn))
        }
        #expect(evidence == "attributes with and without keep=me, by turns")
    }
}
