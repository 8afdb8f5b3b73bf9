import FleetFiles
import Foundation

/// A small fleet directory of a test's own; each file can be replaced.
enum FleetFixture {
    static let files: [String: String] = [
        "fleet.yaml": """
        version: 1
        name: test-fleet
        zones:
          north: America/New_York
          south: America/Chicago
        """,
        "devices.json": """
        [
          {"id": "pos-1", "firmware_version": "2.3.1", "site": "N-1", "region": "north", "status": "online"},
          {"id": "pos-2", "firmware_version": "2.3.0", "site": "S-1", "region": "south", "status": "offline"}
        ]
        """,
        "releases/2.4.0.yaml": """
        version: 2.4.0
        """,
        "updates/u.yaml": update,
    ]

    static let update = """
        version: 1
        id: u
        release: 2.4.0
        devices: all
        strategy: immediate
        """

    /// The update of the fixture with other last lines.
    static func progressive(_ lines: String) -> String {
        update.replacing("strategy: immediate", with: "strategy: progressive\n" + lines)
    }

    static func scheduled(_ lines: String) -> String {
        update.replacing("strategy: immediate", with: "strategy: scheduled\n" + lines)
    }

    /// What is said of the fixture with these files replaced or added.
    static func lines(_ changes: [String: String]) throws -> [String] { try load(changes).lines }

    static func load(_ changes: [String: String] = [:]) throws -> LoadResult {
        let directory = try ScratchDirectory(files.merging(changes) { _, change in change })
        return directory.load()
    }
}
