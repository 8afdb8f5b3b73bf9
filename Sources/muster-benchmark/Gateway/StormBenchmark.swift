import Foundation

/// Devices that all come at once: first with orders that wait for each of them, again after every connection went down,
/// and at last while the engine starts anew. None may be forgotten, and the polls of others go on.
///
/// A debug build of the server does not stand it: there NIOExtras copies its dictionary of open connections for each that
/// comes, which an optimised one does not.
enum StormBenchmark {
    private static let devices = 10_000
    /// Devices that do not storm.
    private static let others = 200
    /// Files that this process has open beside the connections.
    private static let otherFiles = 64
    private static let patienceSeconds = 300.0
    private static let calmSeconds: UInt32 = 2
    /// How long a server may take to have forgotten the connections of a storm.
    private static let recoverySeconds = 10.0

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let fleet = try MusterServer(workshop, devices: devices + others, releaseBytes: 1024, updates: true)
        let server = try fleet.start(["--start", MusterServer.update])
        let polls = fleet.devices.map { fleet.request("GET", $0) }
        let client = StormClient(port: server.port, devices: devices) { polls[$0] }
        let bystander = try Bystander(port: server.port, Array(polls[devices...]))
        var measurements = try beside(bystander, client, server)
        let called = devices + min(others, bystander.count)
        let again = try fleet.restart(server)
        measurements += try storm("while it starts anew", client, again)
        client.hangUp()
        let offered = try fleet.count("inProgress")
        guard offered == called else {
            throw BenchmarkFailure("of \(called) devices that called in \(offered) were offered the release")
        }
        return measurements
    }

    /// Two storms, with others who poll before, meanwhile and after.
    private static func beside(
        _ bystander: Bystander, _ client: StormClient, _ server: ServerProcess
    ) throws -> [Measurement] {
        defer { bystander.stop() }
        sleep(calmSeconds)
        let calm = try bystander.take()
        var measurements: [Measurement] = []
        for name in ["with their first calls", "after the line went down"] {
            measurements += try storm(name, client, server)
            let times = try bystander.take()
            measurements.append(
                Measurement(
                    "polls of others meanwhile, p99", times.milliseconds(percentile: 99), "ms",
                    note: "\(times.count) polls, longest \(MeasurementTable.number(times.longestMilliseconds)) ms"))
        }
        client.hangUp()
        try expectRecovery(server)
        _ = try bystander.take()
        sleep(calmSeconds)
        let after = try bystander.take()
        measurements.append(
            Measurement(
                "polls of others after the storms, p99", after.milliseconds(percentile: 99), "ms",
                note: "\(MeasurementTable.number(calm.milliseconds(percentile: 99))) ms before them"))
        return measurements
    }

    private static func storm(_ name: String, _ client: StormClient, _ server: ServerProcess) throws -> [Measurement] {
        let outcome = try client.storm(atMost: patienceSeconds)
        guard outcome.served == devices else {
            throw BenchmarkFailure("\(outcome.served) of \(devices) devices were served; \(outcome.trouble)")
        }
        guard outcome.withoutTime == 0 else {
            throw BenchmarkFailure("\(outcome.withoutTime) refusals did not say when to come again")
        }
        let half = MeasurementTable.number(outcome.times.milliseconds(percentile: 50) / 1000)
        let peak = MeasurementTable.number(Double(ProcessFigures.peakBytes(of: server.identifier)) / Double(1 << 20))
        return [
            Measurement(
                "\(devices) devices at once \(name)", outcome.seconds, "s",
                note: "half in \(half) s; \(outcome.trouble); server's peak \(peak) MiB")
        ]
    }

    /// Waits until the server knows of no connection but one or two.
    private static func expectRecovery(_ server: ServerProcess) throws {
        let start = ContinuousClock.now
        var open = Int.max
        while Timing.seconds(since: start) < recoverySeconds {
            open = try openFiles(of: server.identifier)
            if open < devices / 10 { return }
            usleep(50_000)
        }
        throw BenchmarkFailure("the server still holds \(open) files open after the storm")
    }

    private static func openFiles(of process: pid_t) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    }

    /// Sees to it that this process may have as many files open as it has devices.
    static func expectFiles() throws {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue), count = rlim_t(devices + otherFiles)
        guard getrlimit(kind, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(kind, &limit) == 0, limit.rlim_cur >= count else {
            throw BenchmarkFailure(
                "a storm needs \(count) open files, and the system grants \(limit.rlim_max); raise it (ulimit -Hn), or "
                    + "leave storm out by --only")
        }
    }
}
