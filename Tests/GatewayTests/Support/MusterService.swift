import Foundation
import Glibc
import SwupdateTesting
import TerminalTesting

/// A run of the real `muster serve`.
final class MusterService: Sendable {
    /// Lines of its log that may wait for a reader; the oldest go first.
    private static let heldLines = 1000

    /// Where devices call in.
    let port: Int
    private let pid: pid_t
    private let endings: AsyncStream<Int32>

    /// Starts it, and waits until it listens.
    init(_ fleet: ServedFleet, starting update: String, deadlineSeconds: Double = 60) async throws {
        let (pid, output) = try Spawn.start(
            try BuiltProduct.path(of: "muster"),
            arguments: [
                "serve", fleet.fleet, "--state", fleet.state, "--listen", "127.0.0.1:0", "--start", update,
            ], folder: "/", environment: fleet.environment)
        self.pid = pid
        ProcessGuard.shared.began(pid)
        let lines = Self.lines(of: output)
        endings = Self.ending(of: pid)
        let alarm = DispatchWorkItem { kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + deadlineSeconds, execute: alarm)
        defer { alarm.cancel() }
        var said: [String] = []
        for await line in lines {
            said.append(line)
            if let port = Self.port(in: line) {
                self.port = port
                return
            }
        }
        throw GatewayTestFailure("muster serve ended before it listened: \(said.joined(separator: "\n"))")
    }

    /// Ends it as a service manager does; gives its exit code, or the signal that ended it, negative.
    func stop() async -> Int32 {
        kill(pid, SIGTERM)
        let alarm = DispatchWorkItem { [pid] in kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 30, execute: alarm)
        defer { alarm.cancel() }
        for await code in endings { return code }
        return -1
    }

    private static func port(in line: String) -> Int? {
        guard let record = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String],
            record["message"] == "listening"
        else { return nil }
        return record["port"].flatMap { Int($0) }
    }

    private static func lines(of output: Int32) -> AsyncStream<String> {
        let (lines, told) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(heldLines))
        Thread.detachNewThread {
            let handle = FileHandle(fileDescriptor: output, closeOnDealloc: true)
            var rest = Data()
            while case let piece = handle.availableData, !piece.isEmpty {
                rest += piece
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    told.yield(String(decoding: rest[..<end], as: UTF8.self))
                    rest = Data(rest[rest.index(after: end)...])
                }
            }
            told.finish()
        }
        return lines
    }

    private static func ending(of pid: pid_t) -> AsyncStream<Int32> {
        let (endings, told) = AsyncStream.makeStream(of: Int32.self)
        Thread.detachNewThread {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            ProcessGuard.shared.ended(pid)
            let signal = status & 0x7F
            told.yield(signal == 0 ? status >> 8 & 0xFF : -signal)
            told.finish()
        }
        return endings
    }
}
