import Foundation

/// Brings requests to the engine that runs on a state folder.
public enum EngineSocketClient {
    /// How long an answer is waited for: longer than the engine's own deadlines together.
    static let answerDeadline = EngineSocketServer.answerDeadline + EngineSocketServer.lineDeadline + .seconds(5)
    /// The most bytes of an answer.
    static let longestAnswer = 16 << 10

    /// Sends a request and waits for its answer; nil: no engine listens there.
    public static func send(
        _ request: EngineRequest, to directory: String
    ) throws(EngineSocketError) -> EngineResponse? {
        guard let connection = try connection(to: SocketPlace(directory: directory)) else { return nil }
        defer { _ = close(connection) }
        return try ask(request, on: connection)
    }

    /// Whether an engine listens there, as far as this user can see.
    public static func isListening(in directory: String) -> Bool {
        guard let found = try? connection(to: SocketPlace(directory: directory)) else { return false }
        _ = close(found)
        return true
    }

    /// Sends one line and waits for the one that answers it.
    static func ask(
        _ request: some Encodable, on connection: Int32
    ) throws(EngineSocketError) -> EngineResponse {
        let channel = LineChannel(descriptor: connection)
        guard let line = try? JSONEncoder().encode(request), line.count <= EngineRequest.maximumLength else {
            throw EngineSocketError(
                "the request is longer than \(EngineRequest.maximumLength) bytes", remedy: "say less at once")
        }
        // An engine that has no room answers without having read.
        channel.writeLine(line, within: EngineSocketServer.lineDeadline)
        guard let answer = try? channel.readLine(atMost: longestAnswer, within: answerDeadline),
            let response = try? JSONDecoder().decode(EngineResponse.self, from: answer)
        else {
            throw EngineSocketError(
                "the engine has not answered", remedy: "`muster audit list` tells whether it has carried it out")
        }
        return response
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
