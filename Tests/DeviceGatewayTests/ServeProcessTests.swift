import DeviceGateway
import Foundation
import Synchronization
import TerminalTesting
import Testing

/// The program itself, from its start to the signal that ends it.
@Suite struct ServeProcessTests {
    /// Its lines of log so far.
    private final class Output: Sendable {
        private let text = Mutex("")

        func append(_ data: Data) { text.withLock { $0 += String(decoding: data, as: UTF8.self) } }

        var lines: [[String: String]] {
            text.withLock { $0 }.split(separator: "\n").compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: String]
            }
        }
    }

    @Test func aSignalDrainsIt() async throws {
        let state = NSTemporaryDirectory() + "serve-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: state) }
        let token = try CredentialFile.issue(nil, directory: state)
        let fleet = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../sample-fleet").path
        let process = Process(), pipe = Pipe(), output = Output()
        process.executableURL = URL(filePath: try BuiltProduct.path(of: "muster"))
        process.arguments = ["serve", fleet, "--state", state, "--listen", "127.0.0.1:0"]
        process.standardError = pipe
        pipe.fileHandleForReading.readabilityHandler = { output.append($0.availableData) }
        try process.run()
        let port = try await eventually {
            output.lines.first { $0["message"] == "listening" }?["port"].flatMap { Int($0) }
        }
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
        kill(process.processIdentifier, SIGTERM)
        #expect(try await connection.reply().status == 200)
        try await eventuallyHolds { !process.isRunning }
        pipe.fileHandleForReading.readabilityHandler = nil
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }
}
