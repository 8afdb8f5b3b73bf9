import FleetCore
import FleetEngine
import Testing

@testable import FleetSimulator

/// What the oracle finds where an update is stopped and its orders are not taken back as they should be.
@Suite struct OracleWithdrawalTests {
    private let cancelled = EndReason.cancelled(by: "ana")
    private var stopped: [Event] {
        let origin = Origin(operatorName: "ana", source: "test")
        let record = CommandRecord(verb: "cancel", object: "u", origin: origin)
        return [.commandAccepted(record), .startsEnded(Tale.update, cancelled)]
    }

    private func order(isWithdrawn: Bool) -> Order {
        var order = Tale.order(0, generation: 1)
        order.isWithdrawn = isWithdrawn
        return order
    }

    private func say(_ body: Report.Body, generation: UInt32 = 1) -> Report {
        Report(device: DeviceIndex(0), generation: generation, body: body)
    }

    private var end: Event { .assignmentCancelled(Tale.update, DeviceIndex(0), cancelled) }

    /// The first terminal has an order; nothing else is under way.
    private func begun() -> Tale {
        var tale = Tale()
        tale.takeUp()
        tale.step([], [.attemptStarted(Tale.update, DeviceIndex(0), attempt: 1)], orders: [order(isWithdrawn: false)])
        return tale
    }

    /// And its update was cancelled.
    private func withdrawn() -> Tale {
        var tale = begun()
        tale.step(commands: [.cancel(update: "u")], stopped, orders: [order(isWithdrawn: true)])
        return tale
    }

    @Test func aSoundCourseBreaksNothing() {
        var tale = withdrawn()
        tale.step([.contact(0, Tale.old)], orders: [order(isWithdrawn: true)])
        tale.step([say(.dropped)], [end, .updateEnded(Tale.update, .cancelled)])
        tale.goOn()
        #expect(tale.oracle.violations == [])
        var unasked = begun()
        let cause = FailureCause(code: "dropped", isPermanent: false)
        let later = unasked.now + .seconds(50)
        unasked.step([say(.dropped)], [.attemptFailed(Tale.update, DeviceIndex(0), cause, retryAt: later)])
        #expect(unasked.oracle.violations == [])
    }

    @Test func ordersAreTakenBackExactlyThen() {
        var silent = begun()
        silent.step(commands: [.cancel(update: "u")], stopped)
        silent.goOn()
        #expect(silent.broken == [16])
        var repeated = withdrawn()
        repeated.step([.contact(0, Tale.old)], orders: [order(isWithdrawn: false)])
        #expect(repeated.broken == [16])
        var early = begun()
        early.step([.contact(0, Tale.old)], orders: [order(isWithdrawn: true)])
        #expect(early.broken == [16])
        var late = withdrawn()
        late.step(
            [say(.reached(.installing)), .contact(0, Tale.old)],
            [.stepReached(Tale.update, DeviceIndex(0), .installing)], orders: [order(isWithdrawn: true)])
        #expect(late.broken == [16])
    }

    @Test func onlyTheDevicesWordCancels() {
        var unsaid = withdrawn()
        unsaid.step([], [end, .updateEnded(Tale.update, .cancelled)])
        #expect(unsaid.broken == [11])
        var stale = withdrawn()
        stale.step([say(.dropped, generation: 7)], [end, .updateEnded(Tale.update, .cancelled)])
        #expect(stale.broken == [11])
        var standing = begun()
        standing.step([say(.dropped)], [end])
        #expect(standing.broken == [11, 17])
        var installing = withdrawn()
        installing.step(
            [say(.reached(.installing)), say(.dropped)],
            [.stepReached(Tale.update, DeviceIndex(0), .installing), end, .updateEnded(Tale.update, .cancelled)])
        #expect(installing.broken == [11])
    }

    @Test func theDevicesWordCounts() {
        var ignored = withdrawn()
        ignored.step([say(.dropped)])
        ignored.goOn()
        #expect(ignored.broken == [10])
        var failed = withdrawn()
        let cause = FailureCause(code: "dropped", isPermanent: false)
        failed.step(
            [say(.dropped)],
            [
                .attemptFailed(Tale.update, DeviceIndex(0), cause, retryAt: nil),
                .updateEnded(Tale.update, .cancelled),
            ])
        #expect(failed.broken == [10])
        var another = withdrawn()
        another.step(
            [say(.dropped)],
            [.assignmentCancelled(Tale.update, DeviceIndex(0), .rolledBack), .updateEnded(Tale.update, .cancelled)])
        #expect(another.broken == [17])
    }
}
