import ArgumentParser
import Foundation

/// Measures what Muster promises, and prints it as a table beside the promise.
@main
struct MusterBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "muster-benchmark", abstract: "Measure Muster on this machine.",
        discussion: """
            Run it as a release build, on a quiet machine. Everything is written to a temporary directory.

            Names for --only: \(BenchmarkName.allCases.map(\.rawValue).joined(separator: ", ")).
            """)

    @Option(help: ArgumentHelp("Only these, separated by commas.", valueName: "names"))
    var only: String?

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("The muster to start; default: the one beside this program.", valueName: "path"))
    var binary: String?

    /// A command line that cannot be read is bad input, as it is for `muster`.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            exit(withError: ExitCode(2))
        }
    }

    func run() throws {
        let names = try chosen()
        let workshop = try Workshop(binary: binary)
        defer { workshop.remove() }
        try Interruption.clean { [directory = workshop.directory] in Workshop.remove(directory) }
        // What is missing is said before the first measurement, not between two of them.
        if names.contains(where: \.startsMuster) { _ = try workshop.muster() }
        if names.contains(where: \.comparesNginx) { try NginxServer.expectInstalled() }
        if names.contains(.storm) { try StormBenchmark.expectFiles() }
        var measurements: [Measurement] = []
        for name in names {
            FileHandle.standardError.write(Data("measuring \(name.rawValue)\n".utf8))
            measurements += try name.run(workshop)
        }
        print(json ? try MeasurementTable.json(measurements) : MeasurementTable.text(measurements))
    }

    private func chosen() throws -> [BenchmarkName] {
        guard let only else { return BenchmarkName.allCases }
        return try only.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let name = BenchmarkName(rawValue: String(part)) else {
                let known = BenchmarkName.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("--only: there is no `\(part)`; there are \(known)")
            }
            return name
        }
    }
}

/// What can be measured, in the order in which it is: memory first, while the process has used none.
enum BenchmarkName: String, CaseIterable {
    case memory, load, heartbeats, assignments, journal, recovery, trials, frame, terminal, start, keys, idle, live
    case peers
    /// The gateway, beside nginx. The real program is the server, so that this one needs nothing of HTTP to be built.
    case polls, downloads, reports, held, wave, storm
    /// One engine and many consoles.
    case consoles

    /// Whether nginx does the same in the same run.
    var comparesNginx: Bool { [.polls, .downloads].contains(self) }

    /// Whether the real program is started.
    var startsMuster: Bool {
        [.start, .keys, .idle, .live, .polls, .downloads, .reports, .held, .wave, .storm, .consoles].contains(self)
    }

    func run(_ workshop: Workshop) throws -> [Measurement] {
        switch self {
        case .memory: try MemoryBenchmark.run()
        case .load: try LoadBenchmark.run(workshop)
        case .heartbeats: try HeartbeatBenchmark.run()
        case .assignments: try AssignmentBenchmark.run(workshop)
        case .journal: try JournalBenchmark.run(workshop)
        case .trials: try TrialBenchmark.run()
        case .recovery: try RecoveryBenchmark.run(workshop)
        case .frame: try FrameBenchmark.run()
        case .terminal: try TerminalBenchmark.run()
        case .start: try StartBenchmark.run(workshop)
        case .keys: try KeyBenchmark.run(workshop)
        case .idle: try IdleBenchmark.run(workshop)
        case .live: try LiveBenchmark.run(workshop)
        case .peers: try PeerBenchmark.run(workshop)
        case .polls: try PollBenchmark.run(workshop)
        case .downloads: try DownloadBenchmark.run(workshop)
        case .reports: try FeedbackBenchmark.run(workshop)
        case .held: try HeldPollBenchmark.run(workshop)
        case .wave: try WaveBenchmark.run(workshop)
        case .storm: try StormBenchmark.run(workshop)
        case .consoles: try ConsolesBenchmark.run(workshop)
        }
    }
}
