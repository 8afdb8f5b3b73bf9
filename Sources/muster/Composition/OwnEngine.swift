import EngineSocket
import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// An engine that runs in this process, with what works beside it: the socket for other processes, the gateway.
/// One thread has it; that of an engine which has failed ends it, and whoever ends it besides waits for that.
final class OwnEngine: @unchecked Sendable {
    let host: EngineHost
    private let socket: EngineSocketServer?
    private let endBeside: () -> Void
    /// What tells of the engine to those who are not here; it outlives the engine by a moment.
    private let alerts: AlertRunner?
    /// Whether somebody has asked it to end.
    let stops: StopRequest
    private let directory: String?
    private let hasBegunToEnd = Mutex(false)
    private let ending = DispatchGroup()
    /// Whether another process was to go on as the engine while this one lives, and whether it has failed to.
    private(set) var isElsewhere = false
    private(set) var hasGotLost = false
    /// The process that is to go on as the engine, and has proved that it can.
    private var successor: EngineSuccessor?
    /// Tells those who are not here that no engine goes on, and why.
    private let tellLoss: (String) -> Void

    private init(
        _ host: EngineHost, _ socket: EngineSocketServer?, _ alerts: AlertRunner?, stops: StopRequest,
        reachedIn directory: String?, tellLoss: @escaping (String) -> Void, endBeside: @escaping () -> Void
    ) {
        self.directory = directory
        self.alerts = alerts
        self.tellLoss = tellLoss
        self.host = host
        self.socket = socket
        self.stops = stops
        self.endBeside = endBeside
    }

    /// Starts an engine and waits until it has taken its journal up.
    /// - Parameters:
    ///   - directory: The state folder in which other processes reach it; nil: they do not.
    ///   - alerts: What tells of it; nil: nothing does.
    ///   - tellLoss: Tells, behind its end, that the process which was to go on as it did not, and why.
    ///   - yields: Whether a start that fails is to be left to another engine, which `EngineIsElsewhere` says.
    ///   - beside: Starts what else works on the engine, and gives what ends it.
    static func start(
        _ makeDriver: @escaping @Sendable () throws -> any EngineDriver, reachedIn directory: String? = nil,
        alerts: AlertRunner? = nil, tellLoss: @escaping (String) -> Void = { _ in }, yields: () -> Bool = { false },
        beside: (EngineHost) throws -> () -> Void
    ) throws -> OwnEngine {
        let stops = StopRequest()
        let host = EngineHost { stops.onEngineEnd() }
        try start(host, yields: yields, makeDriver)
        let socket = try directory.map { try CommandSocket.start(host, in: $0) { stops.ask($0) } }
        do {
            let endBeside = try beside(host)
            alerts?.start(host)
            return OwnEngine(
                host, socket, alerts, stops: stops, reachedIn: directory, tellLoss: tellLoss, endBeside: endBeside)
        } catch {
            socket?.stop()
            host.stop()
            throw error
        }
    }

