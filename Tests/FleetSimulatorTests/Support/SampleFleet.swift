import FleetCore
import FleetFiles
import FleetSimulator
import Foundation
import Testing

/// The sample fleet as the tests use it: read from its own files.
enum SampleFleet {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let definition: FleetDefinition = {
        let result = FleetDirectory(path: root.appending(path: "sample-fleet").path).load(digest: statedDigest)
        guard let definition = result.definition else { preconditionFailure(result.lines.joined(separator: "\n")) }
        return definition
    }()

    /// The digest that the release itself states for a file: whether it is true is tested with the files.
    private static func statedDigest(_ path: String) throws -> String {
        let file = URL(filePath: path)
        let text = try String(
            contentsOf: file.deletingLastPathComponent().appending(path: "release.yaml"), encoding: .utf8)
        let after = text.components(separatedBy: "file: \(file.lastPathComponent)").last ?? ""
        return after.components(separatedBy: "\"").dropFirst().first ?? ""
    }

    /// A run of the sample fleet that starts these updates.
    static func script(_ starts: String...) -> HeadlessScript {
        let fleet = definition
        return HeadlessScript(
            settings: fleet.settings, devices: fleet.devices, releases: fleet.releases, updates: fleet.updates,
            starts: starts, profile: fleet.simulation,
            start: fleet.simulation.start ?? Timestamp(milliseconds: 1_772_550_000_000))
    }
}

extension SampleFleet {
    /// A run of a generated chain of so many terminals, with the update that is meant for it.
    static func chain(_ devices: Int, seed: UInt64 = 1) throws -> HeadlessScript {
        let release = try #require(definition.releases.last)
        let chain = FleetGenerator(devices: devices, seed: seed, release: release).chain()
        var script = script()
        script.devices = chain.devices
        script.updates = [chain.update]
        script.starts = [chain.update.id]
        script.profile = chain.simulation
        return script
    }
}
