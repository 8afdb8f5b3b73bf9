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
    /// The longest that it is left alone after it had no room, or a line dropped, in microseconds.
    private static let longestPause: UInt32 = 400_000

    /// Sends a request and waits for its answer; nil: no engine listens there, or none does any more. Where the line drops
    /// before the answer has come, the request is sent again with the same key, so that it is carried out once: for
    /// `period`, and then it is said that its end is not known. One that the engine had no room for, and has not read, is
    /// sent again for as long as the patience has for that. An answer that cannot be read is none that comes if it is asked
    /// again: that fails at once.
    /// - Parameters:
    ///   - awaitsNext: Whether it is for somebody else to start the next engine: where one was there and is gone, that is
    ///     waited for, for `period` too. Nil then: none came, and the request was not sent to any.
    ///   - hasMet: Whether one was there before, as far as the caller knows.
    ///   - process: The engine that is meant, by its process, since something is known of that one: another is sent nothing,
    ///     which is an error that says that the one which is meant is gone; unless the request was sent before, which
    ///     is then asked for until it is known. Nil: whichever is there.
    public static func send(
        _ request: EngineRequest, to directory: String, period: Duration = resendPeriod,
        patience: EnginePatience = EnginePatience(), awaitsNext: Bool = false, hasMet: Bool = false,
        process: Int? = nil
    ) throws(EngineSocketError) -> EngineResponse? {
        let place = SocketPlace(directory: directory), deadline = ContinuousClock.now + period
        let room = EngineWaiting(patience, atMost: patience.room), longest = max(period, patience.answer)
        var waiting = EngineWaiting(patience, atMost: longest), turns = Turns(), hasSent = false, hasMet = hasMet
        while true {
            guard let line = try Line(to: place, waiting) else {
                guard awaitsNext, hasMet else { return nil }
                guard waiting.rest > .zero, ContinuousClock.now < deadline else {
                    if hasSent { throw unknown(request, nil) }
                    return nil
                }
                waiting.tellIfDue(.gone, process: nil)
                usleep(pause)
                continue
            }
            hasMet = true
            if !hasSent, let process, process != line.process { throw replaced() }
            try turns.expectSameEngine(request, line)
            let reply: Reply<EngineResponse> = try line.exchange(request, atMost: longestAnswer, waiting)
            if case .answer(let response) = reply {
                if response.isFull == true {
                    if turns.mayComeAgain(room, line, isHandedOver: response.isHandedOver == true) {
                        if !hasSent { waiting = EngineWaiting(patience, atMost: longest) }
                        continue
                    }
                    if !hasSent { return response }
                } else if !hasSent || response.outcome != .failed {
                    // One that may have been carried out before is asked for until it is known.
                    return response
                }
            }
            if case .unreadable = reply { throw unknown(request, line, isUnreadable: true) }
            hasSent = true
            guard waiting.rest > .zero, ContinuousClock.now < deadline else {
                if case .silence = reply { throw unknown(request, line, isSilence: true) }
                throw unknown(request, line)
            }
            turns.pause()
        }
    }

    /// How often somebody came in vain, and by which engine they were turned away.
    private struct Turns {
        private var count = 0
        private var process: Int?

        /// Who asks an engine to end means the one that had no room, and not the next.
        func expectSameEngine(_ request: EngineRequest, _ line: Line) throws(EngineSocketError) {
            guard request.command == .stop, let process, process != line.process else { return }
            throw EngineSocketClient.replaced()
        }

        /// Waits before the next try, the longer the more there were; false: the time for it is up.
        /// - Parameter isHandedOver: Whether that engine goes on in another process, which is the one that is meant.
        mutating func mayComeAgain(_ waiting: EngineWaiting, _ line: Line, isHandedOver: Bool) -> Bool {
            guard waiting.rest > .zero else { return false }
            waiting.tellIfDue(.noRoom, process: line.process)
            process = isHandedOver ? nil : line.process
            pause()
            return true
        }

        /// Leaves the engine alone, the longer the more often it was asked in vain.
        mutating func pause() {
            count += 1
            let shortest = EngineSocketClient.pause
            let longest = min(EngineSocketClient.longestPause, shortest << UInt32(min(count, 5)))
            // Those who were turned away together do not come again together.
            usleep(.random(in: shortest...longest))
        }
    }

    /// Whether an engine listens there, as far as this user can see.
    public static func isListening(in directory: String) -> Bool {
        switch try? attempt(SocketPlace(directory: directory), within: .seconds(1)) {
        case .connected(let found)?:
            _ = close(found)
            return true
        case .full?: return true
        case .nobody?, .barred?, nil: return false
        }
    }

    /// Asks a question that changes nothing, and asks it again for as long as the engine has no room for it, or where the
    /// line drops; nil: no engine listens there. One that was there and is gone is an error that says so. An answer that
    /// cannot be read is one at once: it would be the same again.
    /// - Parameter awaitsNext: Whether the next engine is waited for where one was there and is gone, for as long as one that
    ///   has no room is.
    /// - Returns: The answer, and the line on which it came.
    static func ask<Response: EngineAnswer>(
        _ request: some Encodable, of place: SocketPlace, atMost length: Int = longestAnswer,
        _ patience: EnginePatience, awaitsNext: Bool = false
    ) throws(EngineSocketError) -> (response: Response, line: Line)? {
        var room = EngineWaiting(patience, atMost: patience.room)
        var turns = Turns(), hasMet = false, isDropped = false, isAwaiting = false
        while true {
            let waiting = EngineWaiting(patience, atMost: patience.answer)
            guard let line = try Line(to: place, waiting) else {
                if awaitsNext, hasMet, !isAwaiting {
                    // What the one before took is not the next one's.
                    room = EngineWaiting(patience, atMost: patience.room)
                    isAwaiting = true
                }
                if isAwaiting, room.rest > .zero {
                    room.tellIfDue(.gone, process: nil)
                    usleep(pause)
                    continue
                }
                if isDropped { throw gone() }
                return nil
            }
            hasMet = true
            let reply: Reply<Response> = try line.exchange(request, atMost: length, waiting)
            switch reply {
            case .answer(let response):
                if response.isFull == true,
                    turns.mayComeAgain(room, line, isHandedOver: response.isHandedOver == true)
                {
                    continue
                }
                return (response, line)
            case .dropped:
                guard room.rest > .zero else { throw dropped(line) }
                isDropped = true
                turns.pause()
            case .unreadable: throw unreadable(line)
            case .silence: throw silence(patience, line)
            }
        }
    }
}

