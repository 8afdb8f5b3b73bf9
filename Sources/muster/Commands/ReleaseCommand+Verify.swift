import ArgumentParser
import ArtifactStore
import Cells
import FleetFiles
import Foundation
import ReleaseRepository

extension ReleaseCommand {
    /// `muster release verify FLEET|URL`.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Walk a repository as a client does, from its first root, and say what it would accept.",
            discussion: """
                Of a fleet's directory the files of the releases are held against what was signed, those that the gateway \
                delivers and those in the directory. Of a URL, such as http://HOST:8080/DEFAULT/tuf, every target is \
                fetched and compared; --root names the root that a client would begin with.

                Exit codes: 0 a client accepts all of it, 1 it would not, or cannot reach it, 2 bad input.
                """)

        @Argument(help: "The fleet's directory, or the repository's URL.")
        var place: String

        @Option(
            help: ArgumentHelp(
                "The root that a client has.", discussion: "Default for a fleet: the first that it published.",
                valueName: "file"))
        var root: String?

        @Option(
            help: ArgumentHelp(
                "Where the fleet's state is kept.", discussion: "Default: $XDG_STATE_HOME/muster/FLEET-NAME.",
                valueName: "dir"))
        var state: String?

        @Flag(help: "Look at the metadata alone.")
        var metadataOnly = false

        @Flag(help: "Print JSON.")
        var json = false

        private struct Answer: Encodable {
            struct Role: Encodable {
                var role: String
                var version: Int
                var expires: String
            }
            struct Target: Encodable {
                var name: String
                var size: Int64
                var sha256: String
                var rollbackFrom: [String]
                @OrNull var problem: String?
            }
            var accepted: Bool
            @OrNull var refusal: String?
            var roles: [Role]
            var targets: [Target]
        }

        func run() throws {
            let walk = try source(), now = WallClock.now
            let proof = try RepositoryArguments.told { try wait { try await walk.prove(now: now) } }
            if json {
                try JSONOutput.print(
                    Answer(
                        accepted: proof.isAccepted, refusal: proof.refusal,
                        roles: proof.roles.map {
                            .init(role: "\($0.role)", version: $0.version, expires: $0.expires.iso)
                        },
                        targets: proof.targets.map {
                            .init(
                                name: $0.name, size: $0.size, sha256: $0.sha256, rollbackFrom: $0.rollbackFrom,
                                problem: $0.problem)
                        }))
            } else {
                for line in proof.lines { print(TextWidth.sanitised(line)) }
            }
            if !proof.isAccepted { throw ExitStatus.failed }
        }

        private var isURL: Bool { place.hasPrefix("http://") || place.hasPrefix("https://") }

        private func source() throws -> RepositoryProof {
            if isURL {
                guard let root else {
                    printError(
                        "muster: --root names the root that a client of \(TextWidth.sanitised(place)) begins with")
                    throw ExitStatus.badInput
                }
                return RepositoryProof(url: place, root: root, fetchesTargets: !metadataOnly)
            }
            let name = try FleetLoading.name(of: place)
            let folders = FleetDirectory(path: place).loadReleases().releases?.reduce(into: [String: String]()) {
                folders, found in
                folders["\(found.release.version)"] = "\(place)/\(found.folder)"
            }
            return RepositoryProof(
                fleet: place, root: root, state: state ?? StateLocation.directory(fleet: name),
                releaseFolders: folders ?? [:], looksAtTargets: !metadataOnly)
        }
    }
}
