import DeviceGateway
import FleetCore
import FleetEngine

/// What an engine counts, as Prometheus reads it.
struct EngineMetrics: Sendable {
    let host: EngineHost
    let commitTimes: CommitTimes

    /// Everything at this moment; without what only the engine's thread knows if that cannot be asked.
    func read() async -> [MetricFamily] {
        let statistics = await withCheckedContinuation { continuation in
            host.readStatistics { continuation.resume(returning: $0) }
        }
        return [Self.commits(commitTimes.reading)] + (statistics.map(Self.families) ?? [])
    }

    private static func families(_ statistics: EngineStatistics) -> [MetricFamily] {
        let updates = statistics.updates
        return [
            MetricFamily(
                "muster_engine_queue_depth", .gauge, "Inputs that wait for the engine.", Double(statistics.queueDepth)),
            MetricFamily(
                "muster_assignments", .gauge,
                "Devices of an update by where they stand in it, as muster updates --json counts them; "
                    + "turnedBad: those of the failed that turned bad after they were done.",
                updates.flatMap(assignments)),
            MetricFamily(
                "muster_gate_state", .gauge, "1 for what the gate of a phase says.",
                updates.flatMap { update in
                    update.phases.flatMap { phase in
                        GateVerdict.allCases.map { verdict in
                            MetricFamily.Sample(
                                phase.verdict == verdict ? 1 : 0,
                                [.init("update", update.id), .init("phase", phase.name), .init("state", "\(verdict)")])
                        }
                    }
                }),
        ]
    }

    /// As every list has them: what turned bad has failed, and what is back is not completed.
    private static func assignments(_ update: EngineStatistics.Update) -> [MetricFamily.Sample] {
        func sample(_ count: Int, _ state: String) -> MetricFamily.Sample {
            MetricFamily.Sample(Double(count), [.init("update", update.id), .init("state", state)])
        }
        return AssignmentState.allCases.map { state in
            switch state {
            case .completed: sample(update.counts.done, "\(state)")
            case .failed: sample(update.counts.failed, "\(state)")
            default: sample(update.tally[state], "\(state)")
            }
        } + [sample(update.counts.back, "back"), sample(update.tally.turnedBad, "turnedBad")]
    }

    private static func commits(_ reading: CommitTimes.Reading) -> MetricFamily {
        var samples = zip(CommitTimes.bounds, reading.counts).map { bound, count in
            MetricFamily.Sample(Double(count), [.init("le", "\(seconds(bound))")], suffix: "_bucket")
        }
        let all = Double(reading.counts.last ?? 0)
        samples += [
            .init(all, [.init("le", "+Inf")], suffix: "_bucket"), .init(seconds(reading.total), suffix: "_sum"),
            .init(all, suffix: "_count"),
        ]
        return MetricFamily(
            "muster_journal_commit_seconds", .histogram, "Time from facts to their durable commit.", samples)
    }

    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
