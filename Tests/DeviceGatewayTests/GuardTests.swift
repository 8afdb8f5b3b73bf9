import NIOCore
import Testing

@testable import DeviceGateway

/// The parts of the guards that decide, each by a clock of its own.
@Suite struct GuardTests {
    @Test func aBucketGivesItsBurstAndThenItsRate() {
        let start = ContinuousClock.now
        var buckets = TokenBuckets(TokenRate(perSecond: 2, burst: 3), now: start)
        let first = (0..<5).map { _ in buckets.take("a", now: start) }
        #expect(first == [nil, nil, nil, .milliseconds(500), .milliseconds(500)])
        #expect(buckets.take("b", now: start) == nil)
        #expect(buckets.take("a", now: start + .milliseconds(499)) == .milliseconds(1))
        #expect(buckets.take("a", now: start + .milliseconds(500)) == nil)
        let later = start + .seconds(100)
        #expect((0..<4).map { _ in buckets.take("a", now: later) == nil } == [true, true, true, false])
    }

    @Test func bucketsAreForgottenWhenTheyAreFullAndBoundedBefore() {
        var now = ContinuousClock.now
        var buckets = TokenBuckets(TokenRate(perSecond: 1, burst: 10), now: now, capacity: 1000)
        for number in 0..<100_000 {
            #expect(buckets.take("device-\(number)", now: now) == nil)
            #expect(buckets.count <= 1001)
        }
        now += .seconds(11)
        _ = buckets.take("a", now: now)
        now += .seconds(11)
        _ = buckets.take("a", now: now)
        #expect(buckets.count <= 2)
    }

    @Test func aBucketThatIsUsedIsNotForgottenWithTheOthers() {
        let now = ContinuousClock.now
        var buckets = TokenBuckets(TokenRate(perSecond: 0.001, burst: 1), now: now, capacity: 100)
        #expect(buckets.take("flooder", now: now) == nil)
        for number in 0..<49 { _ = buckets.take("device-\(number)", now: now) }
        #expect(buckets.take("flooder", now: now) != nil)
    }

    @Test func deadlinesFollowWhatHappens() {
        var limits = GatewayLimits()
        limits.requestTime = .seconds(30)
        limits.stallTime = .seconds(60)
        limits.idleTime = .seconds(330)
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        func after(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }
        var deadlines = ConnectionDeadlines(limits, now: start)
        #expect(deadlines.next == after(30) && deadlines.fault(at: after(29)) == nil)
        #expect(deadlines.fault(at: after(30)) == .idle)
        // A part of a request.
        deadlines.bytesArrived()
        deadlines.readCompleted(at: after(10))
        #expect(deadlines.next == after(40))
        deadlines.bytesArrived()
        deadlines.headArrived()
        deadlines.readCompleted(at: after(39))
        #expect(deadlines.fault(at: after(40)) == .slowRequest)
        // Its end: it is answered, for as long as that takes.
        deadlines.requestEnded()
        deadlines.readCompleted(at: after(39))
        #expect(deadlines.next == nil && deadlines.fault(at: after(100_000)) == nil)
        // A reader that takes nothing, and one that does.
        deadlines.writabilityChanged(to: false, at: after(50))
        deadlines.writabilityChanged(to: false, at: after(60))
        #expect(deadlines.next == after(110) && deadlines.fault(at: after(110)) == .slowReader)
        deadlines.writabilityChanged(to: true, at: after(109))
        #expect(deadlines.fault(at: after(110)) == nil)
        deadlines.answerEnded(at: after(120))
        #expect(deadlines.next == after(450) && deadlines.fault(at: after(450)) == .idle)
    }

    @Test func aLogLetsSoManyLinesThroughASecondAndCountsTheRest() {
        let valve = LogValve(.init(label: "test"), linesPerSecond: 2)
        let start = ContinuousClock.now + .seconds(2)
        let first = (0..<5).map { _ in valve.take(now: start).isOpen }
        #expect(first == [true, true, false, false, false])
        let next = valve.take(now: start + .seconds(1))
        #expect(next.isOpen && next.dropped == 3)
        #expect(valve.take(now: start + .seconds(2)).dropped == 0)
    }

    @Test func aPieceThatIsNotTakenHasADeadlineHoweverSmall() {
        let limits = GatewayLimits(), start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        let end = start + TimeAmount(limits.stallTime)
        var deadlines = ConnectionDeadlines(limits, now: start)
        deadlines.headArrived()
        deadlines.requestEnded()
        #expect(deadlines.next == nil)
        deadlines.pieceLeft(at: start)
        #expect(deadlines.next == end && deadlines.fault(at: end) == .slowReader)
        // One that fills the connection as well does not begin its time anew.
        deadlines.writabilityChanged(to: false, at: start + .seconds(1))
        #expect(deadlines.next == end)
        deadlines.writabilityChanged(to: true, at: start + .seconds(2))
        deadlines.pieceTaken()
        #expect(deadlines.next == nil && deadlines.fault(at: end) == nil)
    }
}
