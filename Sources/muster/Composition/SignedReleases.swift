import Cells
import Console
import FleetCore
import FleetFiles
import ReleaseRepository

/// What a fleet's repository says of its releases, for commands that look at the files.
struct SignedReleases {
    /// Releases that are named at most.
    private static let mostNamed = 5

    private let standing: RepositoryStanding?
    /// Why it cannot be read; nil: it can, or there is none.
    private let refusal: RepositoryRefusal?

    /// - Parameter state: Where the fleet's state is kept.
    init(fleet: String, state: String) {
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
        return standing.problems.map {
            FileProblem(path: $0.path, message: $0.message, remedy: $0.remedy, severity: .warning)
        } + unsigned(releases, standing)
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

    /// Why a release is not sent to any device; nil: it may be.
    func objection(to release: Release) -> String? {
        refusal.map { "the repository cannot be read: \($0.message)" } ?? standing?.objection(to: release)
    }

    /// Those of these releases to which no signature lets devices go back from a newer one; none where nothing is signed.
    func unapproved(_ releases: [Version], from newer: Version) -> [Version] {
        guard let standing else { return [] }
        return Set(releases).filter { $0 < newer && !standing.approves($0, from: newer) }.sorted()
    }

    /// Ends the command with exit code 2 if an update's release is not signed, in a fleet that signs its releases. Where the
    /// files cannot be read, the gateway says so when devices ask.
    static func expectSigned(_ update: String, _ arguments: FleetArguments) throws {
        let place = try FleetPlace(arguments)
        guard RepositoryStanding.exists(in: arguments.fleet), let definition = place.readableDefinition,
            let release = definition.updates.first(where: { $0.id == update })?.release,
            let files = definition.releases.first(where: { $0.version == release }),
            let why = SignedReleases(fleet: arguments.fleet, state: place.directory).objection(to: files)
        else { return }
        printError(
            "muster: \(TextWidth.sanitised(update)) would bring devices to what is not signed: "
                + "\(TextWidth.sanitised(why)); sign it with `muster release publish`")
        throw ExitStatus.badInput
    }
}
