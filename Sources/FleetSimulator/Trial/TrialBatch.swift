import FleetCore
import Foundation

/// Many trials, on several threads. Each trial is confined to one thread, and its outcome is its seed's alone.
public struct TrialBatch: Sendable {
    /// The seeds, each of which is one trial.
    public var seeds: ClosedRange<UInt64>
    /// Which faults may be fired.
    public var faults: [FaultClass]
    /// Terminals of each fleet; nil: drawn.
    public var devices: Int?
    /// Hours in which faults are fired; nil: drawn.
    public var hours: Int?
    /// Every so many trials one is run twice, to show that the same seed gives the same trace; 0: none is.
    public var repeatEvery: UInt64 = 20
    /// Threads that run trials.
    public var threads: Int

    /// A batch of these seeds.
    public init(
        seeds: ClosedRange<UInt64>, faults: [FaultClass] = FaultClass.allCases, devices: Int? = nil,
        hours: Int? = nil, threads: Int = 1
    ) {
        self.seeds = seeds
        self.faults = faults
        self.devices = devices
        self.hours = hours
        self.threads = max(1, threads)
    }

    /// One trial, run again where its turn has come.
    public func outcome(of seed: UInt64) -> TrialOutcome {
        var outcome = run(seed)
        guard repeatEvery > 0, seed % repeatEvery == 0, outcome.violation == nil else { return outcome }
        let second = run(seed)
        outcome.checks[18] += 1
        if second.traceHash != outcome.traceHash || second.facts != outcome.facts {
            outcome.violation = Violation(
                invariant: 18, at: .distantPast,
                what: "two runs of one seed gave the traces \(outcome.traceHash) and \(second.traceHash)")
        }
        return outcome
    }

    private func run(_ seed: UInt64) -> TrialOutcome {
        FaultTrial(TrialScript(seed: seed, faults: faults, devices: devices, hours: hours)).run()
    }

    /// Runs all trials. `body` is told of each as it ends, one at a time, in no particular order; it says whether to go
    /// on.
    public func run(_ body: @escaping @Sendable (TrialOutcome) -> Bool) {
        let queue = SeedQueue(seeds)
        DispatchQueue.concurrentPerform(iterations: threads) { _ in
            while let seed = queue.take() {
                let outcome = outcome(of: seed)
                queue.report { body(outcome) }
            }
        }
    }

    /// Hands out seeds, in order, to several threads.
    private final class SeedQueue: @unchecked Sendable {
        private let lock = NSLock()
        private var next: UInt64?
        private let last: UInt64
        private var isStopped = false

        init(_ seeds: ClosedRange<UInt64>) {
            next = seeds.lowerBound
            last = seeds.upperBound
        }

        func take() -> UInt64? {
            lock.withLock {
                guard !isStopped, let seed = next else { return nil }
                next = seed < last ? seed + 1 : nil
                return seed
            }
        }

        func report(_ body: () -> Bool) {
            lock.withLock { if !body() { isStopped = true } }
        }
    }
}
