import ArgumentParser
import FleetCore
import FleetSimulator
import Foundation
import Synchronization

/// `muster trial`: the engine under faults of every class, watched by an oracle.
struct TrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trial", abstract: "Put the engine through bad nights: seeded faults, checked after every step.",
        discussion: """
            Each seed draws a fleet, its updates, its operators, and what goes wrong: with devices, network, journal, \
            process and clock. An oracle that shares no code with the engine checks eighteen invariants after every \
            step; then the faults stop, and every device must come to its end or wait for something with a name.

            FAULTS is `all`, or classes and groups with commas between: \(FaultClass.Group.allCases
                .map(\.rawValue).joined(separator: ", ")); \(FaultClass.allCases.map(\.rawValue)
                .joined(separator: ", ")).

            Exit codes: 0 nothing found, 1 a broken invariant, or, in a run of \(Self.seedsForEveryFault) seeds or \
            more, a class of fault that was never fired, 2 bad input.
            """)

    /// From this many seeds on, a class of fault that was never fired is a failure of the run.
    static let seedsForEveryFault = 100

    @Option(help: ArgumentHelp("The seeds, each one trial: 1..1000, or one number.", valueName: "seeds"))
    var seeds = SeedRange(range: 1...100)

    @Option(help: ArgumentHelp("What may go wrong.", valueName: "faults"))
    var faults = FaultList(classes: FaultClass.allCases)

    @Option(help: "Terminals of each fleet. Default: drawn, 6 to 40.")
    var devices: Int?

    @Option(help: "Hours in which faults are fired. Default: drawn, 10 to 60.")
    var hours: Int?

    @Option(help: "Threads that run trials. Default: one for each core.")
    var threads: Int?

    @Flag(help: "Print the hash of each seed's trace, to compare two machines or two builds, and nothing else.")
    var traces = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let devices, !(1...100_000).contains(devices) { throw ValidationError("--devices is 1 to 100000") }
        if let hours, !(1...8760).contains(hours) { throw ValidationError("--hours is 1 to 8760") }
        if let threads, !(1...256).contains(threads) { throw ValidationError("--threads is 1 to 256") }
    }

    func run() throws {
        let batch = TrialBatch(
            seeds: seeds.range, faults: faults.classes, devices: devices, hours: hours,
            threads: threads ?? ProcessInfo.processInfo.activeProcessorCount)
        let summary = Mutex(TrialSummary(faults: faults.classes, command: rerunOptions))
        let started = ContinuousClock.now
        let total = seeds.range.count
        let showsProgress = isatty(STDERR_FILENO) == 1
        batch.run { outcome in
            summary.withLock { summary in
                summary.take(outcome)
                if showsProgress { Self.show(summary, of: total) }
                return summary.violation == nil
            }
        }
        if showsProgress { FileHandle.standardError.write(Data("\r\u{1b}[K".utf8)) }
        let seconds = (ContinuousClock.now - started).seconds
        try summary.withLock { summary in
            if traces {
                for line in summary.traceLines { print(line) }
            } else if json {
                try JSONOutput.print(summary.report(seconds: seconds))
            } else {
                for line in summary.lines(seconds: seconds) { print(line) }
            }
            let isLarge = total >= Self.seedsForEveryFault
            if summary.violation != nil || isLarge && !summary.unfired.isEmpty { throw ExitStatus.failed }
        }
    }

    private static func show(_ summary: TrialSummary, of total: Int) {
        FileHandle.standardError.write(Data("\r\(summary.seeds) of \(total) seeds".utf8))
    }

    /// The options that a single trial is run again with.
    private var rerunOptions: String {
        var options = ""
        if faults.classes != FaultClass.allCases { options += " --faults \(faults.description)" }
        if let devices { options += " --devices \(devices)" }
        if let hours { options += " --hours \(hours)" }
        return options
    }
}

/// Seeds on the command line: `1..1000`, `1...1000` or `7`.
struct SeedRange: ExpressibleByArgument {
    var range: ClosedRange<UInt64>

    init(range: ClosedRange<UInt64>) {
        self.range = range
    }

    init?(argument: String) {
        let ends = argument.split(separator: ".", omittingEmptySubsequences: true).map { UInt64($0) }
        let dots = argument.filter { $0 == "." }.count
        switch (ends.count, dots) {
        case (1, 0):
            guard let seed = ends[0] else { return nil }
            range = seed...seed
        case (2, 2...3):
            guard let first = ends[0], let last = ends[1], first <= last, last - first < 1_000_000_000 else {
                return nil
            }
            range = first...last
        default: return nil
        }
    }

    var defaultValueDescription: String { "\(range.lowerBound)..\(range.upperBound)" }
}

/// Classes and groups of faults on the command line.
struct FaultList: ExpressibleByArgument {
    var classes: [FaultClass]

    init(classes: [FaultClass]) {
        self.classes = classes
    }

    init?(argument: String) {
        var chosen: [FaultClass] = []
        for word in argument.split(separator: ",").map(String.init) {
            if word == "all" {
                chosen += FaultClass.allCases
            } else if let group = FaultClass.Group(rawValue: word) {
                chosen += FaultClass.allCases.filter { $0.group == group }
            } else if let one = FaultClass(rawValue: word) {
                chosen.append(one)
            } else if word != "none" {
                return nil
            }
        }
        classes = FaultClass.allCases.filter(chosen.contains)
    }

    var description: String { classes.isEmpty ? "none" : classes.map(\.rawValue).joined(separator: ",") }
    var defaultValueDescription: String { "all" }
}

extension Duration {
    /// In seconds.
    fileprivate var seconds: Double { Double(milliseconds) / 1000 }
}
