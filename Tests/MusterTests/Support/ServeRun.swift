import Foundation
import TerminalTesting

/// The real `muster serve`, from its start until it listens, and to its end.
final class ServeRun {
    let scratch: ScratchFleet
    private let process = Process()
    private let log: String

    /// Where it listens.
    private(set) var port = 0

    /// Starts it on a free port and waits until it listens.
    init(
        _ scratch: ScratchFleet, _ options: [String] = [], listen: String = "127.0.0.1:0",
        environment: [String: String] = [:]
    ) throws {
        self.scratch = scratch
        log = "\(scratch.root)/serve-\(UUID().uuidString)"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let command = try scratch.command(["serve", scratch.fleet, "--listen", listen] + options)
        process.executableURL = URL(filePath: command.program)
        process.arguments = command.arguments
        process.environment = scratch.environment.merging(environment) { $1 }
        process.currentDirectoryURL = URL(filePath: "\(scratch.root)/work")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: URL(filePath: log))
        try process.run()
        port = try waitForLine { $0["message"] == "listening" ? $0["port"].flatMap { Int($0) } : nil }
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// What it has logged.
    var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// The whole lines of its log.
    var lines: [[String: String]] {
        text.split(separator: "\n").compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: String]
        }
    }

    /// Waits until it has logged a line of which something can be made.
    func waitForLine<Value>(_ found: ([String: String]) -> Value?) throws -> Value {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if let value = lines.lazy.compactMap(found).first { return value }
            guard process.isRunning else { break }
            usleep(5000)
        }
        throw ScratchFleet.Failure(description: "the line did not come: \(text)")
    }

    /// Its process.
    var pid: pid_t { process.processIdentifier }

    /// Sends it a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Ends it in good order; gives its exit code.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
