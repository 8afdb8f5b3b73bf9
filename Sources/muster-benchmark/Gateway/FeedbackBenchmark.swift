import FleetCore
import FleetEngine
import FleetJournal
import Foundation

/// Reports made durable: by HTTP, one answer each, and by the engine alone, in batches.
enum FeedbackBenchmark {
    private static let devices = 20_000
    private static let connections = 256
    private static let rowsPerCommit = 1000

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let peer = try PeerBenchmark.sqlite(workshop, perCommit: rowsPerCommit)
        let overHTTP = try overHTTP(workshop)
        // Devices speak HTTP: what the engine could do without it keeps no promise.
        let share = peer.map {
            Measurement("reports by HTTP as a share of sqlite3's rows", overHTTP.value / $0.value, "", atLeast: 0.5)
        }
        return [overHTTP] + [share, try engineAlone(workshop), peer].compactMap { $0 }
    }

    /// Every device says that it works, fetches its files, and says that it is done; the reports are timed.
    private static func overHTTP(_ workshop: Workshop) throws -> Measurement {
        let fleet = try MusterServer(workshop, devices: devices, releaseBytes: 1024, updates: true)
        let server = try fleet.start(["--start", MusterServer.update])
        let run = DeviceRun(fleet), client = try LoadClient(port: server.port, connections: connections)
        let actions = try begin(run, client)
        let outcomes = try [DeviceRun.Step.proceeding, .download, .closed].map { step in
            var requests = actions.enumerated().map { run.request(step, fleet.devices[$0], action: $1) }
            return try client.run(first: { _ in requests.popLast() }) { _ in requests.popLast() }
        }
        let reports = [outcomes[0], outcomes[2]]
        let seconds = reports.reduce(0) { $0 + $1.seconds }
        let answers = reports.reduce(0) { $0 + $1.answers }
        let completed = try fleet.completed()
        guard completed == devices else { throw BenchmarkFailure("\(completed) of \(devices) devices have completed") }
        return Measurement(
            "reports durable, by HTTP", Double(answers) / seconds, "a second",
            note: "\(answers) feedbacks, \(connections) connections, p99 of the last "
                + "\(MeasurementTable.number(outcomes[2].times.milliseconds(percentile: 99))) ms, synchronous=FULL")
    }

    /// Has every device poll until it has an order; gives the actions.
    private static func begin(_ run: DeviceRun, _ client: LoadClient) throws -> [Int] {
        var actions = [Int](repeating: 0, count: devices)
        var waiting = Array(0..<devices), at = (0..<connections).map { _ in waiting.removeLast() }
        _ = try client.run(first: { run.request(.poll, run.fleet.devices[at[$0]], action: 0) }) { answer in
            let action = DeviceRun.action(in: answer.body)
            if let action {
                actions[at[answer.connection]] = action
                guard let next = waiting.popLast() else { return nil }
                at[answer.connection] = next
            }
            return run.request(.poll, run.fleet.devices[at[answer.connection]], action: 0)
        }
        return actions
    }

    // MARK: - The engine alone

    /// The same reports as calls to the engine, as many in a batch as rows in the peer's commit.
    private static func engineAlone(_ workshop: Workshop) throws -> Measurement {
        let records = Fixture.chain(devices).devices
        let journal = try SQLiteJournal.open(
            directory: try workshop.folder("reports"), fleet: "benchmark", mode: .readWrite)
        var settings = Fixture.settings(inFlight: .max)
        (settings.floor.untouched, settings.floor.appliesFrom) = (0, 2)
        var loop = try Fixture.loop(records, settings: settings, log: journal, link: NoDeviceLink())
        try Fixture.run(&loop, [.draft(Fixture.update(.immediate(offline: .queue))), .start(update: "everyone")])
        var replies = call(&loop, records) { _ in [] }
        // Those that were never seen were offered it by this contact.
        replies = call(&loop, records) { _ in [] }
        let generations = replies.map { $0.answer?.work?.order.generation }
        guard !generations.contains(nil) else { throw BenchmarkFailure("not every device was offered the release") }
        let said: [[Report.Body]] = [
            [.reached(.downloading)], [.reached(.installing)],
            [.restarted, .contacted(firmware: Fixture.release.version)],
        ]
        let taken = Timing.seconds {
            for bodies in said {
                _ = call(&loop, records) { place in bodies.map { .init(generation: generations[place], $0) } }
            }
        }
        let rate = Double(said.count * devices) / taken.seconds
        try journal.close()
        return Measurement(
            "reports durable, the engine alone", rate, "a second", note: "\(rowsPerCommit) a batch, synchronous=FULL")
    }

    private static func call(
        _ loop: inout EngineLoop, _ records: [DeviceRecord], _ bodies: (Int) -> [DeviceCall.Body]
    ) -> [EngineReply] {
        var replies: [EngineReply] = []
        for start in stride(from: 0, to: records.count, by: rowsPerCommit) {
            let calls = (start..<min(start + rowsPerCommit, records.count)).map { place in
                EngineInput.call(
                    DeviceCall(device: records[place].id, reports: [.init(.contacted(firmware: nil))] + bodies(place)),
                    ticket: UInt64(place))
            }
            replies += loop.step(calls, now: Fixture.start + .seconds(10))
        }
        return replies
    }
}
