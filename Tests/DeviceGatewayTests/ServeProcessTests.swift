import DeviceGateway
import Foundation
import Synchronization
import TerminalTesting
import Testing

/// The program itself, from its start to the signal that ends it.
@Suite struct ServeProcessTests {
    /// Its lines of log so far.
    private final class Output: Sendable {
        private let content = Mutex("")

        func append(_ data: Data) { content.withLock { $0 += String(decoding: data, as: UTF8.self) } }

        var text: String { content.withLock { $0 } }

        var lines: [[String: String]] {
            text.split(separator: "\n").compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: String]
            }
        }
    }

    /// The program, with a state of its own.
    private final class Service {
        let state = NSTemporaryDirectory() + "serve-" + UUID().uuidString
        let process = Process(), output = Output()
        private let pipe = Pipe()

        /// - Parameter descriptors: How many it may open; nil: as many as this process.
        init(descriptors: Int? = nil, listen: String = "127.0.0.1:0") throws {
            let fleet = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../sample-fleet").path
            let limit = descriptors.map { "ulimit -n \($0); " } ?? ""
            process.executableURL = URL(filePath: "/bin/bash")
            process.arguments = [
                "-c", limit + "exec \"$0\" \"$@\"", try BuiltProduct.path(of: "muster"), "serve", fleet, "--state",
                state,
                "--listen", listen,
            ]
            process.standardError = pipe
            pipe.fileHandleForReading.readabilityHandler = { [output] in output.append($0.availableData) }
            try process.run()
        }

        deinit {
            pipe.fileHandleForReading.readabilityHandler = nil
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            try? FileManager.default.removeItem(atPath: state)
        }

        /// Where it listens.
        func port() async throws -> Int {
            try await eventually { [output] in
                output.lines.first { $0["message"] == "listening" }?["port"].flatMap { Int($0) }
            }
        }

        /// Its exit code, once it has ended; below 0: a signal ended it.
        func end() async throws -> Int32 {
            let process = process
            try await eventuallyHolds { !process.isRunning }
            return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        }
    }

    @Test func aSignalDrainsIt() async throws {
        let service = try Service()
        let port = try await service.port()
        let token = try CredentialFile.issue(nil, directory: service.state)
        let connection = try await RawConnection.open(port)
        let request =
            "GET /DEFAULT/controller/v1/pos-nyc-001 HTTP/1.1\r\nHost: g\r\nAuthorization: GatewayToken \(token)\r\n"
        #expect(try await connection.ask(request + "\r\n").status == 200)
        try await connection.send(request + "Prefer: wait=100\r\n\r\n")
        let watcher = try await RawConnection.open(port)
        try await eventuallyHolds {
            let metrics = try await watcher.ask("GET /metrics HTTP/1.1\r\nHost: g\r\n\r\n").text
            return metrics.contains("muster_held_polls 1\n")
        }
        kill(service.process.processIdentifier, SIGTERM)
        #expect(try await connection.reply().status == 200)
        #expect(try await service.end() == 0)
    }

    private static let health = "GET /health HTTP/1.1\r\nHost: g\r\n\r\n"

    /// A process without a descriptor to spare would be ended by its own libraries.
    @Test func moreConnectionsThanTheSystemAllowsAreRefusedAndTheOthersServed() async throws {
        let service = try Service(descriptors: 160)
        let port = try await service.port()
        let notice = service.output.lines.first { $0["message"] == "connections are limited by the system" }
        #expect(notice?["remedy"] == "raise `ulimit -n`")
        let most = try #require(notice?["connections"].flatMap { Int($0) })
        #expect(most >= 16 && most < 160)
        let first = try await RawConnection.open(port)
        #expect(try await first.ask(Self.health).status == 200)
        var others: [RawConnection] = []
        for _ in 0..<400 { others.append(try await RawConnection.open(port)) }
        let refused = others
        try await eventuallyHolds { refused.count(where: \.isClosed) >= 400 - most }
        // What would end it looks once a second.
        let end = ContinuousClock.now + .seconds(3)
        try await eventuallyHolds {
            let status = try await first.ask(Self.health).status
            #expect(status == 200)
            return ContinuousClock.now >= end
        }
        for one in others { await one.close() }
        try await eventuallyHolds {
            let next = try await RawConnection.open(port)
            defer { Task { await next.close() } }
            return (try? await next.ask(Self.health).status) == 200
        }
        kill(service.process.processIdentifier, SIGTERM)
        #expect(try await service.end() == 0)
    }

    @Test func tooFewDescriptorsAreSaidAtOnce() async throws {
        let service = try Service(descriptors: 60)
        #expect(try await service.end() == 1)
        try await eventuallyHolds { [output = service.output] in output.text.contains("raise `ulimit -n`") }
        #expect(service.output.text.hasPrefix("muster: this process may open only 60 files and connections"))
    }

    @Test func anAddressThatIsTakenIsSaidWithWhatToDo() async throws {
        let first = try Service()
        let port = try await first.port()
        let second = try Service(listen: "127.0.0.1:\(port)")
        #expect(try await second.end() == 1)
        let line = "muster: cannot listen on 127.0.0.1:\(port): Address already in use; end what listens there"
        try await eventuallyHolds { [output = second.output] in output.text.contains(line) }
    }
}
