import Console
import FleetCore
import FleetEngine
import FleetFiles

/// What a fleet's files say otherwise than the engine that runs took them over.
struct FilesSinceStart {
    /// Updates that are named at most.
    private static let mostNamed = 20

    /// A sentence for each thing.
    private(set) var lines: [String] = []
    /// The commands that bring in what that engine does not know at all, so that it can be shown beside the rest.
    private(set) var unknown: [Command] = []

    init(_ definition: FleetDefinition, _ loop: EngineLoop, now: Timestamp) {
        let state = loop.state
        let releases = definition.releases.filter { state.releases[$0.version] == nil }
        let new = definition.updates.filter { state.update($0.id) == nil }
        unknown = [.addReleases(releases)] + new.map { .draft($0) }
        let changed = definition.updates.compactMap { filed -> DraftDifference? in
            guard let record = state.update(filed.id), record.hasNotBegun else { return nil }
            return DraftDifference(engine: record.definition, files: filed)
        }
        for difference in changed.prefix(Self.mostNamed) {
            lines.append("\(difference.text); shown is what the engine holds: \(DraftDifference.remedy)")
        }
        if changed.count > Self.mostNamed { lines.append("and \(changed.count - Self.mostNamed) more") }
        var parts: [String] = []
        if !new.isEmpty { parts.append(NumberText.count(new.count, "update")) }
        if !releases.isEmpty { parts.append(NumberText.count(releases.count, "release")) }
        if changes(loop, .configure(definition.settings), now) { parts.append("another fleet.yaml") }
        if changes(loop, .register(definition.devices), now) { parts.append("other devices") }
        guard !parts.isEmpty else { return }
        lines.append(
            "since the engine that runs was started the files have \(parts.joined(separator: ", ")), which it does not "
                + "know; start it again, so that it takes the files over")
    }

    /// Whether a command would change anything.
    private func changes(_ loop: EngineLoop, _ command: Command, _ now: Timestamp) -> Bool {
        var trial = loop
        _ = trial.assume([command], now: now)
        return trial.state.revision != loop.state.revision
    }
}
