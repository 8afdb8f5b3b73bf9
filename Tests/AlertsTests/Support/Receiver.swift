import Foundation
import Synchronization

/// A receiver of posts on loopback that answers, fails and hangs as a test says.
final class Receiver: Sendable {
    /// What it does with a request.
    enum Conduct: Sendable {
        case answer(Int, headers: [String] = [], body: String = "")
        /// Reads, and says nothing until the receiver ends.
        case hang
        /// Begins an answer that never ends.
        case drip
        case drop
    }

    struct Request: Sendable {
        var head: [String: String]
        var target: String
        var body: Data

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }
        var id: String { json["id"] as? String ?? "" }
        var kind: String { json["kind"] as? String ?? "" }
    }

    private struct State {
        var requests: [Request] = []
        var conducts: [Conduct]
        var hasEnded = false
    }

    let port: Int
    private let listener: Int32
    private let state: Mutex<State>

    /// Listens on a free port. The last conduct goes for all further requests.
    init(_ conducts: [Conduct] = [.answer(200)]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(listener, plain, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, plain, &length) == 0
            }
        }
        guard code else { throw TestFailure("the receiver cannot listen: \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
        state = Mutex(State(conducts: conducts))
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { [weak self] in self?.serve(connection) }
            }
        }
    }

    deinit { end() }

    func end() {
        let isFirst = state.withLock { state in
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
        guard isFirst else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var url: String { "http://127.0.0.1:\(port)/hook" }
    var requests: [Request] { state.withLock { $0.requests } }

    func set(_ conducts: [Conduct]) { state.withLock { $0.conducts = conducts } }

    /// Waits until so many requests have come.
    func wait(for count: Int, seconds: Double = 30) throws -> [Request] {
        try eventually("\(count) requests, not \(requests.count): \(requests.map(\.id))", seconds: seconds) {
            requests.count >= count
        }
        return requests
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        guard let request = Self.read(connection) else { return }
        let conduct = state.withLock { state in
            state.requests.append(request)
            return state.conducts.count > 1 ? state.conducts.removeFirst() : state.conducts[0]
        }
        switch conduct {
        case .answer(let status, let headers, let body):
            let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers
            Self.write(connection, lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
        case .hang: waitForEnd(connection)
        case .drip:
            Self.write(connection, "HTTP/1.1 200 X\r\nContent-Length: 1000000\r\n\r\nx")
            waitForEnd(connection)
        case .drop: break
        }
    }

    /// Until the client goes.
    private func waitForEnd(_ connection: Int32) {
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
    }

    private static func write(_ connection: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes = Data(), buffer = [UInt8](repeating: 0, count: 4096)
        let end = Data("\r\n\r\n".utf8)
        while true {
            if let range = bytes.range(of: end) {
                let lines = String(decoding: bytes[..<range.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
                var head: [String: String] = [:]
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                    if parts.count == 2 { head[parts[0].lowercased()] = parts[1] }
                }
                let length = Int(head["content-length"] ?? "0") ?? 0
                if bytes.count >= range.upperBound + length {
                    return Request(
                        head: head, target: lines[0], body: Data(bytes[range.upperBound..<range.upperBound + length]))
                }
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes.append(contentsOf: buffer[..<count])
        }
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Waits for a condition, with a deadline.
func eventually(
    _ what: @autoclosure () -> String, seconds: Double = 60, _ condition: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
    while ContinuousClock.now < deadline {
        if try condition() { return }
        usleep(5000)
    }
    throw TestFailure("it did not come to \(what())")
}
