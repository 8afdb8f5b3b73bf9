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
            process and clock. An oracle that shares no code with the engine checks after every step that no promise is \
            broken; then the faults stop, and every device must come to its end or wait for something with a name. \
            That a seed gives the same trace twice is checked for every twentieth seed.

            FAULTS is \(FaultList.words).

            Exit codes: 0 nothing found, 1 a broken invariant, or, in a run of \(Self.seedsForEveryFault) seeds or \
            more, a class of fault that was never fired, 2 bad input.
            """)

    /// From this many seeds on, a class of fault that was never fired is a failure of the run.
    static let seedsForEveryFault = 100

    @Option(help: ArgumentHelp("The seeds, each one trial: 1..1000, or one number.", valueName: "seeds"))
    var seeds = SeedRange(range: 1...100)

    @Option(help: ArgumentHelp("What may go wrong. Default: all.", valueName: "faults"), transform: FaultList.parse)
    var faults = FaultList(classes: FaultClass.allCases)

    @Option(help: "Terminals of each fleet. Default: drawn, 6 to 40.")
    var devices: Int?

    @Option(help: "Hours in which faults are fired. Default: drawn, 10 to 60.")
    var hours: Int?

    @Option(help: "Threads that run trials. Default: one for each core.")
    var threads: Int?

    @Flag(help: "Print the hash of each seed's trace, to compare two machines or two builds, and nothing else.")
    var traces = false

    @Flag(help: "Print JSON; with --traces one object a line, as JSON Lines.")
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
        if showsProgress { writeError("\r\u{1b}[K") }
        let seconds = (ContinuousClock.now - started).seconds
        try summary.withLock { summary in
            if traces {
                try printTraces(summary.traces)
            } else if json {
                try JSONOutput.print(summary.report(seconds: seconds))
            } else {
                for line in summary.lines(seconds: seconds) { print(line) }
            }
            let isLarge = total >= Self.seedsForEveryFault
            if summary.violation != nil || isLarge && !summary.unfired.isEmpty { throw ExitStatus.failed }
        }
    }

    private func printTraces(_ traces: [TrialSummary.Trace]) throws {
        if json { return try JSONLines().print(traces) }
        for trace in traces { print("seed \(trace.seed): \(trace.facts) facts, trace \(trace.trace)") }
    }

    private static func show(_ summary: TrialSummary, of total: Int) {
        writeError("\r\(summary.seeds) of \(total) seeds")
    }

    /// The options that a single trial is run again with.
    private var rerunOptions: String {
        var options = ""
        if faults.classes != FaultClass.allCases { options += " --faults \(faults)" }
        if let devices { options += " --devices \(devices)" }
        if let hours { options += " --hours \(hours)" }
        return options
    }
}

/// Seeds on the command line: `1..1000`, of which both ends are tried, or `7`.
struct SeedRange: ExpressibleByArgument {
    /// The most seeds of one run.
    private static let mostSeeds: UInt64 = 1_000_000_000

    var range: ClosedRange<UInt64>

    init(range: ClosedRange<UInt64>) {
        self.range = range
    }

    /// Two dots and no third: in Swift and Ruby the number of dots says whether the last one counts.
    init?(argument: String) {
        if let seed = UInt64(argument) {
            range = seed...seed
            return
        }
        let ends = argument.split(separator: "..", omittingEmptySubsequences: false).map { UInt64($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last,
            last - first < Self.mostSeeds
        else { return nil }
        range = first...last
    }

    var defaultValueDescription: String { "\(range.lowerBound)..\(range.upperBound)" }
}

/// Classes and groups of faults on the command line.
struct FaultList: CustomStringConvertible {
    /// What can be said, for people.
    static let words = """
        `all`, `none`, or groups and classes with commas between: \(FaultClass.Group.allCases
            .map(\.rawValue).joined(separator: ", ")); \(FaultClass.allCases.map(\.rawValue)
            .joined(separator: ", "))
        """

    var classes: [FaultClass]

    /// Reads a list. One without a word is a mistake: a trial of nothing must be asked for.
    static func parse(_ text: String) throws -> FaultList {
        let chosen = try text.split(separator: ",", omittingEmptySubsequences: false).flatMap { word in
            guard let classes = classes(of: String(word)) else { throw ValidationError("say \(words)") }
            return classes
        }
        return FaultList(classes: FaultClass.allCases.filter(chosen.contains))
    }

    private static func classes(of word: String) -> [FaultClass]? {
        if word == "all" { return FaultClass.allCases }
        if word == "none" { return [] }
        if let group = FaultClass.Group(rawValue: word) { return FaultClass.allCases.filter { $0.group == group } }
        return FaultClass(rawValue: word).map { [$0] }
    }

    var description: String {
        if classes == FaultClass.allCases { return "all" }
        return classes.isEmpty ? "none" : classes.map(\.rawValue).joined(separator: ",")
    }
}

extension Duration {
    /// In seconds.
    fileprivate var seconds: Double { Double(milliseconds) / 1000 }
}
