/// Seconds from the first poll until so many devices have completed a small release, all limits opened. Each polls, reads
/// what to install, fetches it, and reports twice; the journal says who has completed.
enum WaveBenchmark {
    private static let devices = 10_000
    private static let releaseBytes = 1024
    /// Devices at the same time: each connection carries one after the other.
    private static let connections = 256

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let fleet = try MusterServer(workshop, devices: devices, releaseBytes: releaseBytes, updates: true)
        let server = try fleet.start(["--start", MusterServer.update])
        let before = server.processorSeconds
        let outcome = try complete(fleet, server)
        let used = server.processorSeconds - before
        let completed = try fleet.completed()
        guard completed == devices else { throw BenchmarkFailure("\(completed) of \(devices) devices have completed") }
        let requests =
            "\(outcome.answers) requests, p99 "
            + "\(MeasurementTable.number(outcome.times.milliseconds(percentile: 99))) ms"
        return [
            Measurement(
                "\(devices) devices complete 1 KiB", outcome.seconds, "s", atMost: 1,
                note: "\(connections) connections, \(requests), \(MeasurementTable.number(used)) s of processor time")
        ]
    }

    private static func complete(_ fleet: MusterServer, _ server: ServerProcess) throws -> LoadClient.Outcome {
        let run = DeviceRun(fleet)
        let client = try LoadClient(port: server.port, connections: connections)
        var waiting = devices
        var at: [(device: Int, step: DeviceRun.Step, action: Int)] = []
        func begin() -> (device: Int, step: DeviceRun.Step, action: Int)? {
            guard waiting > 0 else { return nil }
            waiting -= 1
            return (waiting, .poll, 0)
        }
        at = (0..<connections).compactMap { _ in begin() }
        let outcome = try client.run(first: { run.request(.poll, fleet.devices[at[$0].device], action: 0) }) { answer in
            var now = at[answer.connection]
            if now.step == .poll { now.action = DeviceRun.action(in: answer.body) ?? 0 }
            // Without an order it polls again.
            if now.step != .poll || now.action != 0 {
                if let next = DeviceRun.Step(rawValue: now.step.rawValue + 1) {
                    now.step = next
                } else if let next = begin() {
                    now = next
                } else {
                    return nil
                }
            }
            at[answer.connection] = now
            return run.request(now.step, fleet.devices[now.device], action: now.action)
        }
        guard outcome.refusals == 0 else {
            throw BenchmarkFailure("\(outcome.refusals) requests refused, first by \(outcome.firstRefusal ?? 0)")
        }
        return outcome
    }
}
