import Foundation
import Synchronization
import TerminalTesting

/// `muster serve` as a process, with a state of its own.
final class ServeProcess {
    /// Its lines of log so far.
    final class Output: Sendable {
        private let content = Mutex("")

        fileprivate func append(_ data: Data) { content.withLock { $0 += String(decoding: data, as: UTF8.self) } }

        var text: String { content.withLock { $0 } }

        var lines: [[String: String]] {
            text.split(separator: "\n").compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: String]
            }
        }
    }

    let state: String
    let process = Process(), output = Output()
    private let pipe = Pipe()
    private let keepsState: Bool

    /// - Parameters:
    ///   - descriptors: How many it may open; nil: as many as this process.
    ///   - fleet: Whose tills it serves; nil: the sample's.
    init(descriptors: Int? = nil, listen: String = "127.0.0.1:0", fleet: TillFleet? = nil) throws {
        let sample = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../sample-fleet").path
        state = fleet?.state ?? NSTemporaryDirectory() + "serve-" + UUID().uuidString
        keepsState = fleet != nil
        let limit = descriptors.map { "ulimit -n \($0); " } ?? ""
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments =
            [
                "-c", limit + "exec \"$0\" \"$@\"", try BuiltProduct.path(of: "muster"), "serve",
                fleet?.directory ?? sample, "--state", state, "--listen", listen,
            ] + (fleet.map { ["--start", $0.update] } ?? [])
        process.standardError = pipe
        pipe.fileHandleForReading.readabilityHandler = { [output] in output.append($0.availableData) }
        try process.run()
    }

    deinit {
        pipe.fileHandleForReading.readabilityHandler = nil
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        if !keepsState { try? FileManager.default.removeItem(atPath: state) }
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
