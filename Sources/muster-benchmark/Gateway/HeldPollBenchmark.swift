import Foundation

/// Memory of polls that are held until there is an order.
enum HeldPollBenchmark {
    private static let held = 5000
    private static let silenceMilliseconds: Int32 = 3000

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let fleet = try MusterServer(workshop, devices: held, releaseBytes: 1024, updates: false)
        let server = try fleet.start()
        func resident() -> Double { Double(ProcessFigures.residentBytes(of: server.identifier)) }
        let empty = resident()
        let client = try LoadClient(port: server.port, connections: held)
        _ = try client.run(first: { fleet.request("GET", fleet.devices[$0]) }) { _ in nil }
        let connected = resident()
        try client.send { fleet.request("GET", fleet.devices[$0], headers: "Prefer: wait=300\r\n") }
        guard client.isSilent(milliseconds: silenceMilliseconds) else {
            throw BenchmarkFailure("a poll that should be held was answered")
        }
        let holding = resident()
        return [
            Measurement(
                "memory of a held poll", (holding - empty) / Double(held) / 1024, "KiB",
                note:
                    "\(held) held, of it connection \(MeasurementTable.number((connected - empty) / Double(held) / 1024)) KiB"
            )
        ]
    }
}
