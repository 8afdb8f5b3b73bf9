import Foundation

/// A fleet whose rollout keeps several devices busy from its beginning to its end, so that a crash at any moment hits
/// some of them in the middle of something.
enum CrashFleet {
    static let update = "major-3.0.0"
    static let rollback = "major-3.0.0/rollback"
    static let deviceCount = 60
    static let inFlightLimit = 3
    static let waits = [Duration.seconds(300), .seconds(180)]

    /// The scratch fleet.
    static func make() throws -> ScratchFleet {
        let scratch = try ScratchFleet(["devices.json": devices, "simulation.yaml": simulation])
        try scratch.edit("fleet.yaml", "in-flight: 100", "in-flight: \(inFlightLimit)")
        let file = "updates/\(update).yaml"
        try scratch.edit(file, "wait: 24h", "wait: 5m")
        try scratch.edit(file, "wait: 12h", "wait: 3m")
        return scratch
    }

    /// The ids, in the order of the file.
    static var ids: [String] {
        (0..<deviceCount).map { "till-" + String($0 + 100) }
    }

    /// Every tenth device is away, every twentieth has never been seen.
    private static func status(_ index: Int) -> String {
        index % 20 == 19 ? "unknown" : index % 10 == 9 ? "offline" : "online"
    }

    private static var devices: String {
        let regions = ["northeast", "midwest", "west", "southeast", "mountain"]
        let rows = ids.enumerated().map { index, id in
            """
            {"id": "\(id)", "name": "Till \(index)", "address": "https://\(id).example:8443",
             "status": "\(status(index))", "firmware_version": "2.3.1", "location": "Somewhere",
             "metadata": {"store_id": "S-\(index / 2)", "region": "\(regions[index % regions.count])"}}
            """
        }
        return "[\(rows.joined(separator: ",\n"))]\n"
    }

    private static var simulation: String {
        let away = ids.enumerated().filter { status($0.offset) != "online" }
        let returns = away.map { "  - {device: \($0.element), after: \(2 * ($0.offset / 10 + 1))m}" }
        return """
            version: 1
            seed: 1
            start: 2026-03-03T15:00:00Z
            answer: 1s to 20s
            install: 3m to 8m
            restart: 30s to 2m
            bytes-per-second: 40 to 400
            returns:
            \(returns.joined(separator: "\n"))

            """
    }
}
