import FleetCore
import FleetSimulator

/// What a batch of trials came to.
struct TrialSummary {
    private let faults: [FaultClass]
    private let options: String
    private(set) var seeds = 0
    private(set) var steps = 0
    private(set) var facts = 0
    private var hours = 0.0
    private var fired = FaultCounts()
    private var outcomes: [Trace] = []
    private var checks = [Int](repeating: 0, count: 20)
    private(set) var violation: (seed: UInt64, steps: Int, what: Violation, facts: [Fact])?

    /// - Parameters:
    ///   - faults: The classes that may be fired.
    ///   - command: The options behind `--seeds SEED` that run a trial again.
    init(faults: [FaultClass], command: String) {
        self.faults = faults
        options = command
    }

    mutating func take(_ outcome: TrialOutcome) {
        seeds += 1
        steps += outcome.steps
        facts += outcome.facts
        outcomes.append(Trace(seed: outcome.seed, facts: outcome.facts, trace: outcome.traceHash))
        hours += Double(outcome.length.milliseconds) / 3_600_000
        fired.add(outcome.faults)
        for number in checks.indices { checks[number] += outcome.checks[number] }
        // Of two threads the smaller seed is told, so that the report does not depend on which was faster.
        if let found = outcome.violation, violation.map({ outcome.seed < $0.seed }) ?? true {
            violation = (outcome.seed, outcome.steps, found, outcome.lastFacts)
        }
    }

    /// What a seed came to.
    struct Trace: Encodable {
        var seed: UInt64
        var facts: Int
        /// The hash of the facts.
        var trace: String
    }

    /// What each seed came to, in the order of the seeds.
    var traces: [Trace] { outcomes.sorted { $0.seed < $1.seed } }

    /// Classes that were asked for and never fired.
    var unfired: [FaultClass] { faults.filter { fired[$0] == 0 } }

    func lines(seconds: Double) -> [String] {
        var lines = [
            "\(seeds) seeds, \(Int(hours)) fleet-hours, \(steps) steps, \(facts) facts in \(Self.tenths(seconds)) s:"
                + " \(Int(Double(steps) / max(seconds, 0.001))) steps/s"
        ]
        var table = Table(["fault", "group", "#fired"])
        for fault in faults { table.rows.append([fault.rawValue, fault.group.rawValue, "\(fired[fault])"]) }
        lines += [""] + table.lines
        let checked = (1...19).map { "\($0): \(checks[$0])" }.joined(separator: ", ")
        lines += ["", "checks of each invariant: \(checked)"]
        if !unfired.isEmpty { lines += ["never fired: " + unfired.map(\.rawValue).joined(separator: ", ")] }
        return lines + [""] + verdict
    }

    private var verdict: [String] {
        guard let violation else { return ["no violation"] }
        return [
            "VIOLATION of invariant \(violation.what.invariant) by seed \(violation.seed) after"
                + " \(violation.steps) steps, at \(violation.what.at.iso):",
            "  \(violation.what.what)", "the facts before it:",
        ] + violation.facts.suffix(20).map { "  \(Self.short($0))" } + [
            "run it again: \(rerun(violation.seed))"
        ]
    }

    private func rerun(_ seed: UInt64) -> String { "muster trial --seeds \(seed)\(options)" }

    private static func short(_ fact: Fact) -> String {
        let text = "\(fact.event)".replacing("FleetCore.", with: "")
        return "\(fact.at.iso) \(text.count > 160 ? text.prefix(157) + "..." : text[...])"
    }

    private static func tenths(_ seconds: Double) -> Double { (seconds * 10).rounded() / 10 }

    func report(seconds: Double) -> TrialReport {
        TrialReport(
            seeds: seeds, fleetHours: Self.tenths(hours), steps: steps, facts: facts,
            seconds: (seconds * 1000).rounded() / 1000, stepsPerSecond: Int(Double(steps) / max(seconds, 0.001)),
            faultsFired: Dictionary(uniqueKeysWithValues: faults.map { ($0.rawValue, fired[$0]) }),
            checks: Dictionary(uniqueKeysWithValues: (1...19).map { ("\($0)", checks[$0]) }),
            violation: violation.map {
                TrialReport.Found(
                    seed: $0.seed, step: $0.steps, invariant: $0.what.invariant, at: $0.what.at.iso, what: $0.what.what,
                    lastFacts: $0.facts.suffix(20).map(Self.short), command: rerun($0.seed))
            })
    }
}

/// The same as one JSON object.
struct TrialReport: Encodable {
    var seeds: Int
    var fleetHours: Double
    var steps: Int
    var facts: Int
    var seconds: Double
    var stepsPerSecond: Int
    var faultsFired: [String: Int]
    var checks: [String: Int]
    @OrNull var violation: Found?

    /// The first violation.
    struct Found: Encodable {
        var seed: UInt64
        var step: Int
        var invariant: Int
        var at: String
        var what: String
        var lastFacts: [String]
        var command: String
    }
}
