import FleetCore

/// The arithmetic of a gate as it is promised: what counts is attempted to an end; who is away neither passes nor fails.
struct GateSum {
    /// Devices the phase is to reach, without the skipped and the cancelled.
    var size = 0
    /// Successes that hold, and failures, later ones included.
    var good = 0, bad = 0

    /// Attempted to an end.
    var ended: Int { good + bad }

    /// Counts the assignments of a phase and of those before it.
    init(_ update: UpdateAccount, through phase: Int) {
        for position in 0..<min(update.phases[phase].size, update.assignments.count) {
            switch update.assignments[position].state {
            case .completed where update.assignments[position].hasTurnedBad: bad += 1
            case .completed: good += 1
            case .failed: bad += 1
            case .cancelled, .skipped: continue
            default: break
            }
            size += 1
        }
    }

    /// A sum that was counted elsewhere.
    init(size: Int, good: Int, bad: Int) {
        self.size = size
        self.good = good
        self.bad = bad
    }

    /// "Half the phase, at least 1", where nothing else is said.
    func hasSample(_ gate: Gate) -> Bool {
        ended >= max(1, gate.minimumSample ?? (size + 1) / 2)
    }

    /// The rate of those that ended.
    func hasRate(_ gate: Gate) -> Bool {
        ended > 0 && good * 10_000 >= gate.threshold * ended
    }

    /// Whether the gate may pass, or a pass still stands. A phase of which nobody was tried has proven nothing.
    func passes(_ gate: Gate) -> Bool {
        hasSample(gate) && hasRate(gate) && (!gate.demandsConfidence || isProven(gate))
    }

    /// Whether the threshold could still be reached if all others succeeded.
    func isWithinReach(_ gate: Gate) -> Bool {
        size == 0 || (size - bad) * 10_000 >= gate.threshold * size
    }

    /// The lower end of the 95% interval of E. B. Wilson (1927) as the smaller root of
    /// `(n + z²) p² - (2 n r + z²) p + n r² = 0`, with r the rate and z = 1.959964.
    var lowerBound: Double {
        guard ended > 0 else { return 0 }
        let n = Double(ended), r = Double(good) / n, z = 1.959963984540054
        let a = n + z * z, b = 2 * n * r + z * z, c = n * r * r
        return (b - (max(0, b * b - 4 * a * c)).squareRoot()) / (2 * a)
    }

    /// What rounding may differ by between two ways to work out the same interval.
    private static let rounding = 1e-6

    private func isProven(_ gate: Gate) -> Bool {
        lowerBound * 10_000 + Self.rounding >= Double(gate.threshold)
    }
}
