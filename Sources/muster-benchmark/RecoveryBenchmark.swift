import FleetCore
import FleetEngine
import FleetJournal
import Foundation

/// How long an engine takes to take up a long journal, with and without a checkpoint, and what keeping one costs.
enum RecoveryBenchmark {
    private static let devices = 100_000
    private static let facts = 2_000_000
    private static let rounds = 3
    /// Facts in one commit while the journal is filled.
    private static let commit = 2000

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let folder = try workshop.folder("recovery")
        try fill(folder)
        let without = try Timing.seconds { try recover(folder) }
        let file = "\(folder)/checkpoint"
        let kept = try keep(folder)
        let with = Timing.median(try (0..<rounds).map { _ in try Timing.seconds { try recover(folder) }.seconds })
        let size = (try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0)
        let what = "\(without.result.revision) facts, \(devices) devices, rollout under way"
        return [
            Measurement("recovery without a checkpoint", without.seconds * 1000, "ms", note: what),
            Measurement("recovery with a checkpoint", with * 1000, "ms", note: "median of \(rounds)"),
            Measurement("checkpoint kept at the end", kept * 1000, "ms", note: "\(size / 1_000_000) MB, synced"),
        ] + coding(without.result) + (try delay(folder))
    }

    private static func recover(_ folder: String) throws -> FleetState {
        let journal = try SQLiteJournal.open(directory: folder, fleet: "benchmark", mode: .readOnly)
        defer { try? journal.close() }
        let loop = try EngineLoop(reading: journal)
        guard loop.state.devices.count == devices else { throw BenchmarkFailure("devices are missing") }
        return loop.state
    }

    /// Seconds that an orderly end takes.
    private static func keep(_ folder: String) throws -> Double {
        let journal = try SQLiteJournal.open(directory: folder, fleet: "benchmark", mode: .readWrite)
        var options = EngineLoop.Options()
        options.checkpointAtEnd = 0
        var loop = try EngineLoop(log: journal, link: NoDeviceLink(), now: Fixture.start, options: options)
        let taken = Timing.seconds { loop.shutDown(now: Fixture.start) }
        try journal.close()
        if let failure = loop.checkpointFailure { throw BenchmarkFailure(failure) }
        return taken.seconds
    }

    private static func coding(_ state: FleetState) -> [Measurement] {
        var bytes: [UInt8] = []
        let encoding = (0..<rounds).map { _ in Timing.seconds { bytes = StateCoder.encode(state) }.seconds }
        let decoding = (0..<rounds).map { _ in Timing.seconds { _ = try? StateCoder.decode(bytes) }.seconds }
        let note = "median of \(rounds), \(bytes.count / 1_000_000) MB"
        return [
            Measurement("state encoded", Timing.median(encoding) * 1000, "ms", note: note),
            Measurement("state decoded", Timing.median(decoding) * 1000, "ms", note: note),
        ]
    }

    /// What a step takes with and without a checkpoint behind it.
    private static func delay(_ folder: String) throws -> [Measurement] {
        let journal = try SQLiteJournal.open(directory: folder, fleet: "benchmark", mode: .readWrite)
        defer { try? journal.close() }
        var options = EngineLoop.Options()
        options.checkpointInterval = 1000
        var now = Fixture.start
        let log = CountingLog(journal)
        var loop = try EngineLoop(log: log, link: NoDeviceLink(), now: now, options: options)
        var plain: [Double] = [], keeping: [Double] = []
        for number in 0..<20_000 where keeping.count < 5 {
            now = now + .milliseconds(10)
            let device = DeviceIndex(UInt32(number % devices))
            let version = Version(9, 0, UInt32(number % 2))
            let report = Report(device: device, body: .contacted(firmware: version))
            let before = log.checkpoints
            let taken = Timing.seconds { _ = loop.step([.report(report)], now: now) }
            if log.checkpoints == before { plain.append(taken.seconds) } else { keeping.append(taken.seconds) }
        }
        guard !keeping.isEmpty else { throw BenchmarkFailure("no checkpoint was kept") }
        return [
            Measurement("step with one report", Timing.median(plain) * 1000, "ms", note: "durable, 100,000 devices"),
            Measurement(
                "the same, a checkpoint behind it", Timing.median(keeping) * 1000, "ms",
                note: "longest of \(keeping.count): \(MeasurementTable.number((keeping.max() ?? 0) * 1000))"),
        ]
    }
}

// MARK: - A long history

extension RecoveryBenchmark {
    /// A registry, then one update of all devices after the other, the last of which is under way.
    private static func fill(_ folder: String) throws {
        let journal = try SQLiteJournal.open(directory: folder, fleet: "benchmark", mode: .readWrite)
        defer { try? journal.close() }
        try journal.append(registry.map { Fact(at: Fixture.start, $0) })
        var number = 0
        while journal.factCount < facts {
            try rollOut(number, journal)
            number += 1
        }
    }

    private static var registry: [Event] {
        [.fleetConfigured(Fixture.settings(inFlight: 1000)), .releaseAdded(Fixture.release)]
            + Fixture.chain(devices).devices.map { .deviceRegistered($0) }
    }

    private static func rollOut(_ number: Int, _ journal: SQLiteJournal) throws {
        let update = UpdateIndex(UInt16(number))
        var definition = Fixture.update(.immediate(offline: .queue))
        definition.id = "everyone-\(number)"
        let targets = (0..<devices).map { DeviceIndex(UInt32($0)) }
        var events: [Event] = [
            .updateDrafted(definition),
            .updateStarted(update, targets: targets, skipped: [], phaseSizes: [devices]),
        ]
        for device in targets {
            events += attempt(update, device, number)
            guard events.count >= commit else { continue }
            try journal.append(events.map { Fact(at: Fixture.start, $0) })
            events = []
            if journal.factCount >= facts { return }
        }
        try journal.append((events + [.updateEnded(update, .completed)]).map { Fact(at: Fixture.start, $0) })
    }

    private static func attempt(_ update: UpdateIndex, _ device: DeviceIndex, _ number: Int) -> [Event] {
        [.attemptStarted(update, device, attempt: 1)]
            + [.downloading, .installing, .confirming].map { .stepReached(update, device, $0) }
            + [.firmwareReported(device, Version(3, 0, UInt32(number))), .assignmentCompleted(update, device)]
    }
}

/// A log that passes everything on to a journal, and counts its checkpoints.
private final class CountingLog: FactLog {
    private(set) var checkpoints = 0
    private let journal: SQLiteJournal

    init(_ journal: SQLiteJournal) { self.journal = journal }

    func append(_ facts: [Fact]) throws(FactLogError) { try journal.append(facts) }
    func replay(_ body: ([Fact]) -> Void) throws(FactLogError) { try journal.replay(body) }
    func recover(feedCapacity: Int, _ begin: (Checkpoint) -> Void, _ body: ([Fact]) -> Void) throws(FactLogError) {
        try journal.recover(feedCapacity: feedCapacity, begin, body)
    }
    var wantsCheckpoint: Bool { journal.wantsCheckpoint }
    func keep(_ checkpoint: Checkpoint, inBackground: Bool) {
        checkpoints += 1
        journal.keep(checkpoint, inBackground: inBackground)
    }
    var checkpointFailure: String? { journal.checkpointFailure }
}
