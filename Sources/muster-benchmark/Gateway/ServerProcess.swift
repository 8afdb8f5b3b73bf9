import Foundation

/// A server that was started for a measurement, on a port of its own.
final class ServerProcess {
    let port: UInt16
    private let process = Process()
    private let log: String

    /// How long a server may take until it listens: a fleet of 100,000 devices comes in first.
    private static let patience = 60.0
    /// Has the kernel end a program when this one ends, however it does: a benchmark that is killed leaves no server.
    private static let tether = ["/usr/bin/setpriv", "--pdeathsig", "TERM"]

    /// Starts a program, and waits until it listens.
    /// - Parameters:
    ///   - log: The file that takes what it says.
    ///   - isAwaited: False: it does not listen yet when this returns.
    init(_ program: String, _ arguments: [String], port: UInt16, log: String, isAwaited: Bool = true) throws {
        self.port = port
        self.log = log
        guard FileManager.default.createFile(atPath: log, contents: nil) else {
            throw BenchmarkFailure("cannot write \(log)")
        }
        let isTethered = FileManager.default.isExecutableFile(atPath: Self.tether[0])
        let command = (isTethered ? Self.tether : []) + [program] + arguments
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: log)
        try process.run()
        if isAwaited { try awaitListening(program) }
    }

    private func awaitListening(_ program: String) throws {
        let start = ContinuousClock.now
        while !LoopbackPort.isOpen(port) {
            guard process.isRunning, Timing.seconds(since: start) < Self.patience else {
                throw BenchmarkFailure("\(program) does not listen: \(said)")
            }
            usleep(20_000)
        }
    }

    deinit { stop() }

    /// Ends it in good order.
    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    var identifier: pid_t { process.processIdentifier }

    /// Processor time that it and the processes it started have used.
    var processorSeconds: Double {
        let ticks = ProcessFigures.family(of: identifier).reduce(0) { $0 + ProcessFigures.ticks(of: $1) }
        return Double(ticks) * ProcessFigures.secondsPerTick
    }

    /// The end of what it said.
    var said: String { String(((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").suffix(1000)) }
}
