import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal

/// What the files say of releases otherwise than the journal, which has them for good.
enum KnownReleases {
    /// Releases that are named at most.
    private static let mostNamed = 20

    /// What is to be said of these releases; nothing where there is no journal that can be read.
    static func problems(_ releases: [Release], fleet: String, state: String) -> [FileProblem] {
        guard (try? SQLiteJournal.exists(in: state)) == true,
            let journal = try? SQLiteJournal.open(directory: state, fleet: fleet, mode: .readOnly),
            let known = try? EngineLoop(reading: journal).state.releases
        else { return [] }
        let changed = releases.filter { release in
            known[release.version].map { $0.artifacts != release.artifacts } ?? false
        }
        return changed.prefix(mostNamed).map { release in
            FileProblem(
                path: "releases",
                message: "release \(release.version) is known to the fleet's journal with other artifacts, and a "
                    + "release is immutable: no engine takes it over",
                remedy: "put its former files back, and give the new build a version of its own")
        }
    }
}