// MARK: - Lines

extension EngineSocketClient {
    /// How a question ended.
    enum Reply<Response> {
        case answer(Response)
        /// The line was cut before the answer had come whole.
        case dropped
        /// What came is no answer that this program knows, as from one of another version.
        case unreadable
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
                return (try? JSONDecoder().decode(Response.self, from: answer)).map { .answer($0) } ?? .unreadable
            } catch {
                return switch error {
                case .tooLate: .silence
                case .tooLong: .unreadable
                case .ended, .stopped: .dropped
                }
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
        /// Files or folders let this user not come, by this number.
        case barred(Int32)
    }

    /// How long an engine that has just begun to listen may take until it has said whom it admits: until then its socket is
    /// its owner's alone.
    private static let admission = Duration.seconds(1)

    private static func barred(_ place: SocketPlace, _ code: Int32) -> EngineSocketError {
        .ofSystem("\(place.path) cannot be reached", code: code, remedy: SocketPlace.permissionRemedy)
    }

    /// How long it is tried at once to connect.
    private static let slice = Duration.milliseconds(500)

    /// Connects, and waits where too many wait already; nil: no engine listens there.
    static func connection(to place: SocketPlace, _ waiting: EngineWaiting? = nil) throws(EngineSocketError) -> Int32? {
        let waiting = waiting ?? EngineWaiting(EnginePatience(), atMost: EnginePatience.usualAnswer)
        let admittedBy = ContinuousClock.now + admission
        while true {
            switch try attempt(place, within: slice) {
            case .connected(let descriptor): return descriptor
            case .nobody: return nil
            case .full: break
            case .barred(let code):
                guard ContinuousClock.now < admittedBy else { throw barred(place, code) }
                usleep(pause)
                continue
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
        case EACCES, EPERM: return .barred(connected.code)
        default:
            throw .ofSystem(
                "\(place.path) cannot be reached", code: connected.code, remedy: "see whether the engine still runs")
        }
    }
}
