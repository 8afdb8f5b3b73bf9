import Console
import FleetCore
import FleetFiles

extension FleetDefinition {
    /// Versions that are named at most.
    private static let mostNamed = 5

    /// What is to be said of devices that run releases which the fleet does not hold: a rollback can only send what is
    /// there. Nil: it holds them all.
    var missingReleases: FileProblem? {
        let held = Set(releases.map(\.version))
        var counts: [Version: Int] = [:]
        // By index: to walk over the records themselves would copy each of them.
        for index in devices.indices where devices[index].lifecycle == .active {
            let firmware = devices[index].firmware
            if !held.contains(firmware) { counts[firmware, default: 0] += 1 }
        }
        guard !counts.isEmpty else { return nil }
        let all = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        var named = all.prefix(Self.mostNamed).map { "\($0.value) on \($0.key.shown)" }.joined(separator: ", ")
        if all.count > Self.mostNamed { named += " and \(all.count - Self.mostNamed) more" }
        let count = counts.values.reduce(0, +)
        return FileProblem(
            path: "releases",
            message: "\(NumberText.count(count, "device")) could not be sent back by a rollback, for "
                + "\(count == 1 ? "its release is" : "their releases are") not here: \(named)",
            remedy: "add the files by `muster release add`", severity: .warning)
    }
}
