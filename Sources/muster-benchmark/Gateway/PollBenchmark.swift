/// Polls on kept connections beside nginx's fixed reply of 300 bytes, by the same client in the same run. Client and
/// servers share the processors, so that the ratio is what counts.
enum PollBenchmark {
    private static let devices = 100_000
    private static let plainCounts = [64, 900], secureCounts = [64]
    private static let rounds = 3
    private static let seconds = 3.0

    /// Requests that one server answered, and what they cost it.
    private struct Load {
        var perSecond: [Double] = []
        var times: [LoadClient.Outcome] = []
        var processorSeconds = 0.0

        var note: String {
            let answers = times.reduce(0) { $0 + $1.answers }
            let half = times.map { $0.times.milliseconds(percentile: 50) }
            let most = times.map { $0.times.milliseconds(percentile: 99) }
            return "p50 \(MeasurementTable.number(Timing.median(half))) ms, p99 "
                + "\(MeasurementTable.number(Timing.median(most))) ms, "
                + "\(MeasurementTable.number(processorSeconds * 1e6 / Double(answers))) us of processor time each"
        }
    }

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let fleet = try MusterServer(workshop, devices: devices, releaseBytes: 1024, updates: false)
        return try measure(workshop, fleet, nil, plainCounts)
            + measure(workshop, fleet, try CertifiedKey(workshop), secureCounts)
    }

    /// Measures both servers, plain or with TLS.
    private static func measure(
        _ workshop: Workshop, _ fleet: MusterServer, _ tls: CertifiedKey?, _ connectionCounts: [Int]
    ) throws -> [Measurement] {
        let muster = try fleet.start(tls: tls)
        let nginx = try NginxServer.start(workshop, files: workshop.directory, tls: tls)
        defer {
            muster.stop()
            nginx.stop()
        }
        let client = try tls.map { _ in try ClientTLS() }
        let polls = fleet.devices.map { fleet.request("GET", $0) }
        let fixed = Array("GET /poll HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
        return try connectionCounts.flatMap { connections in
            var ours = Load(), theirs = Load()
            for _ in 0..<rounds {
                try load(nginx, client, connections, &theirs) { _ in fixed }
                try load(muster, client, connections, &ours) { polls[$0 % polls.count] }
            }
            return measurements(ours, theirs, connections, isSecure: tls != nil)
        }
    }

    /// Nothing is promised of TLS: how much of it is the ciphers' own work differs from machine to machine.
    private static func measurements(
        _ ours: Load, _ theirs: Load, _ connections: Int, isSecure: Bool
    ) -> [Measurement] {
        let polls = Timing.median(ours.perSecond), fixed = Timing.median(theirs.perSecond)
        let how = "\(isSecure ? " over TLS" : ""), \(connections) connections"
        return [
            Measurement("polls\(how)", polls, "a second", note: "\(devices) devices, \(ours.note)"),
            Measurement("peer: nginx, fixed reply\(how)", fixed, "a second", note: theirs.note),
            Measurement(
                "polls as a share of nginx's\(how)", polls / fixed, "", atLeast: isSecure ? nil : 0.5),
        ]
    }

    /// Asks for a few seconds, each device in its turn.
    private static func load(
        _ server: ServerProcess, _ tls: ClientTLS?, _ connections: Int, _ load: inout Load,
        _ request: (Int) -> [UInt8]
    ) throws {
        let client = try LoadClient(port: server.port, connections: connections, tls: tls)
        _ = try ask(client, seconds: 0.5, request)
        let before = server.processorSeconds
        let outcome = try ask(client, seconds: seconds, request)
        load.processorSeconds += server.processorSeconds - before
        load.perSecond.append(outcome.perSecond)
        load.times.append(outcome)
    }

    private static func ask(
        _ client: LoadClient, seconds: Double, _ request: (Int) -> [UInt8]
    ) throws -> LoadClient.Outcome {
        let start = ContinuousClock.now
        var turn = 0
        // Neighbours in the registry are not neighbours in time.
        let stride = 7919
        let outcome = try client.run(first: { request($0 * stride) }) { _ in
            turn += stride
            // The clock is read once in many answers.
            return turn % 64 != 0 || Timing.seconds(since: start) < seconds ? request(turn) : nil
        }
        guard let status = outcome.firstRefusal else { return outcome }
        throw BenchmarkFailure("a poll was answered with \(status)")
    }
}
