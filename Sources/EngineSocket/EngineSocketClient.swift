import Foundation

/// Brings requests to the engine that runs on a state folder.
public enum EngineSocketClient {
    /// How long an answer is waited for: longer than the engine's own deadlines together.
    static let answerDeadline = EngineSocketServer.answerDeadline + EngineSocketServer.lineDeadline + .seconds(5)
    /// The most bytes of an answer.
    static let longestAnswer = 16 << 10

    /// For how long a request is sent again whose line dropped before the answer came.
    public static let resendPeriod = Duration.seconds(60)
    /// How long the engine is left alone in between, in microseconds.
    private static let pause: UInt32 = 20_000

    /// Sends a request and waits for its answer; nil: no engine listens there, or none does any more. Where the line drops
    /// before the answer has come, the request is sent again with the same key, so that it is carried out once: for
    /// `period`, and then it is said that its end is not known.
    public static func send(
        _ request: EngineRequest, to directory: String, period: Duration = resendPeriod
    ) throws(EngineSocketError) -> EngineResponse? {
        let place = SocketPlace(directory: directory), deadline = ContinuousClock.now + period
        var hasSent = false
        while true {
            guard let connection = try connection(to: place) else { return nil }
            let response = try exchangeOnce(request, connection)
            // One that may have been carried out before is asked for until it is known.
            if let response, !hasSent || response.outcome != .failed { return response }
            hasSent = true
            guard ContinuousClock.now < deadline else { throw unknown(request) }
            usleep(pause)
        }
    }

    private static func exchangeOnce(
        _ request: EngineRequest, _ connection: Int32
    ) throws(EngineSocketError) -> EngineResponse? {
        defer { _ = close(connection) }
        return try exchange(request, on: connection)
    }

    private static func unknown(_ request: EngineRequest) -> EngineSocketError {
        EngineSocketError(
            "the engine has not answered, so that it is not known whether `\(request.command.rawValue)` was carried out",
            remedy: "`muster audit list --json` has its key if it was: \(request.key ?? "none")")
    }

    /// Whether an engine listens there, as far as this user can see.
    public static func isListening(in directory: String) -> Bool {
        guard let found = try? connection(to: SocketPlace(directory: directory)) else { return false }
        _ = close(found)
        return true
    }

    /// Sends one line and waits for the one that answers it.
    static func ask<Response: Decodable>(
        _ request: some Encodable, on connection: Int32, atMost length: Int = longestAnswer
    ) throws(EngineSocketError) -> Response {
        guard let response: Response = try exchange(request, on: connection, atMost: length) else {
            throw EngineSocketError("the engine has not answered", remedy: "try again")
        }
        return response
    }

    /// The same; nil: the line has dropped, or no answer came in time.
    private static func exchange<Response: Decodable>(
        _ request: some Encodable, on connection: Int32, atMost length: Int = longestAnswer
    ) throws(EngineSocketError) -> Response? {
        let channel = LineChannel(descriptor: connection)
        guard let line = try? JSONEncoder().encode(request), line.count <= EngineRequest.maximumLength else {
            throw EngineSocketError(
                "the request is longer than \(EngineRequest.maximumLength) bytes", remedy: "say less at once")
        }
        // An engine that has no room answers without having read.
        channel.writeLine(line, within: EngineSocketServer.lineDeadline)
        guard let answer = try? channel.readLine(atMost: length, within: answerDeadline) else { return nil }
        return try? JSONDecoder().decode(Response.self, from: answer)
    }

    static func connection(to place: SocketPlace) throws(EngineSocketError) -> Int32? {
        guard try place.exists() else { return nil }
        let descriptor = try SocketPlace.makeSocket()
        let connected = try place.withAddress { connect(descriptor, $0, $1) }
        if connected.result == 0 { return descriptor }
        _ = close(descriptor)
        switch connected.code {
        case ENOENT, ECONNREFUSED: return nil
        case EACCES, EPERM:
            throw .ofSystem(
                "\(place.path) cannot be reached", code: connected.code, remedy: SocketPlace.permissionRemedy)
        default:
            throw .ofSystem(
                "\(place.path) cannot be reached", code: connected.code, remedy: "see whether the engine still runs")
        }
    }
}
