import FleetCore
import FleetEngine
import FleetSimulator

/// Heartbeats through `EngineLoop.step`, in batches, with and without a rollout on the way.
enum HeartbeatBenchmark {
    private static let devices = 100_000
    private static let rounds = 5

    static func run() throws -> [Measurement] {
        let records = Fixture.chain(devices).devices
        var idle = try Fixture.loop(records, log: MemoryLog(keepsFacts: false), link: NoDeviceLink())
        var busy = try Fixture.rollout(devices, inFlight: 1000)
        return [
            Measurement(
                "heartbeats, no update", rate(&idle, from: Fixture.start, batch: 1000), "a second",
                note: "\(devices) devices, batches of 1,000"),
            Measurement(
                "heartbeats, rollout under way", rate(&busy.loop, from: busy.now, batch: 1000), "a second",
                note: "batches of 1,000"),
            Measurement(
                "heartbeats, rollout under way", rate(&busy.loop, from: busy.now + .minutes(20), batch: 10), "a second",
                note: "batches of 10"),
        ]
    }

    /// Every online device says in turn that it is there, over the time of one heartbeat each.
    private static func rate(_ loop: inout EngineLoop, from start: Timestamp, batch: Int) -> Double {
        let online = loop.state.devices.indices.map { DeviceIndex(UInt32($0)) }
            .filter { loop.state.devices.status($0) == .online }
        let reports = online.map {
            EngineInput.report(Report(device: $0, body: .contacted(firmware: loop.state.devices.firmware($0))))
        }
        let interval = loop.state.settings.heartbeat.milliseconds
        var now = start
        var rates: [Double] = []
        for _ in 0..<rounds {
            let taken = Timing.seconds {
                for first in stride(from: 0, to: reports.count, by: batch) {
                    let moment = now + .milliseconds(interval * Int64(first) / Int64(reports.count))
                    _ = loop.step(Array(reports[first..<min(first + batch, reports.count)]), now: moment)
                }
            }
            rates.append(Double(reports.count) / taken.seconds)
            now = now + .milliseconds(interval)
        }
        return Timing.median(rates)
    }
}
