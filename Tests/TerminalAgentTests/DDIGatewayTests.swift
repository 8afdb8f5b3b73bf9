import FleetFiles
import Foundation
import Testing

@testable import TerminalAgent

/// The way to a gateway and to its metadata, over sockets of this machine.
@Suite(.timeLimit(.minutes(10))) struct DDIGatewayTests {
    private func gateway(_ server: FixedServer, bell: EndBell = EndBell()) throws -> DDIGateway {
        try DDIGateway(
            .init(url: server.url, tokenFile: "/token"), device: "till-1", token: "t", bell: bell,
            longestSilence: .seconds(1))
    }

    private func failure(_ server: FixedServer) async throws -> LinkFailure? {
        let gateway = try gateway(server)
        do { _ = try await gateway.document("\(server.url)/timestamp.json", atMost: 100) } catch {
            return error as? LinkFailure
        }
        return nil
    }

    @Test func aDocumentIsRead() async throws {
        let server = try FixedServer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        #expect(try await gateway(server).document("\(server.url)/x", atMost: 2) == Array("{}".utf8))
    }

    @Test(arguments: [403, 404]) func whatIsNotThereIsNothing(code: Int) async throws {
        let server = try FixedServer("HTTP/1.1 \(code) No\r\nContent-Length: 0\r\n\r\n")
        #expect(try await gateway(server).document("\(server.url)/x", atMost: 2) == nil)
    }

    /// Also one that begins an answer, and says nothing more.
    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
    func silenceIsGivenUp(text: String) async throws {
        #expect(try await failure(FixedServer(text)) == .unreachable("nothing came for 1 s"))
    }

    @Test func aRedirectIsNoMissingFile() async throws {
        let text = "HTTP/1.1 302 Found\r\nLocation: /nowhere\r\nContent-Length: 0\r\n\r\n"
        let failure = try #require(try await failure(FixedServer(text)))
        #expect(failure == .refused(302, retryAfter: nil) && "\(failure)".contains("a redirect"))
    }

    /// In the middle of an answer, or before one, in good order or not.
    @Test(
        arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "HTTP/1.1 200 OK\r\nContent-Le"],
        [false, true])
    func aLineThatBreaksIsSaidInWords(text: String, isReset: Bool) async throws {
        let server = try FixedServer(text, end: isReset ? .reset : .close)
        #expect(
            try await failure(server) == .unreachable("the line broke before the answer had come to its end"))
    }

    @Test func whatSpeaksNoHTTPIsSaidAsSuch() async throws {
        let failure = try #require(try await failure(FixedServer("SSH-2.0-OpenSSH_9.6\r\n")))
        #expect("\(failure)".hasPrefix("what answers there speaks no HTTP ("), "\(failure)")
    }

    /// Whoever waits no more is not kept.
    @Test func aCancelledTaskEnds() async throws {
        let server = try FixedServer(""),
            gateway = try DDIGateway(
                .init(url: server.url, tokenFile: "/token"), device: "till-1", token: "t", bell: EndBell(),
                longestSilence: .seconds(3600))
        let task = Task { try await gateway.document("\(server.url)/x", atMost: 2) }
        task.cancel()
        await #expect(throws: LinkFailure.self) { try await task.value }
    }
}

/// Says the same to whoever connects, and then nothing more.
private final class FixedServer: Sendable {
    /// What becomes of the connection then.
    enum End { case stay, close, reset }

    private let listener: Int32
    let url: String

    init(_ text: String, end: End = .stay) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = self.listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(isBound)
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread {
            var open: [Int32] = []
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                open.append(connection)
                // A client says something first, which is none of the answer's business.
                var request = [UInt8](repeating: 0, count: 4096)
                _ = read(connection, &request, request.count)
                _ = text.withCString { write(connection, $0, strlen($0)) }
                guard end != .stay else { continue }
                open.removeLast()
                if end == .reset {
                    var now = linger(l_onoff: 1, l_linger: 0)
                    setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
                }
                close(connection)
            }
            for connection in open { close(connection) }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }
}
