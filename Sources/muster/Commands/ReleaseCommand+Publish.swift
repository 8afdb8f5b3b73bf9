import ArgumentParser
import Cells
import FleetCore
import ReleaseRepository

extension ReleaseCommand {
    /// `muster release publish FLEET`.
    struct Publish: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign the files of a fleet's releases, and publish what enough keys have signed.",
            discussion: """
                Every release of the fleet is in the targets, by the size and SHA-256 of its files; what is there and what \
                was staged is signed by the keys that are here. What enough keys have signed is published, so that devices \
                see all of it at once; what lacks signatures waits, and is named with the keys that have to sign it (`muster \
                release sign`). A staged root that waits keeps nothing back that the published one allows; targets, snapshot \
                and timestamp go out together or not at all. What was published is said, and if it was nothing, that too. A \
                gateway that runs takes it over within seconds.

                Devices install an older release only where that is approved by the signature on its files: \
                --approve-rollback 2.4.0 --from 2.5.0 lets those that run 2.5.0 go back to 2.4.0.

                Exit codes: 0 published, or nothing to do, 1 a folder cannot be written, 2 bad input, 3 something \
                waits for signatures, whatever was published beside it.
                """)

        @OptionGroup var repository: RepositoryArguments

        @Option(help: ArgumentHelp("A release that devices may go back to; may be repeated.", valueName: "version"))
        var approveRollback: [ReleaseVersion] = []

        @Option(help: ArgumentHelp("From which newer one they may; may be repeated.", valueName: "version"))
        var from: [ReleaseVersion] = []

        @Option(help: ArgumentHelp("Take the approvals of this release back.", valueName: "version"))
        var withdrawRollback: ReleaseVersion?

        func validate() throws {
            guard approveRollback.isEmpty == from.isEmpty else {
                throw ValidationError("--approve-rollback and --from belong together: back to which, from which")
            }
        }

        func run() throws {
            var order = PublicationOrder(releases: try ReleaseReading.read(repository.arguments.fleet).map(\.release))
            order.approvals = approveRollback.flatMap { back in
                from.map { RollbackApproval(back: back.version, from: $0.version) }
            }
            order.withdrawn = withdrawRollback.map { [$0.version] } ?? []
            let signed = try repository.repository()
            let answer = try RepositoryArguments.told { try signed.publish(order) }
            for line in answer.lines { print(TextWidth.sanitised(line)) }
            if answer.isWaiting { throw ExitStatus.held }
        }
    }
}

/// A version on the command line.
struct ReleaseVersion: ExpressibleByArgument {
    let version: Version

    init?(argument: String) {
        guard let version = Version(argument) else { return nil }
        self.version = version
    }
}
