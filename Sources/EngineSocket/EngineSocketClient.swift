import FleetCore
import Foundation

/// Brings requests to the engine that runs on a state folder.
public enum EngineSocketClient {
    /// The most bytes of an answer.
    static let longestAnswer = 16 << 10

    /// For how long a request is sent again whose line dropped before the answer came, or that was turned away for lack of
    /// room.
    public static let resendPeriod = Duration.seconds(60)
    /// How long the engine is left alone in between, in microseconds.
    private static let pause: UInt32 = 20_000
    /// The longest that it is left alone after it had no room, in microseconds.
    private static let longestPause: UInt32 = 400_000

    /// Sends a request and waits for its answer; nil: no engine listens there, or none does any more. Where the line drops
    /// before the answer has come, the request is sent again with the same key, so that it is carried out once: for
    /// `period`, and then it is said that its end is not known. One that the engine had no room for, and has not read, is
    /// sent again for as long as the patience has for that.
    public static func send(
        _ request: EngineRequest, to directory: String, period: Duration = resendPeriod,
        patience: EnginePatience = EnginePatience()
    ) throws(EngineSocketError) -> EngineResponse? {
        let place = SocketPlace(directory: directory), deadline = ContinuousClock.now + period
        let room = EngineWaiting(patience, atMost: patience.room), longest = max(period, patience.answer)
        var waiting = EngineWaiting(patience, atMost: longest), turns = Turns(), hasSent = false
        while true {
            guard let line = try Line(to: place, waiting) else { return nil }
            try turns.expectSameEngine(request, line)
            let reply: Reply<EngineResponse> = try line.exchange(request, atMost: longestAnswer, waiting)
            if case .answer(let response) = reply {
                if response.isFull == true {
                    if turns.mayComeAgain(room, line) {
                        if !hasSent { waiting = EngineWaiting(patience, atMost: longest) }
                        continue
                    }
                    if !hasSent { return response }
                } else if !hasSent || response.outcome != .failed {
                    // One that may have been carried out before is asked for until it is known.
                    return response
                }
            }
            hasSent = true
            guard waiting.rest > .zero, ContinuousClock.now < deadline else { throw unknown(request, reply, line) }
            usleep(pause)
        }
    }

    /// How often somebody was turned away, and by which engine.
    private struct Turns {
        private var count = 0
        private var process: Int?

        /// Who asks an engine to end means the one that had no room, and not the next.
        func expectSameEngine(_ request: EngineRequest, _ line: Line) throws(EngineSocketError) {
            guard request.command == .stop, count > 0, process != line.process else { return }
            throw EngineSocketError(
                "the engine has ended, and another one runs", remedy: "ask again if that one is meant")
        }

        /// Waits before the next try, the longer the more there were; false: the time for it is up.
        mutating func mayComeAgain(_ waiting: EngineWaiting, _ line: Line) -> Bool {
            guard waiting.rest > .zero else { return false }
            waiting.tellIfDue(.noRoom, process: line.process)
            process = line.process
            count += 1
            let shortest = EngineSocketClient.pause
            let longest = min(EngineSocketClient.longestPause, shortest << UInt32(min(count, 5)))
            // Those who were turned away together do not come again together.
            usleep(.random(in: shortest...longest))
            return true
        }
    }

    private static func unknown(
        _ request: EngineRequest, _ reply: Reply<EngineResponse>, _ line: Line
    ) -> EngineSocketError {
        var isSilence = false
        if case .silence = reply { isSilence = true }
        var error = EngineSocketError(
            "the engine\(isSilence ? line.processText : "") has not answered, so that it is not known whether "
                + "`\(request.command.rawValue)` was carried out",
            remedy: "`muster audit list --json` has its key if it was: \(request.key ?? "none")")
        error.silentProcess = line.process
        error.isSilence = isSilence
        return error
    }

    /// Whether an engine listens there, as far as this user can see.
    public static func isListening(in directory: String) -> Bool {
        switch try? attempt(SocketPlace(directory: directory), within: .seconds(1)) {
        case .connected(let found)?:
            _ = close(found)
            return true
        case .full?: return true
        case .nobody?, nil: return false
        }
    }

    /// Asks a question, and asks it again for as long as the engine has no room for it; nil: no engine listens there.
    /// - Returns: The answer, and the line on which it came.
    static func ask<Response: EngineAnswer>(
        _ request: some Encodable, of place: SocketPlace, atMost length: Int = longestAnswer, _ patience: EnginePatience
    ) throws(EngineSocketError) -> (response: Response, line: Line)? {
        let room = EngineWaiting(patience, atMost: patience.room)
        var turns = Turns()
        while true {
            let waiting = EngineWaiting(patience, atMost: patience.answer)
            guard let line = try Line(to: place, waiting) else { return nil }
            let reply: Reply<Response> = try line.exchange(request, atMost: length, waiting)
            switch reply {
            case .answer(let response):
                if response.isFull == true, turns.mayComeAgain(room, line) { continue }
                return (response, line)
            case .dropped: throw EngineSocketError("the engine has not answered", remedy: "try again")
            case .silence: throw silence(patience, line)
            }
        }
    }

