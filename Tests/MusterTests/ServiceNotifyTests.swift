import FleetCore
import FleetEngine
import Foundation
import Synchronization
import Testing

@testable import muster

/// What `muster serve` says to the service manager that started it.
@Suite(.timeLimit(.minutes(10)))
struct ServiceNotifyTests {
    let scratch: ScratchFleet
    private let token: [String]

    init() throws {
        scratch = try ScratchFleet()
        let run = try MusterRun(["device", "token", scratch.fleet, "pos-nyc-001"], scratch)
        token = ["-H", "Authorization: TargetToken \(run.output.dropLast())"]
    }

    private func start(
        _ manager: NotifySocket, watchdog: Duration? = nil, for process: String? = nil, _ options: [String] = []
    ) throws -> ServeRun {
        var environment = ["NOTIFY_SOCKET": manager.name]
        environment["WATCHDOG_USEC"] = watchdog.map { "\($0 / .microseconds(1))".replacing(".0", with: "") }
        environment["WATCHDOG_PID"] = process
        return try ServeRun(scratch, options, environment: environment)
    }

    /// A port is known from the log only, which comes before; so it is asked at the first moment after `READY`.
    @Test func itIsReadyOnceADeviceCanPoll() throws {
        let manager = try NotifySocket("\(scratch.root)/notify")
        let serve = try start(manager)
        let before = try manager.messages(until: "READY=1")
        let poll = try CurlRun("http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/pos-nyc-001", token)
        #expect(poll.status == 200)
        #expect(FileManager.default.fileExists(atPath: "\(scratch.state)/engine.sock"))
        #expect(before.dropLast().allSatisfy { $0.first == "EXTEND_TIMEOUT_USEC=30000000" }, "\(before)")
        #expect(before.last == ["READY=1", "STATUS=ready"])
        #expect(
            try manager.messages(until: "STATUS=0 updates").last == ["STATUS=0 updates under way, 0 devices in flight"])
        #expect(serve.stop() == 0)
        #expect(try manager.messages(until: "STOPPING=1").last?.first == "STOPPING=1")
    }

    @Test func theStatusIsTrue() throws {
        let manager = try NotifySocket("@muster-\(UUID().uuidString)")
        let serve = try start(manager, ["--start", "critical-patch-2.4.1"])
        let status = try #require(try manager.messages(until: "STATUS=1 update under way, ").last?.last)
        let updates = try MusterRun(["snapshot", scratch.fleet], scratch)
        let count = try #require(status.firstMatch(of: /(\d+) devices? in flight/)?.1)
        #expect(updates.output.contains("~\(count) "), "\(status)\n\(updates.output)")
        #expect(serve.stop() == 0)
    }

    @Test func aProcessThatIsStoppedGivesNoSignOfLife() throws {
        let manager = try NotifySocket("\(scratch.root)/notify")
        let serve = try start(manager, watchdog: .seconds(1))
        for _ in 0..<3 {
            let begin = ContinuousClock.now
            _ = try manager.messages(until: "WATCHDOG=1")
            #expect(ContinuousClock.now - begin < .seconds(1))
        }
        serve.signal(SIGSTOP)
        manager.drain()
        #expect(manager.next(within: .seconds(3)) == nil)
        serve.signal(SIGCONT)
        _ = try manager.messages(until: "WATCHDOG=1")
        #expect(serve.stop() == 0)
    }

    @Test func theWatchdogOfAnotherProcessIsNotItsOwn() throws {
        let manager = try NotifySocket("\(scratch.root)/notify")
        let serve = try start(manager, watchdog: .milliseconds(200), for: "1")
        let messages = try manager.messages(until: "STATUS=0 updates")
        #expect(serve.stop() == 0)
        let all = messages + (try manager.messages(until: "STOPPING=1"))
        #expect(!all.joined().contains("WATCHDOG=1"))
    }

    /// A thread that breathes beside an engine which stands still must not say that the service lives.
    @Test func anEngineThatStandsStillGivesNoSignOfLife() throws {
        let manager = try NotifySocket("\(scratch.root)/notify")
        let environment = ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "400000"]
        let notifier = try #require(ServiceNotifier(environment: environment))
        let pulse = ServicePulse(notifier)
        let gate = DispatchSemaphore(value: 0)
        let driver = try StandingDriver(gate)
        let host = EngineHost()
        host.start({ driver }, ready: { _ in })
        pulse.isReady(host)
        _ = try manager.messages(until: "WATCHDOG=1")
        driver.stand()
        driver.hasStood.wait()
        manager.drain()
        #expect(manager.next(within: .seconds(2)) == nil)
        gate.signal()
        _ = try manager.messages(until: "WATCHDOG=1")
        host.stop()
        pulse.stop()
    }

    @Test(arguments: [[:], ["NOTIFY_SOCKET": "relative"], ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 107)]])
    func withoutAManagerNothingIsSaid(environment: [String: String]) {
        #expect(ServiceNotifier(environment: environment) == nil)
    }
}

/// A driver whose next step does not end before it is told.
private final class StandingDriver: EngineDriver, @unchecked Sendable {
    let hasStood = DispatchSemaphore(value: 0)
    private let gate: DispatchSemaphore
    private let isToStand = Mutex(false)
    private let driver: WallClockDriver

    init(_ gate: DispatchSemaphore) throws {
        self.gate = gate
        let clock = WallClock()
        driver = WallClockDriver(
            loop: try EngineLoop(log: MemoryLog(), link: NoDeviceLink(), now: clock.now), clock: clock)
    }

    func stand() { isToStand.withLock { $0 = true } }

    func advance(_ inputs: [EngineInput]) -> [EngineReply] {
        let stands = isToStand.withLock { isToStand in
            defer { isToStand = false }
            return isToStand
        }
        if stands {
            hasStood.signal()
            gate.wait()
        }
        return driver.advance(inputs)
    }

    var rest: Duration? { driver.rest }
    var revision: UInt64 { driver.revision }
    var isMoving: Bool { driver.isMoving }
    var access: AccessSettings { driver.access }
    var reading: EngineLoop { driver.reading }
    func view(_ query: ViewQuery) -> FleetView { driver.view(query) }
    var statistics: EngineStatistics { driver.statistics }
    var failure: String? { driver.failure }
    func shutDown() { driver.shutDown() }
}
