import FleetCore
import Foundation
import Synchronization
import Testing

@testable import FleetEngine

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

    private func seat(_ host: EngineHost, _ name: String = "kim", isReadOnly: Bool = false) throws -> EngineSeat {
        try #require(host.seat(ConsoleUser(name: name, isReadOnly: isReadOnly)) {})
    }

    /// Hands a value to the one thread that uses it from then on.
    private struct Unchecked<Value>: @unchecked Sendable {
        let value: Value
        init(_ value: Value) { self.value = value }
    }

    private func wait<Value>(_ seat: EngineSeat, for found: (ConsoleNews) -> Value?) -> Value? {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            if let value = found(seat.takeNews()) { return value }
            seat.waitForNews(seconds: 1)
        }
        return nil
    }

    @Test func commandsAreAnsweredUnderTheirTickets() throws {
        let host = started()
        let seat = try seat(host)
        let ticket = seat.submit(.configure(FleetSettings(name: "shop")), reason: "")
        let reply = wait(seat) { $0.replies.first }
        #expect(reply == EngineReply(ticket: try #require(ticket), refusal: nil))
        #expect(host.stop())
    }

    @Test func aQueryIsAnsweredAndAnsweredAgainWhenSomethingChanges() throws {
        let host = started(), seat = try seat(host)
        var query = ViewQuery()
        query.eventCount = 3
        seat.ask(query)
        let first = wait(seat) { $0.view }
        #expect(first?.fleetName == "")
        _ = seat.submit(.configure(FleetSettings(name: "shop")), reason: "")
        let second = wait(seat) { $0.view?.fleetName == "shop" ? $0.view : nil }
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

    @Test func afterTheStopNothingIsTaken() throws {
        let host = started(), seat = try seat(host)
        #expect(host.stop())
        #expect(seat.submit(.pause(update: "u"), reason: "") == nil)
        #expect(!host.submit(.pause(update: "u"), Origin(operatorName: "kim", source: "test")) { _ in })
    }

    /// Each console hears of its own commands alone, and all see what they did and who is there.
    @Test func severalConsolesSitAtOneEngine() throws {
        let host = started(), kim = try seat(host), lee = try seat(host, "lee", isReadOnly: true)
        var query = ViewQuery()
        query.eventCount = 5
        kim.ask(query)
        lee.ask(query)
        let ticket = kim.submit(.configure(FleetSettings(name: "shop")), reason: "")
        #expect(wait(kim) { $0.replies.first }?.ticket == ticket)
        var replies: [EngineReply] = []
        let seen = wait(lee) { news -> FleetView? in
            replies += news.replies
            return news.view?.fleetName == "shop" ? news.view : nil
        }
        #expect(replies.isEmpty)
        #expect(seen?.events.contains { $0.who == "kim" } == true)
        #expect(seen?.consoles.map(\.name) == ["kim", "lee"])
        #expect(seen?.consoles.map(\.isReadOnly) == [false, true])
        lee.leave()
        #expect(wait(kim) { $0.view?.consoles.count == 1 ? true : nil } == true)
        #expect(host.stop())
    }

    /// By that a console tells whether its operator is the one who asked for something.
    @Test func aConsoleHearsWhoTheSystemKnowsItToBe() throws {
        let host = started(), kim = ConsoleUser(name: "boss (kim)", account: LocalUser(name: "kim", isOwner: true))
        let seat = try #require(host.seat(kim) {})
        seat.ask(ViewQuery())
        #expect(wait(seat) { $0.view }?.ownConsole?.user == "kim")
        #expect(host.stop())
    }

    /// A console that does not look costs nothing: one view lies ready for it, and no other is made.
    @Test func noViewIsMadeForAConsoleThatDoesNotTakeTheLast() throws {
        let host = started(), still = try seat(host), other = try seat(host)
        var query = ViewQuery()
        query.eventCount = 1
        still.ask(query)
        still.waitForNews(seconds: 20)
        for name in ["one", "two", "three"] {
            _ = other.submit(.configure(FleetSettings(name: name)), reason: "")
            #expect(wait(other) { $0.replies.first } != nil)
        }
        #expect(still.takeNews().view?.fleetName == "")
        #expect(wait(still) { $0.view?.fleetName } == "three")
        #expect(host.stop())
    }

    @Test func seatsAreBounded() throws {
        let host = started()
        let seats = (0..<EngineHost.seatCapacity).compactMap { _ in host.seat(ConsoleUser(name: "kim")) {} }
        #expect(seats.count == EngineHost.seatCapacity)
        #expect(host.seat(ConsoleUser(name: "kim")) {} == nil)
        seats[0].leave()
        #expect(host.seat(ConsoleUser(name: "kim")) {} != nil)
        #expect(host.stop())
    }

    /// However many consoles look on, all of their views together take half of the engine's time.
    @Test(arguments: [1, 2, 20, EngineHost.seatCapacity]) func viewsTakeHalfOfTheTime(seats: Int) {
        let cost = Duration.milliseconds(7)
        // From the start of one view to that of the next one of the same console.
        let period = cost + EngineHost.viewRest(cost: cost, seats: seats)
        #expect(cost * seats * 2 == period)
    }
}
