import FleetCore

/// Decides which tries go wrong, and how.
struct FailureRules {
    private let rules: [SimulatedFailureRule]
    /// Basis points that take the place of the rules' own, for updates; nil: none do.
    private let rateOverride: Int?

    /// What goes wrong where no rule names a device and a rate was asked for.
    private static let otherwise = [
        WeightedFailure(.givesUp(FailureCause(code: "install failed", isPermanent: false), at: .installing))
    ]

    init(_ rules: [SimulatedFailureRule], rateOverride: Int?) {
        self.rules = rules
        self.rateOverride = rateOverride
    }

    /// What goes wrong in a try; nil: nothing. The first rule that names both the device and the release decides.
    ///
    /// An override leaves returns to an earlier release alone: it is asked for to see what a gate does, and a rollback
    /// that never ends would hide that.
    func failure(_ terminal: TerminalSubject, _ job: Flash.Job, _ draws: Draws) -> SimulatedFailure? {
        let release = job.order.release
        let rule = rules.first {
            ($0.release ?? release) == release && $0.devices.matches(terminal, now: .distantPast)
        }
        let override = job.order.isRollback ? nil : rateOverride
        guard let rate = override ?? rule?.rate else { return nil }
        let draw = draws.number(.failure, device: terminal.id, release: release, attempt: job.attempt)
        guard Int(draw % 10_000) < rate else { return nil }
        let pick = draws.number(.failureKind, device: terminal.id, release: release, attempt: job.attempt)
        return Self.kind(rule?.kinds ?? Self.otherwise, pick)
    }

    private static func kind(_ kinds: [WeightedFailure], _ draw: UInt64) -> SimulatedFailure? {
        let total = kinds.reduce(0) { $0 + max(1, $1.weight) }
        guard total > 0 else { return nil }
        var place = Int(draw % UInt64(total))
        for entry in kinds {
            place -= max(1, entry.weight)
            if place < 0 { return entry.kind }
        }
        return nil
    }
}
