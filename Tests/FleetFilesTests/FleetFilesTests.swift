import FleetCore
import FleetFiles
import Foundation
import Testing

@Test func sampleFleetLoadsWithoutAProblem() throws {
    let result = FleetDirectory(path: sampleFleetPath).load(digest: { _ in "" })
    print(result.lines.joined(separator: "\n"))
}

/// The sample fleet of this checkout.
let sampleFleetPath = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "sample-fleet").path()