    private static func silence(_ patience: EnginePatience, _ line: Line?) -> EngineSocketError {
        var error = EngineSocketError(
            "the engine\(line?.processText ?? "") holds the fleet and has not answered within "
                + "\((patience.answer + .milliseconds(500)).components.seconds) s",
            remedy: "see what holds that process up; one that is ended by force loses nothing that it has confirmed")
        error.isSilence = true
        error.silentProcess = line?.process
        return error
    }
}

// MARK: - Lines

extension EngineSocketClient {
    /// How a question ended.
    enum Reply<Response> {
        case answer(Response)
        /// The line was cut, or what came was no answer.
        case dropped
        /// Nothing came in time.
        case silence
    }

    /// A connection to an engine, which is closed with the value.
    final class Line {
        private(set) var descriptor: Int32
        /// The engine's process, by the kernel's word; nil: it does not say.
        let process: Int?

        /// Connects; nil: no engine listens there.
        init?(to place: SocketPlace, _ waiting: EngineWaiting) throws(EngineSocketError) {
            guard let found = try EngineSocketClient.connection(to: place, waiting) else { return nil }
            descriptor = found
            process = LocalUser.process(ofPeer: found)
        }

        deinit { if descriptor >= 0 { _ = close(descriptor) } }

        /// Hands the descriptor over, which is not closed here any more.
        func give() -> Int32 {
            defer { descriptor = -1 }
            return descriptor
        }

        var processText: String { process.map { " (pid \($0))" } ?? "" }

        /// Sends one line and waits for the one that answers it.
        func exchange<Response: Decodable>(
            _ request: some Encodable, atMost length: Int, _ waiting: EngineWaiting
        ) throws(EngineSocketError) -> Reply<Response> {
            let channel = LineChannel(descriptor: descriptor)
            guard let line = try? JSONEncoder().encode(request), line.count <= EngineRequest.maximumLength else {
                throw EngineSocketError(
                    "the request is longer than \(EngineRequest.maximumLength) bytes", remedy: "say less at once")
            }
            let deadline = ContinuousClock.now + waiting.patience.answer
            // An engine that has no room answers without having read.
            channel.writeLine(line, within: EngineSocketServer.lineDeadline)
            waiting.waitUntilReadable(descriptor, process: process)
            do throws(LineChannel.Failure) {
                let answer = try channel.readLine(atMost: length, within: min(deadline - .now, waiting.rest))
                return (try? JSONDecoder().decode(Response.self, from: answer)).map { .answer($0) } ?? .dropped
            } catch {
                return error == .tooLate ? .silence : .dropped
            }
        }
    }

    /// How a connection came about.
    private enum Attempt {
        case connected(Int32)
        /// No engine listens there.
        case nobody
        /// One does, and takes no connection now: too many wait for it.
        case full
    }

    /// How long it is tried at once to connect.
    private static let slice = Duration.milliseconds(500)

    /// Connects, and waits where too many wait already; nil: no engine listens there.
    static func connection(to place: SocketPlace, _ waiting: EngineWaiting? = nil) throws(EngineSocketError) -> Int32? {
        let waiting = waiting ?? EngineWaiting(EnginePatience(), atMost: EnginePatience.usualAnswer)
        while true {
            switch try attempt(place, within: slice) {
            case .connected(let descriptor): return descriptor
            case .nobody: return nil
            case .full: break
            }
            guard waiting.rest > .zero else { throw silence(waiting.patience, nil) }
            waiting.tellIfDue(.silence, process: nil)
        }
    }

    private static func attempt(
        _ place: SocketPlace, within time: Duration
    ) throws(EngineSocketError) -> Attempt {
        guard try place.exists() else { return .nobody }
        let descriptor = try SocketPlace.makeSocket()
        // Without it a connection to an engine that stands still is waited for without end once others wait there.
        var limit = timeval(
            tv_sec: Int(time.components.seconds), tv_usec: Int(time.components.attoseconds / 1_000_000_000_000))
        _ = setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let connected = try place.withAddress { connect(descriptor, $0, $1) }
        if connected.result == 0 { return .connected(descriptor) }
        _ = close(descriptor)
        switch connected.code {
        case ENOENT, ECONNREFUSED: return .nobody
        case EAGAIN, EINTR: return .full
        case EACCES, EPERM:
            throw .ofSystem(
                "\(place.path) cannot be reached", code: connected.code, remedy: SocketPlace.permissionRemedy)
        default:
            throw .ofSystem(
                "\(place.path) cannot be reached", code: connected.code, remedy: "see whether the engine still runs")
        }
    }
}
