import FleetCore

/// What the oracle has found, and how often it looked.
struct Ledger {
    /// More violations than this are not kept: the first ones tell the story.
    static let mostViolations = 100
    /// Facts that are kept for a report.
    static let factsKept = 40

    /// The engine's time.
    var now = Timestamp.distantPast
    private(set) var violations: [Violation] = []
    /// By the number of the invariant; place 0 is not used.
    private(set) var checks = Array(repeating: 0, count: Invariant.allCases.count + 1)
    private var ring: [Fact] = []
    private var oldest = 0

    /// Looks once. The words are only made when the promise is broken.
    mutating func expect(_ invariant: Invariant, _ isKept: Bool, _ what: @autoclosure () -> String) {
        checks[invariant.rawValue] += 1
        if !isKept { keep(Violation(invariant: invariant.rawValue, at: now, what: what())) }
    }

    /// A promise is broken.
    mutating func find(_ invariant: Invariant, _ what: String) {
        checks[invariant.rawValue] += 1
        keep(Violation(invariant: invariant.rawValue, at: now, what: what))
    }

    /// Keeps a violation, unless there are too many already.
    mutating func keep(_ violation: Violation) {
        if violations.count < Self.mostViolations { violations.append(violation) }
    }

    /// Somebody else looked.
    mutating func note(_ invariant: Int) {
        if checks.indices.contains(invariant) { checks[invariant] += 1 }
    }

    /// Keeps a fact for the report; who was seen when would push everything else out.
    mutating func keep(_ fact: Fact) {
        if case .devicesSeen = fact.event { return }
        if ring.count < Self.factsKept {
            ring.append(fact)
        } else {
            ring[oldest] = fact
            oldest = (oldest + 1) % Self.factsKept
        }
    }

    /// The latest facts, in order.
    var recentFacts: [Fact] { Array(ring[oldest...] + ring[..<oldest]) }
}
