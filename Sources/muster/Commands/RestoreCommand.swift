import ArgumentParser
import Cells
import EngineSocket
import FleetBackup
import FleetCore
import Foundation
import ReleaseRepository

/// `muster restore`: a state from a backup.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Prove a backup, and put it in the place of a fleet's state.",
        discussion: """
            Everything is proven first: every byte of FILE, SQLite's own check, the chain of all records, the hash of \
            the last, and that the facts fold. What is damaged is refused with where. A journal of an older schema is \
            migrated, one of a later muster refused. Only then a whole state takes its place, in one step. With \
            --verify-only it stays at the proof, in a folder in $TMPDIR that goes again.

            It is not put over a state that is there. With --replace that is moved aside, as STATE.before-DATE, and \
            never deleted; an engine that runs has to be ended first.

            What engine and devices did after the backup is not in it, so that nothing goes on by itself: every update \
            under way is paused, and an order that a device had is given again only once you resume. Look at each \
            update first: it may have been stopped after the backup, for a good reason. A device says at its next \
            contact what it runs; one that has reached its release counts as completed. New orders get numbers that \
            none had before. Tokens count again as they did at the backup: those that were drawn since have to be \
            drawn anew, those that were taken back since to be taken back again.

            The keys that sign releases are in no backup. Those of a state that is moved aside are copied into the new one, \
            with what they made last; where there is none, it is said what to do.

            The restore stands in the audit, with your name.

            Exit codes: 0 done; 1 the backup is not to be believed, or could not be put in place; 2 bad input.
            """)

    @Argument(help: "The backup.")
    var file: String

    @Argument(help: "The fleet's directory; without it, say with --state where the state goes.")
    var fleet: String?

    @Option(
        help: ArgumentHelp(
            "Where the state goes.", discussion: "Default: where that of FLEET is kept.", valueName: "dir"))
    var state: String?

    @Flag(help: "Only prove the backup; change nothing.")
    var verifyOnly = false

    @Flag(help: "Move a state that is there aside, under a name with the date.")
    var replace = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var why: ReasonArguments

    func validate() throws {
        guard verifyOnly || fleet != nil || state != nil else {
            throw ValidationError("say whose state it is: name the fleet's directory, or a folder with --state")
        }
        guard !verifyOnly || !replace else {
            throw ValidationError("--verify-only changes nothing: leave out --replace")
        }
    }

    func run() throws {
        let name = try fleet.map { try FleetLoading.name(of: $0) }
        let restore = StateRestore(from: file, fleet: name, others: BackupCommand.others)
        if verifyOnly { return try verify(restore) }
        guard let directory = state ?? name.map({ StateLocation.directory(fleet: $0) }) else {
            preconditionFailure("the arguments were validated")
        }
        let owner = fleet.map { FleetOwner(fleet: $0, isNamed: state != nil) }
        try owner?.expect(in: directory)
        let origin = Origin(operatorName: UserName.own, source: "command line", reason: why.reason)
        let outcome = try restore.restore(
            to: directory, replaces: replace, by: origin, now: WallClock.now,
            isSimulated: FleetEngineSetup.isSimulated)
        try owner?.take(directory)
        if json { return try JSONOutput.print(Answer(outcome, state: directory)) }
        for line in lines(outcome, directory) { print(TextWidth.sanitised(line)) }
    }

    private func verify(_ restore: StateRestore) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "muster-restore-\(UUID().uuidString)")
        let manifest = try restore.verify(in: folder.path)
        if json { return try JSONOutput.print(manifest) }
        for line in manifest.lines + ["proven"] { print(TextWidth.sanitised(line)) }
    }

    private func lines(_ outcome: StateRestore.Outcome, _ directory: String) -> [String] {
        var lines = outcome.manifest.lines + ["restored to \(directory)"]
        if let former = outcome.former {
            lines.append("what was there is \(former)")
            if !outcome.kept.isEmpty {
                let names = outcome.kept.map { "\($0)/" }.joined(separator: " and ")
                lines.append(
                    "\(names), which no backup holds, were copied from there: devices have seen what was signed since")
            }
        }
        lines += lacks(outcome, directory)
        for update in outcome.paused {
            lines.append("\(update) is paused: see what became of it after the backup, then resume it or call it off")
        }
        if outcome.setAside > 0 {
            lines.append("orders under way at the backup: \(outcome.setAside); given again once their update goes on")
        }
        return lines
    }

    /// What has to be done by hand in a fleet that signs its releases: no backup holds private keys, and clients have seen the
    /// versions that the gateway made last.
    private func lacks(_ outcome: StateRestore.Outcome, _ directory: String) -> [String] {
        guard let fleet else { return [] }
        var lines = RepositoryStanding.lacks(fleet: fleet, state: directory).map { "\($0.message): \($0.remedy)" }
        if outcome.former == nil, RepositoryStanding.isPublished(in: fleet) {
            lines.append(
                "devices have seen later versions of timestamp and snapshot than are known here, and refuse older ones: copy "
                    + "tuf/ of the state that was lost to \(directory), or have them forget: `muster key rotate FLEET timestamp`, "
                    + "`muster key rotate FLEET snapshot`, then `muster release publish FLEET`")
        }
        return lines
    }

    /// The outcome as JSON.
    struct Answer: Encodable {
        var manifest: BackupManifest
        var state: String
        var paused: [String]
        var setAside: Int
        @OrNull var former: String?
        /// Folders that were copied from there.
        var kept: [String]

        init(_ outcome: StateRestore.Outcome, state: String) {
            manifest = outcome.manifest
            self.state = state
            paused = outcome.paused
            setAside = outcome.setAside
            former = outcome.former
            kept = outcome.kept
        }
    }
}
