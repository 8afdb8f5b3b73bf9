import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal

/// What the files say of releases otherwise than the journal, which has them for good.
enum KnownReleases {
    /// Releases that are named at most.
    static let mostNamed = 20

    /// Those that a state knows with other artifacts.
    static func changed(_ releases: [Release], in state: FleetState) -> [Release] {
        releases.filter { release in state.releases[release.version].map { $0.artifacts != release.artifacts } ?? false
        }
    }

    /// The file of a release in its fleet's directory.
    static func file(_ release: Release) -> String { "releases/\(release.version)/release.yaml" }

    /// What is to be said of these releases; nothing where there is no journal that can be read.
    static func problems(_ releases: [Release], fleet: String, state: String) -> [FileProblem] {
        guard (try? SQLiteJournal.exists(in: state)) == true,
            let journal = try? SQLiteJournal.open(directory: state, fleet: fleet, mode: .readOnly),
            let state = try? EngineLoop(reading: journal).state
        else { return [] }
        return changed(releases, in: state).prefix(mostNamed).map { release in
            FileProblem(
                path: "releases",
                message: "release \(release.version) is known to the fleet's journal with other artifacts, and a "
                    + "release is immutable: no engine takes it over",
                remedy: "put its former files back, and give the new build a version of its own")
        }
    }
}