    /// Makes an engine's driver on its thread, and waits until that is done.
    static func start(
        _ host: EngineHost, yields: () -> Bool = { false },
        _ makeDriver: @escaping @Sendable () throws -> any EngineDriver
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
            if yields() { throw EngineIsElsewhere() }
            printError("muster: \(error)")
            throw ExitStatus.failed
        }
    }

    /// Writes down who stops it while updates are under way; one that is idle ends with its console, and nothing stops.
    func writeDownStop(by user: ConsoleUser) {
        guard answer({ $0.reading.state.hasSomethingLive }) ?? false else { return }
        let isWritten = DispatchSemaphore(value: 0)
        let origin = Origin(operatorName: user.name, source: user.source, user: UserName.own)
        guard host.submit(.stopEngine, origin, completion: { _ in isWritten.signal() }) else { return }
        _ = isWritten.wait(timeout: .now() + Self.patience)
    }

    /// Seconds that an engine has for an answer before it is ended without.
    private static let patience = 2.0

    /// What the engine answers to a question; nil: nothing, in time.
    private func answer<Answer: Sendable>(_ question: @escaping @Sendable (any EngineDriver) -> Answer) -> Answer? {
        let found = Mutex<Answer?>(nil), hasAnswered = DispatchSemaphore(value: 0)
        host.ask(question) { answer in
            found.withLock { $0 = answer }
            hasAnswered.signal()
        }
        _ = hasAnswered.wait(timeout: .now() + Self.patience)
        return found.withLock { $0 }
    }

    /// Ends everything in good order. Once: whoever comes later waits until it has ended.
    /// - Parameter isHandedOver: Whether another process goes on as the engine at once.
    func end(isHandedOver: Bool = false) {
        guard beginToEnd() else { return ending.wait() }
        defer { ending.leave() }
        endBeside()
        socket?.stop(isHandedOver: isHandedOver)
        if host.failure == nil {
            stopHost()
            alerts?.end(isHandedOver: isHandedOver)
        } else {
            // Nothing comes any more that they would have to tell; who starts the next engine finds them at rest.
            alerts?.end()
            stopHost()
        }
    }

    private func beginToEnd() -> Bool {
        hasBegunToEnd.withLock { hasBegun in
            guard !hasBegun else { return false }
            hasBegun = true
            ending.enter()
            return true
        }
    }

    private func stopHost() {
        if !host.stop() { printError("muster: the engine did not end within 10 s; its journal is whole") }
    }

    /// Gives an engine up that has failed, or that somebody has asked to end, so that the next one can start though this
    /// process goes on as a console: its lock, its socket, and what calls in. Returns at once.
    func giveUp() {
        guard host.failure != nil || stops.origin != nil, !hasBegunToEnd.withLock({ $0 }) else { return }
        let thread = Thread { [self] in end() }
        thread.name = "engine end"
        thread.start()
    }

    /// Whether it has worked in this process, and its end is over.
    var hasEnded: Bool { hasBegunToEnd.withLock { $0 } && ending.wait(timeout: .now()) == .success }

    /// Whether it works in this process.
    var isRunning: Bool { !hasBegunToEnd.withLock { $0 } && host.failure == nil }

    /// Starts the process that is to go on as the engine, and returns once it has proved that it can; this one works on.
    func proveSuccessor() throws(EngineSuccessor.Failure) {
        guard let directory else { preconditionFailure("an engine that nobody else reaches is not handed over") }
        successor = nil
        successor = try EngineSuccessor(loggingIn: directory)
    }

    /// Leaves the process that has proved itself alone, where somebody has stopped the engine meanwhile; it ends by that.
    func dropSuccessor() {
        successor = nil
        if hasEnded { socket?.release() }
    }

    /// Whether the process that was to go on as the engine has ended.
    var hasSuccessorEnded: Bool { successor?.hasEnded ?? true }

    /// Has that process go on as the engine, which has ended here; returns once it listens.
    func goOnElsewhere() throws(EngineSuccessor.Failure) -> pid_t {
        guard let successor else { preconditionFailure("it has proved itself before the engine here ended") }
        isElsewhere = true
        hasGotLost = true
        // Those who wait here go there by themselves.
        defer { socket?.release() }
        do {
            try successor.goOn()
        } catch {
            if !error.isOpen { tellLoss("it was to go on in a process of its own, and did not: \(error)") }
            throw error
        }
        hasGotLost = false
        return successor.process
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
    /// - Parameter time: For how long it stays though nothing is under way and nobody looks on yet.
    func runWithoutScreen(atLeast time: Duration = .zero) -> QuietEnd {
        let idleFrom = ContinuousClock.now + time
        let end = EndOfService()
        let host = host
        stops.tell { end.end() }
        while !end.wait(seconds: 1), host.failure == nil {
            let isAlone = Mutex(false), hasAnswered = DispatchSemaphore(value: 0)
            host.readStatistics { statistics in
                isAlone.withLock { $0 = statistics?.openUpdates == 0 && statistics?.consoles == 0 }
                hasAnswered.signal()
            }
            hasAnswered.wait()
            guard isAlone.withLock({ $0 }), let isLive = answer({ $0.reading.state.hasSomethingLive }) else { continue }
            if !isLive, ContinuousClock.now >= idleFrom { return .isIdle }
        }
        if let failure = host.failure { return .hasFailed(failure) }
        return stops.origin == nil ? .wasTold : .wasStopped
    }
}

extension FleetState {
    /// Whether an update is under way, or what somebody asked for one waits for a second person.
    fileprivate var hasSomethingLive: Bool { !openUpdates.isEmpty || updates.contains { $0.proposal != nil } }
}

/// An engine was not started, as another one works on the state.
struct EngineIsElsewhere: Error {}

/// That somebody has asked an engine to end.
final class StopRequest: Sendable {
    private struct State {
        var origin: Origin?
        var tell: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// On whose word; nil: nobody has asked.
    var origin: Origin? { state.withLock { $0.origin } }

    func ask(_ origin: Origin) {
        state.withLock { state in
            state.origin = state.origin ?? origin
            return state.tell
        }?()
    }

    /// Says who is to be told once it is asked for, or the engine has failed.
    func tell(_ tell: @escaping @Sendable () -> Void) {
        let isAsked = state.withLock { state in
            state.tell = tell
            return state.origin != nil
        }
        if isAsked { tell() }
    }

    func onEngineEnd() { state.withLock { $0.tell }?() }
}
