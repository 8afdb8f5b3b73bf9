import ArgumentParser
import Cells
import FleetCore
import FleetFiles
import FleetSimulator

/// `muster simulate`: updates on simulated terminals, in virtual time.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run updates on simulated terminals, in virtual time, as fast as it goes.",
        discussion: """
            Nothing is kept and nothing is changed.

            Exit codes: 0 every update completed, 2 bad input, 3 one was halted, rolled back, cancelled, succeeded on no \
            device, or waits for a person.
            """)

    @Argument(help: "The fleet's directory.")
    var fleet: String

    @Argument(help: ArgumentHelp("Updates to start, in this order: ids, or files.", valueName: "update"))
    var updates: [String]

    @Option(help: "Draws everything that is left to chance. Default: the seed of simulation.yaml.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("When it begins, such as 2026-03-08T05:00:00Z; 1970 to 2999.", valueName: "time"))
    var start: String?

    @Option(
        help: ArgumentHelp(
            "Takes the place of all failure rates of simulation.yaml: 0.2, or 20%.", valueName: "p"))
    var failureRate: FailureRate?

    @Flag(help: "Print JSON.")
    var json = false

    /// A share of attempts.
    struct FailureRate: ExpressibleByArgument {
        /// 0...10000.
        var basisPoints: Int

        init?(argument: String) {
            let isPercent = argument.hasSuffix("%")
            guard let number = Double(isPercent ? String(argument.dropLast()) : argument), number.isFinite else {
                return nil
            }
            let share = isPercent ? number / 100 : number
            guard (0...1).contains(share) else { return nil }
            basisPoints = Int((share * 10_000).rounded())
        }
    }

    func run() throws {
        let start = try start.map { try TimeArgument.parse($0, option: "--start") }
        let definition = try FleetLoading.load(fleet, for: .simulation)
        let chosen = try updates.map { try UpdateArgument.resolve($0, in: definition) }
        var known = definition.updates.filter { one in !chosen.contains { $0.id == one.id } }
        known += chosen
        var profile = definition.simulation
        if let seed { profile.seed = seed }
        var script = HeadlessScript(
            settings: definition.settings, devices: definition.devices, releases: definition.releases,
            updates: known, starts: chosen.map(\.id), profile: profile,
            start: start ?? definition.simulation.start ?? WallClock.now)
        script.failureRateOverride = failureRate?.basisPoints
        let outcome: HeadlessOutcome
        do {
            var run = try HeadlessRun(script)
            outcome = run.run()
        } catch {
            printError("muster: \(TextWidth.sanitised(error.description))")
            throw ExitStatus.badInput
        }
        if json { try JSONOutput.print(SimulationReport(outcome).whole) } else { printText(outcome) }
        let isWhole =
            outcome.ending == .ended
            && outcome.updates.allSatisfy { $0.status == .completed && !$0.tally.hasOnlyFailed }
        if !isWhole || outcome.updates.contains(where: \.isRollback) { throw ExitStatus.held }
    }

    private func printText(_ outcome: HeadlessOutcome) {
        for line in SimulationReport(outcome).lines { print(TextWidth.sanitised(line)) }
    }
}
