import Cells
import Console
import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal
import Foundation
import ReleaseRepository

/// What a fleet's repository says of its releases, by its files at one moment.
struct SignedReleases {
    /// Releases that are named at most.
    private static let mostNamed = 5

    private let fleet: String, state: String
    private let standing: RepositoryStanding?
    /// Why it cannot be read; nil: it can, or there is none.
    private let refusal: RepositoryRefusal?

    /// - Parameter state: Where the fleet's state is kept.
    init(fleet: String, state: String) {
        self.fleet = fleet
        self.state = state
        do throws(RepositoryRefusal) {
            standing = try RepositoryStanding(fleet: fleet, state: state, now: WallClock.now)
            refusal = nil
        } catch {
            standing = nil
            refusal = error
        }
    }

    /// What is to be said of the repository and of these releases.
    func problems(_ releases: [Release]) -> [FileProblem] {
        if let refusal {
            return [
                FileProblem(path: "tuf", message: refusal.message, remedy: refusal.remedy, severity: .warning)
            ]
        }
        guard let standing else { return [] }
        return (standing.problems + lacks).map {
            FileProblem(path: $0.path, message: $0.message, remedy: $0.remedy, severity: .warning)
        } + unsigned(releases, standing)
    }

    /// Where no engine has ever worked, as on the machine of whoever edits the files, no key has to be.
    private var lacks: [RepositoryStanding.Problem] {
        guard FileManager.default.isReadableFile(atPath: "\(state)/\(SQLiteJournal.fileName)") else { return [] }
        return RepositoryStanding.lacks(fleet: fleet, state: state)
    }

    private func unsigned(_ releases: [Release], _ standing: RepositoryStanding) -> [FileProblem] {
        let objections = releases.compactMap { standing.objection(to: $0) }
        guard let first = objections.first else { return [] }
        let all = objections.prefix(Self.mostNamed).joined(separator: ", ")
        let more = objections.count > Self.mostNamed ? " and \(objections.count - Self.mostNamed) more" : ""
        return [
            FileProblem(
                path: "releases",
                message: objections.count == 1
                    ? "\(first), and is sent to no device"
                    : "\(NumberText.count(objections.count, "release")) are sent to no device: \(all)\(more)",
                remedy: "`muster release publish` signs the files of all releases", severity: .warning)
        ]
    }

    /// Those of these releases to which no signature lets devices go back from a newer one; none where nothing is signed.
    func unapproved(_ releases: [Version], from newer: Version) -> [Version] {
        guard let standing else { return [] }
        return Set(releases).filter { $0 < newer && !standing.approves($0, from: newer) }.sorted()
    }
}

extension SignedReleases: ReleaseObjections {
    func objection(to release: Release) -> Refusal? {
        if let refusal {
            return Refusal("the repository cannot be read: \(refusal.message)", remedy: refusal.remedy)
        }
        return standing?.objection(to: release).map { Refusal($0, remedy: "sign it with `muster release publish`") }
    }
}

/// Asks the files of a fleet's repository what its releases are worth, whenever a command would send one: what was published
/// a moment ago counts.
struct SignedReleaseVoucher: ReleaseVoucher {
    /// The fleet's directory, and where its state is kept.
    let fleet: String, state: String

    func objections() -> any ReleaseObjections { SignedReleases(fleet: fleet, state: state) }
}
