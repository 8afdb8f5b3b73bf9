import EngineSocket
import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// An engine that runs in this process, with what works beside it: the socket for other processes, the gateway.
final class OwnEngine {
    let host: EngineHost
    private let socket: EngineSocketServer?
    private let endBeside: () -> Void
    /// What tells of the engine to those who are not here; it outlives the engine by a moment.
    private let alerts: AlertRunner?
    /// Whether somebody has asked it to end.
    let stops: StopRequest
    private let directory: String?
    private var hasEnded = false
    /// Whether another process was to go on as the engine while this one lives, and whether it has failed to.
    private(set) var isElsewhere = false
    private(set) var hasGotLost = false
    /// How long one that has just started may take until it listens.
    private static let startPatience = Duration.seconds(10)

    private init(
        _ host: EngineHost, _ socket: EngineSocketServer?, _ alerts: AlertRunner?, stops: StopRequest,
        reachedIn directory: String?, endBeside: @escaping () -> Void
    ) {
        self.directory = directory
        self.alerts = alerts
        self.host = host
        self.socket = socket
        self.stops = stops
        self.endBeside = endBeside
    }

    /// Starts an engine and waits until it has taken its journal up.
    /// - Parameters:
    ///   - directory: The state folder in which other processes reach it; nil: they do not.
    ///   - alerts: What tells of it; nil: nothing does.
    ///   - beside: Starts what else works on the engine, and gives what ends it.
    static func start(
        _ makeDriver: @escaping @Sendable () throws -> any EngineDriver, reachedIn directory: String? = nil,
        alerts: AlertRunner? = nil, beside: (EngineHost) throws -> () -> Void
    ) throws -> OwnEngine {
        let stops = StopRequest()
        let host = EngineHost { stops.onEngineEnd() }
        try start(host, makeDriver)
        let socket = try directory.map { try CommandSocket.start(host, in: $0) { stops.ask() } }
        do {
            let endBeside = try beside(host)
            alerts?.start(host)
            return OwnEngine(host, socket, alerts, stops: stops, reachedIn: directory, endBeside: endBeside)
        } catch {
            socket?.stop()
            host.stop()
            throw error
        }
    }

    /// Makes an engine's driver on its thread, and waits until that is done.
    static func start(
        _ host: EngineHost, _ makeDriver: @escaping @Sendable () throws -> any EngineDriver
    ) throws {
        let ready = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        host.start(makeDriver) { result in
            if case .failure(let error) = result { failure.withLock { $0 = error } }
            ready.signal()
        }
        // A large fleet takes seconds to take over or to replay.
        if ready.wait(timeout: .now() + 0.5) == .timedOut {
            let isShown = isatty(STDERR_FILENO) == 1
            if isShown { writeError("starting the engine: journal and files") }
            ready.wait()
            if isShown { writeError("\r\u{1b}[K") }
        }
        if let error = failure.withLock({ $0 }) {
            printError("muster: \(error)")
            throw ExitStatus.failed
        }
    }

    /// Writes down who stops it while updates are under way; one that is idle ends with its console, and nothing stops.
    func writeDownStop(by user: ConsoleUser) {
        guard openUpdates > 0 else { return }
        let isWritten = DispatchSemaphore(value: 0)
        let origin = Origin(operatorName: user.name, source: user.source, user: UserName.own)
        guard host.submit(.stopEngine, origin, completion: { _ in isWritten.signal() }) else { return }
        _ = isWritten.wait(timeout: .now() + Self.patience)
    }

    /// Seconds that an engine has for an answer before it is ended without.
    private static let patience = 2.0

    private var openUpdates: Int {
        let count = Mutex(0), hasAnswered = DispatchSemaphore(value: 0)
        host.readStatistics { statistics in
            count.withLock { $0 = statistics?.openUpdates ?? 0 }
            hasAnswered.signal()
        }
        _ = hasAnswered.wait(timeout: .now() + Self.patience)
        return count.withLock { $0 }
    }

    /// Ends everything in good order. Once.
    /// - Parameter isHandedOver: Whether another process goes on as the engine at once.
    func end(isHandedOver: Bool = false) {
        guard !hasEnded else { return }
        hasEnded = true
        endBeside()
        socket?.stop()
        if !host.stop() { printError("muster: the engine did not end within 10 s; its journal is whole") }
        alerts?.end(isHandedOver: isHandedOver)
    }

    /// Whether it works in this process.
    var isRunning: Bool { !hasEnded && host.failure == nil }

    /// Has a process of its own go on as the engine, which has ended here; returns once it listens.
    func goOnElsewhere() throws -> pid_t {
        guard let directory else { preconditionFailure("an engine that nobody else reaches is not handed over") }
        isElsewhere = true
        hasGotLost = true
        let process = try DetachedEngine.launch(loggingIn: directory)
        try DetachedEngine.waitUntilItListens(process, in: directory, within: Self.startPatience)
        hasGotLost = false
        return process
    }

    /// Why `runWithoutScreen` has come to its end.
    enum QuietEnd: CustomStringConvertible {
        case isIdle, wasStopped, wasTold, hasFailed(String)

        var description: String {
            switch self {
            case .isIdle: "no update is under way and no console is open"
            case .wasStopped: "`muster stop` has asked for it"
            case .wasTold: "a signal has asked for it"
            case .hasFailed(let why): why
            }
        }
    }

    /// Goes on without a screen until nothing is under way and nobody looks on, somebody asks it to end, or it has failed.
    /// What is left of the terminal is not touched any more.
    func runWithoutScreen() -> QuietEnd {
        let end = EndOfService()
        let host = host
        stops.tell { end.end() }
        while !end.wait(seconds: 1), host.failure == nil {
            let isIdle = Mutex(false), hasAnswered = DispatchSemaphore(value: 0)
            host.readStatistics { statistics in
                isIdle.withLock { $0 = statistics?.openUpdates == 0 && statistics?.consoles == 0 }
                hasAnswered.signal()
            }
            hasAnswered.wait()
            if isIdle.withLock({ $0 }) { return .isIdle }
        }
        if let failure = host.failure { return .hasFailed(failure) }
        return stops.isAsked ? .wasStopped : .wasTold
    }
}

/// That somebody has asked an engine to end.
final class StopRequest: Sendable {
    private struct State {
        var isAsked = false
        var tell: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    var isAsked: Bool { state.withLock { $0.isAsked } }

    func ask() {
        state.withLock {
            $0.isAsked = true; return $0.tell
        }?()
    }

    /// Says who is to be told once it is asked for, or the engine has failed.
    func tell(_ tell: @escaping @Sendable () -> Void) {
        let isAsked = state.withLock { state in
            state.tell = tell
            return state.isAsked
        }
        if isAsked { tell() }
    }

    func onEngineEnd() { state.withLock { $0.tell }?() }
}
