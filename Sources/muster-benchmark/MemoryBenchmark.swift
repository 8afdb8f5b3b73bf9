import FleetCore
import FleetEngine
import FleetSimulator

/// Bytes a device, with the registry alone, and with an update that names every device.
enum MemoryBenchmark {
    private static let devices = 100_000

    static func run() throws -> [Measurement] {
        let records = Fixture.chain(devices).devices
        defer { withExtendedLifetime(records) {} }
        let empty = ProcessFigures.residentBytes()
        var loop = try Fixture.loop(records, log: MemoryLog(keepsFacts: false), link: NoDeviceLink())
        let registry = ProcessFigures.residentBytes()
        let columns = loop.state.devices.columnBytes
        try Fixture.run(
            &loop, [.draft(Fixture.update(.immediate(offline: .queue))), .start(update: "everyone")])
        let whole = ProcessFigures.residentBytes()
        let assignments = loop.state.updates.reduce(0) { $0 + $1.assignments.columnBytes }
        func perDevice(_ bytes: Int) -> Double { Double(bytes) / Double(devices) }
        return [
            Measurement(
                "memory a device, registry", perDevice(registry - empty), "bytes", atMost: 300,
                note: "resident, \(devices) devices; columns \(Int(perDevice(columns)))"),
            Measurement(
                "memory a device, one update names all", perDevice(whole - empty), "bytes", atMost: 300,
                note: "resident; columns \(Int(perDevice(columns + assignments)))"),
        ]
    }
}
