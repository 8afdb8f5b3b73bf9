import FleetCore
import FleetSimulator

/// How fast fleets are simulated under faults, with the oracle watching every step.
enum TrialBenchmark {
    private static let devices = 1000
    private static let hours = 24
    private static let seeds: ClosedRange<UInt64> = 1...5

    static func run() throws -> [Measurement] {
        var speeds: [Double] = [], steps: [Double] = []
        for seed in seeds {
            let script = TrialScript(seed: seed, devices: devices, hours: hours)
            var outcome: TrialOutcome?
            let taken = Timing.seconds { outcome = FaultTrial(script).run() }
            guard let outcome, outcome.violation == nil else { throw BenchmarkFailure("seed \(seed) found something") }
            speeds.append(Double(outcome.length.milliseconds) / 1000 / taken.seconds)
            steps.append(Double(outcome.steps) / taken.seconds)
        }
        let note = "\(devices) devices, all faults, oracle on, one core, \(seeds.count) seeds"
        return [
            Measurement(
                "times real time, in trials", Timing.median(speeds), "x", atLeast: 10_000, note: note),
            Measurement("hours simulated, in trials", Timing.median(speeds) / 3600, "a second", note: note),
            Measurement("steps, in trials", Timing.median(steps), "a second", note: note),
        ]
    }
}
