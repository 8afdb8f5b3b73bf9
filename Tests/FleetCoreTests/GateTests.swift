import Testing

@testable import FleetCore

/// Verdicts of gates, so that a green number is true.
@Suite struct GateTests {
    /// A gate, a sample and what must be said of it.
    struct Reading: CustomTestStringConvertible, Sendable {
        var why: String
        var threshold = 9500
        var minimumSample: Int?
        var demandsConfidence = false
        var sample: GateSample
        var verdict: GateVerdict

        var testDescription: String { why }

        var gate: Gate {
            var gate = Gate(threshold: threshold)
            gate.minimumSample = minimumSample
            gate.demandsConfidence = demandsConfidence
            return gate
        }
    }

    static let readings = [
        Reading(
            why: "nothing has ended", sample: GateSample(size: 10, succeeded: 0, failed: 0, moving: 10),
            verdict: .unproven),
        Reading(
            why: "all ended, at the threshold", threshold: 9000,
            sample: GateSample(size: 10, succeeded: 9, failed: 1, moving: 0), verdict: .passed),
        Reading(
            why: "all ended, below the threshold", threshold: 9000,
            sample: GateSample(size: 10, succeeded: 8, failed: 2, moving: 0), verdict: .failed),
        Reading(
            why: "the threshold is out of reach while others still move", threshold: 9000,
            sample: GateSample(size: 10, succeeded: 1, failed: 2, moving: 7), verdict: .failed),
        Reading(
            why: "one device, one failure", sample: GateSample(size: 1, succeeded: 0, failed: 1, moving: 0),
            verdict: .failed),
        Reading(
            why: "the rate is good but devices still move", threshold: 5000,
            sample: GateSample(size: 10, succeeded: 6, failed: 0, moving: 4), verdict: .unproven),
        Reading(
            why: "half has ended, the rest is offline",
            sample: GateSample(size: 10, succeeded: 5, failed: 0, moving: 0), verdict: .passed),
        Reading(
            why: "less than half has ended, the rest is offline",
            sample: GateSample(size: 10, succeeded: 4, failed: 0, moving: 0), verdict: .unproven),
        Reading(
            why: "less than half has ended in time",
            sample: GateSample(size: 10, succeeded: 4, failed: 0, moving: 0, isTimedOut: true),
            verdict: .inconclusive),
        Reading(
            why: "half of eleven is six", sample: GateSample(size: 11, succeeded: 5, failed: 0, moving: 0),
            verdict: .unproven),
        Reading(
            why: "a sample is asked for that the phase does not have", minimumSample: 20,
            sample: GateSample(size: 10, succeeded: 10, failed: 0, moving: 0), verdict: .inconclusive),
        Reading(
            why: "offline devices could still save the rate", threshold: 6000, minimumSample: 1,
            sample: GateSample(size: 10, succeeded: 2, failed: 3, moving: 0), verdict: .unproven),
        Reading(
            why: "they did not in time", threshold: 6000, minimumSample: 1,
            sample: GateSample(size: 10, succeeded: 2, failed: 3, moving: 0, isTimedOut: true), verdict: .failed),
        Reading(
            why: "24 of 24 does not prove 95%", demandsConfidence: true,
            sample: GateSample(size: 24, succeeded: 24, failed: 0, moving: 0), verdict: .inconclusive),
        Reading(
            why: "125 of 125 proves 97%", threshold: 9700, demandsConfidence: true,
            sample: GateSample(size: 125, succeeded: 125, failed: 0, moving: 0), verdict: .passed),
        Reading(
            why: "124 of 124 does not", threshold: 9700, demandsConfidence: true,
            sample: GateSample(size: 124, succeeded: 124, failed: 0, moving: 0), verdict: .inconclusive),
        Reading(
            why: "nobody is left to prove anything on", sample: GateSample(size: 0, succeeded: 0, failed: 0, moving: 0),
            verdict: .inconclusive),
    ]

    @Test(arguments: readings)
    func saysWhatIsTrue(_ reading: Reading) {
        #expect(reading.gate.verdict(reading.sample) == reading.verdict)
    }

    /// The published example of the interval's paper is a rate without failures: n / (n + z^2).
    @Test(arguments: [(24, 0.862), (125, 0.970), (1, 0.206)])
    func wilsonLowerBoundWithoutFailures(sample: Int, bound: Double) throws {
        let interval = try #require(WilsonInterval.of(successes: sample, sample: sample))
        #expect(abs(interval.lowerBound - bound) < 0.0006)
        #expect(interval.upperBound == 1)
    }

    @Test func wilsonOfNothingIsNothing() {
        #expect(WilsonInterval.of(successes: 0, sample: 0) == nil)
        #expect(WilsonInterval.of(successes: 3, sample: 2) == nil)
        #expect(WilsonInterval.of(successes: 0, sample: 7)?.lowerBound == 0)
    }

    /// The odds said in words must agree with the verdicts: one failure less does not end it, one success less does
    /// not pass it.
    @Test(arguments: [1, 2, 7, 10, 24, 99, 240], [5000, 8500, 9000, 9500, 10_000])
    func oddsAgreeWithVerdicts(size: Int, threshold: Int) {
        let gate = Gate(threshold: threshold)
        for failed in 0...size {
            for succeeded in stride(from: 0, through: size - failed, by: max(1, size / 12)) {
                let left = size - failed - succeeded
                let sample = GateSample(size: size, succeeded: succeeded, failed: failed, moving: left)
                let more = gate.failuresToFail(sample)
                #expect((more == 0) == (gate.verdict(sample) == .failed))
                if more > 0, more <= left {
                    var worse = sample
                    worse.failed += more - 1
                    worse.moving -= more - 1
                    #expect(gate.canReach(worse))
                    worse.failed += 1
                    #expect(!gate.canReach(worse))
                }
                if let needed = gate.successesToPass(sample) {
                    var better = sample
                    better.succeeded += needed
                    better.moving = 0
                    #expect(gate.verdict(better) == .passed)
                }
            }
        }
    }
}
