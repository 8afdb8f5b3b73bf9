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
                "Devices of an update by where they stand in it; turnedBad: completed, and seen on another version since.",
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

    /// Each device once: one that turned bad is a failure on every screen, and counts as completed nowhere.
    private static func assignments(_ update: EngineStatistics.Update) -> [MetricFamily.Sample] {
        func sample(_ count: Int, _ state: String) -> MetricFamily.Sample {
            MetricFamily.Sample(Double(count), [.init("update", update.id), .init("state", state)])
        }
        let tally = update.tally
        return AssignmentState.allCases.map { sample($0 == .completed ? tally.succeeded : tally[$0], "\($0)") }
            + [sample(tally.turnedBad, "turnedBad")]
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
