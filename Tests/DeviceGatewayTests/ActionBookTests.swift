import FleetCore
import FleetEngine
import Testing

@testable import DeviceGateway

/// Which bytes count as delivered, over attempts and over a restart of the gateway.
@Suite struct ActionBookTests {
    private let book = ActionBook()

    /// An order for two files of 100 bytes each.
    private func work(
        attempt: Int = 1, _ step: AttemptStep = .offered, isOlder: Bool = false
    ) -> DeviceAnswer.Work {
        let order = Order(
            device: DeviceIndex(0), update: UpdateIndex(0), attempt: attempt, generation: UInt32(attempt),
            release: Version(2, 0, 0), size: 200, isRollback: false)
        let files = ["a", "b"].map { Artifact(name: $0, size: 100, sha256: "") }
        return DeviceAnswer.Work(order: order, step: step, update: "u", artifacts: files, isOlderThanEngine: isOlder)
    }

    private func delivered(
        _ range: Range<Int64>, of file: Int, _ work: DeviceAnswer.Work, hasArrived: Bool = true
    ) -> Int64 {
        book.offered(work, to: "till")
        return book.delivered(range, of: file, hasArrived: hasArrived, work, to: "till").sent
    }

    @Test func bytesThatWereHandedOverAndDidNotArriveProveNothing() {
        #expect(delivered(0..<100, of: 0, work(), hasArrived: false) == 0)
        #expect(delivered(0..<100, of: 0, work(), hasArrived: false) == 0)
        #expect(delivered(0..<100, of: 1, work()) == 100)
        #expect(book.sent(of: Version(2, 0, 0), to: "till") == 100)
        #expect(book.sent(of: Version(1, 0, 0), to: "till") == 0)
    }

    /// A client goes on behind the last byte that it has.
    @Test func whoGoesOnHasWhatWasHandedOver() {
        #expect(delivered(0..<80, of: 0, work(), hasArrived: false) == 0)
        #expect(delivered(60..<100, of: 0, work()) == 100)
        #expect(delivered(0..<40, of: 1, work(), hasArrived: false) == 100)
        #expect(delivered(60..<100, of: 1, work()) == 100)
    }

    @Test func bytesBehindAGapProveNothing() {
        #expect(delivered(60..<100, of: 0, work()) == 0)
        #expect(delivered(0..<50, of: 0, work()) == 50)
        #expect(delivered(50..<100, of: 0, work()) == 100)
        #expect(delivered(0..<100, of: 1, work()) == 200)
    }

    /// However it names its order, and whatever it said of it before.
    @Test(arguments: [AttemptStep.offered, .downloading])
    func theLastByteAloneProvesNothing(step: AttemptStep) {
        #expect(delivered(99..<100, of: 1, work(step)) == 0)
        #expect(delivered(99..<100, of: 1, work(attempt: 2, step)) == 0)
    }

    @Test func anotherAttemptGoesOn() {
        #expect(delivered(0..<100, of: 0, work()) == 100)
        #expect(delivered(0..<40, of: 1, work()) == 140)
        #expect(delivered(40..<100, of: 1, work(attempt: 2)) == 200)
    }

    @Test func anAttemptUnderWayGoesOnAfterARestart() {
        #expect(delivered(40..<100, of: 1, work(.downloading, isOlder: true)) == 200)
    }

    @Test func anotherAttemptGoesOnAfterARestart() {
        #expect(delivered(40..<70, of: 1, work(attempt: 2, isOlder: true)) == 170)
        // It is cut once more.
        #expect(delivered(70..<100, of: 1, work(attempt: 3, isOlder: true)) == 200)
    }

    /// Nothing was delivered for an order that nobody had taken up.
    @Test func anOrderThatWasOnlyOfferedBeforeARestartIsWhole() {
        #expect(delivered(40..<100, of: 0, work(isOlder: true)) == 0)
    }
}
