import FleetCore
import FleetEngine
import Foundation
import Synchronization
import Testing

/// The engine's thread and what crosses to consoles.
@Suite struct EngineHostTests {
    private final class FixedClock: EngineClock, Sendable {
        let now = Timestamp(milliseconds: 1_772_550_000_000)
        let steadyTime = Duration.zero
    }

    private func started(_ log: FailingLog = FailingLog()) -> EngineHost {
        let host = EngineHost {}
        let shared = Unchecked(log)
        host.start(
            {
                let clock = FixedClock()
                let loop = try EngineLoop(log: shared.value, link: NoDeviceLink(), now: clock.now)
                return WallClockDriver(loop: loop, clock: clock)
            }, ready: { _ in })
        return host
    }

    /// Hands a value to the one thread that uses it from then on.
    private struct Unchecked<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    private func wait<Value>(_ host: EngineHost, for found: (EngineHost.News) -> Value?) -> Value? {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let value = found(host.takeNews()) { return value }
            host.waitForNews(seconds: 1)
        }
        return nil
    }

    @Test func commandsAreAnsweredUnderTheirTickets() throws {
        let host = started()
        let ticket = host.submit(.configure(FleetSettings(name: "shop")), Origin(operatorName: "kim", source: "test"))
        let reply = wait(host) { $0.replies.first }
        #expect(reply == EngineReply(ticket: try #require(ticket), refusal: nil))
        #expect(host.stop())
    }

    @Test func aQueryIsAnsweredAndAnsweredAgainWhenSomethingChanges() {
        let host = started()
        var query = ViewQuery()
        query.eventCount = 3
        host.ask(query)
        let first = wait(host) { $0.view }
        #expect(first?.fleetName == "")
        _ = host.submit(.configure(FleetSettings(name: "shop")), Origin(operatorName: "kim", source: "test"))
        let second = wait(host) { $0.view?.fleetName == "shop" ? $0.view : nil }
        #expect(second != nil)
        #expect(host.stop())
    }

    @Test func whatCannotStartSaysWhy() {
        let failure = Mutex<String?>(nil)
        let host = EngineHost {}
        host.start({ throw FactLogError("another engine runs here", remedy: "stop it") }) { result in
            if case .failure(let error) = result { failure.withLock { $0 = "\(error)" } }
        }
        #expect(host.stop())
        #expect(failure.withLock { $0 } == "another engine runs here; stop it")
    }

    @Test func afterTheStopNothingIsTaken() {
        let host = started()
        #expect(host.stop())
        #expect(host.submit(.pause(update: "u"), Origin(operatorName: "kim", source: "test")) == nil)
    }
}
