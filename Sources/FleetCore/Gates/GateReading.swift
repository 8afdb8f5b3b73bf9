/// What a gate is asked about: the assignments of its phase, those of the phases before included.
public struct GateSample: Hashable, Sendable {
    /// Devices of the phase that the update is meant to reach: without the skipped and the cancelled.
    public var size: Int
    /// Successes that still hold.
    public var succeeded: Int
    /// Failures, later ones included.
    public var failed: Int
    /// Devices that are under way, or wait and could be reached.
    public var moving: Int
    /// Whether the gate's time is up.
    public var isTimedOut: Bool

    /// The sample of a phase.
    public init(size: Int, succeeded: Int, failed: Int, moving: Int, isTimedOut: Bool = false) {
        self.size = size
        self.succeeded = succeeded
        self.failed = failed
        self.moving = moving
        self.isTimedOut = isTimedOut
    }

    /// Devices attempted to an end: the denominator of the rate.
    public var ended: Int { succeeded + failed }
    /// Successes of those that ended, 0...1; nil while none has.
    public var rate: Double? { ended == 0 ? nil : Double(succeeded) / Double(ended) }
    /// The 95% Wilson interval of the rate.
    public var interval: ClosedRange<Double>? { WilsonInterval.of(successes: succeeded, sample: ended) }
}

extension Gate {
    /// Ends that are needed before the gate may pass, in a phase of this size.
    public func sampleNeeded(size: Int) -> Int {
        minimumSample ?? max(1, (size + 1) / 2)
    }

    /// What the gate says of a sample.
    ///
    /// Failed as soon as the threshold is out of reach, whatever else happens, and when all have ended below it; passed
    /// only when no device still moves, the sample is large enough and the rate (and its lower bound, where confidence
    /// is demanded) reaches the threshold; inconclusive when time is up, or nothing more can come, without that: so is a
    /// phase with nobody left to try.
    public func verdict(_ sample: GateSample) -> GateVerdict {
        guard sample.size > 0 else { return .inconclusive }
        if !canReach(sample) { return .failed }
        let isDecided = sample.moving == 0 || sample.isTimedOut
        guard isDecided else { return .unproven }
        let isExhausted = sample.ended >= sample.size
        guard sample.ended >= sampleNeeded(size: sample.size) else {
            return isExhausted || sample.isTimedOut ? .inconclusive : .unproven
        }
        guard reaches(sample.succeeded, of: sample.ended) else {
            return isExhausted || sample.isTimedOut ? .failed : .unproven
        }
        if demandsConfidence, !isProven(sample) {
            return isExhausted || sample.isTimedOut ? .inconclusive : .unproven
        }
        return .passed
    }

    /// Whether the threshold is reached if every device that has not ended succeeds.
    public func canReach(_ sample: GateSample) -> Bool {
        reaches(sample.size - sample.failed, of: sample.size)
    }

    /// How many more failures end it; 0: the threshold is out of reach already.
    public func failuresToFail(_ sample: GateSample) -> Int {
        guard sample.size > 0 else { return 0 }
        let allowed = sample.size * (10_000 - threshold) / 10_000
        return max(0, allowed + 1 - sample.failed)
    }

    /// How many successes in a row pass it, with no further failure; nil: there are not enough devices left for that.
    public func successesToPass(_ sample: GateSample) -> Int? {
        let left = sample.size - sample.ended
        guard left >= 0, passes(sample, after: left) else { return nil }
        // More successes never make it worse, so that the least number is found by halving.
        var low = 0, high = left
        while low < high {
            let middle = (low + high) / 2
            if passes(sample, after: middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Whether a pass still stands, whatever moves: late failures and late devices count during the wait.
    public func holds(_ sample: GateSample) -> Bool { passes(sample, after: 0) }

    private func passes(_ sample: GateSample, after successes: Int) -> Bool {
        var later = sample
        later.succeeded += successes
        return later.ended >= sampleNeeded(size: later.size) && reaches(later.succeeded, of: later.ended)
            && (!demandsConfidence || isProven(later))
    }

    /// `successes / sample >= threshold`, in whole numbers.
    private func reaches(_ successes: Int, of sample: Int) -> Bool {
        sample > 0 && successes * 10_000 >= threshold * sample
    }

    private func isProven(_ sample: GateSample) -> Bool {
        guard let interval = sample.interval else { return false }
        return interval.lowerBound * 10_000 >= Double(threshold)
    }
}
