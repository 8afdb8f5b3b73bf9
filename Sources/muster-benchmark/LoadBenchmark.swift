import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal
import FleetSimulator
import Foundation

/// How fast a fleet comes in: from a file, into the engine, and back from the journal.
enum LoadBenchmark {
    private static let devices = 400_000
    private static let rounds = 3

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let folder = try workshop.folder("fleet-400000")
        let bytes = try DeviceFile.write(Fixture.chain(devices).devices, to: folder)
        var records: [DeviceRecord] = []
        let reading = try rate {
            let result = FleetDirectory(path: folder).load(digest: { _ in "" })
            guard let definition = result.definition else {
                throw BenchmarkFailure(result.lines.first ?? "the fleet cannot be read")
            }
            records = definition.devices
        }
        let megabytes = "\(bytes / 1_000_000) MB, \(devices) devices"
        return [
            Measurement("devices read from JSON", reading, "a second", note: megabytes),
            Measurement(
                "devices registered, in memory", try rate { try register(records, MemoryLog(keepsFacts: false)) },
                "a second", note: "one command"),
        ] + (try journalled(records, workshop))
    }

    private static func journalled(_ records: [DeviceRecord], _ workshop: Workshop) throws -> [Measurement] {
        var folder = ""
        let writing = try rate {
            folder = try workshop.folder("state")
            let journal = try SQLiteJournal.open(directory: folder, fleet: "benchmark", mode: .readWrite)
            try register(records, journal)
            try journal.close()
        }
        let replaying = try rate {
            let journal = try SQLiteJournal.open(directory: folder, fleet: "benchmark", mode: .readOnly)
            let loop = try EngineLoop(reading: journal)
            guard loop.state.devices.count == devices else { throw BenchmarkFailure("devices are missing") }
        }
        return [
            Measurement("devices registered, durable", writing, "a second", note: "SQLite, one commit"),
            Measurement("devices replayed from the journal", replaying, "a second", note: "checksums checked"),
        ]
    }

    private static func register(_ records: [DeviceRecord], _ log: any FactLog) throws {
        var loop = try EngineLoop(log: log, link: NoDeviceLink(), now: Fixture.start)
        try Fixture.run(&loop, [.configure(Fixture.settings()), .register(records)])
    }

    private static func rate(_ body: () throws -> Void) throws -> Double {
        Timing.median(try (0..<rounds).map { _ in Double(devices) / (try Timing.seconds(body).seconds) })
    }
}
