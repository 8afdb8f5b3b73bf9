import ArgumentParser
import Cells
import DeviceGateway
import FleetBackup
import FleetEngine
import FleetJournal
import OperatorAPI
import ReleaseRepository

/// `muster backup`: the state of a fleet in one file.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the state of a fleet into one file, also while its engine runs.",
        discussion: """
            The copy is that of one moment, and holds no engine up. It holds the journal, the hashes of the tokens \
            of devices and programs, and what simulated terminals keep in flash; its manifest says when it was taken, how many records \
            the journal has, the hash of the last, and the SHA-256 of every file. Each record is proven before FILE \
            gets its name: it is there whole, or not at all. It is its owner's alone: 0600.

            The files of releases are not in it. They lie in the fleet's directory, from which an engine copies them at \
            its start; keep that directory as you keep other files that people write, in version control for instance. \
            Checkpoints and logs are not in it either: they can be made anew, or are not needed. The keys that sign \
            releases are not in it: it would have to be kept as a secret then. Copy keys/ of the state apart, as a password.

            FILE is a tar archive with a SHA256SUMS of its own. Run it as the user whose state it is.

            Exit codes: 0 done; 1 it could not be taken, and there is no FILE; 2 bad input.
            """)

    /// What belongs to a state beside its journal.
    static let others = StateBackup.OtherFiles(
        replaced: [CredentialFile.name, APITokenFile.name, DeliveryLedger.name], growing: [RecordFile.terminalsName],
        kept: [KeyFolder.name, RepositoryKeeper.folderName])

    @OptionGroup var arguments: FleetArguments

    @Argument(help: "Where the backup goes.")
    var file: String

    @Flag(help: "Replace FILE if it is there.")
    var force = false

    @Flag(help: "Print the manifest as JSON.")
    var json = false

    func run() throws {
        let directory = try FleetPlace(arguments).directory
        try FleetReading.requireState(in: directory)
        let backup = StateBackup(of: directory, others: Self.others, muster: Muster.configuration.version)
        let manifest = try backup.take(
            fleet: FleetLoading.name(of: arguments.fleet), now: WallClock.now, to: file, replaces: force)
        if json { return try JSONOutput.print(manifest) }
        for line in manifest.lines { print(TextWidth.sanitised(line)) }
    }
}

extension BackupManifest {
    /// What it says, for people.
    var lines: [String] {
        let size = members.reduce(0) { $0 + $1.size }
        return [
            "\(fleet) at \(takenAt): \(facts) records, \(members.count) files, \(size) bytes",
            head.map { "head \($0)" } ?? "the journal has the older schema \(schema)",
        ]
    }
}
