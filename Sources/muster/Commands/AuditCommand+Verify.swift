import ArgumentParser
import Cells
import FleetEngine
import FleetJournal

extension AuditCommand {
    /// `muster audit verify`.
    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove the chain of the journal's records, from the first to the last.",
            discussion: """
                Every record carries the SHA-256 of its content and of the hash before it. A record that was changed, is \
                missing, or stands in another's place is named, and the exit code is 1.

                A chain alone does not show what was done by someone who may write the journal and computes every hash \
                behind the change anew: that shows only against a hash that was kept elsewhere. So archive what \
                `muster audit --json` prints, or the head that this command prints, on another machine, and compare: \
                --record N --hash H says whether record N still has that hash. If so, nothing up to it was changed.

                With --json, one object, whatever is wrong with the journal: `whole` says whether it is proven, `finding` \
                what is wrong, `remedy` what to do. `head` is null if the journal cannot even be opened. Where there is \
                no state, or the fleet's files cannot be read, there is nothing to prove: then it prints no object, and \
                the exit code is 2.

                It works while an engine is running.
                """)

        @OptionGroup var arguments: FleetArguments

        @Option(help: ArgumentHelp("The number of a record whose hash was archived.", valueName: "n"))
        var record: Int?

        @Option(help: ArgumentHelp("Its hash in the archive: 64 hexadecimal digits.", valueName: "h"))
        var hash: String?

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard (record == nil) == (hash == nil) else {
                throw ValidationError("--record and --hash belong together; give both, as they stand in the archive")
            }
            if let record, record < 1 { throw ValidationError("--record: records are numbered from 1") }
            if let hash, RecordHash(hex: hash) == nil {
                throw ValidationError("--hash: give the 64 hexadecimal digits that stand in the archive")
            }
        }

        func run() throws {
            let proof = try prove()
            if json {
                try JSONOutput.print(proof.answer)
            } else {
                for line in proof.lines { print(TextWidth.sanitised(line)) }
            }
            guard let finding = proof.finding else { return }
            printError("muster: \(TextWidth.sanitised(finding.description))")
            throw ExitStatus.failed
        }

        /// A journal that is refused at its opening is a finding like any other.
        private func prove() throws -> AuditProof {
            let hash = hash.flatMap { RecordHash(hex: $0) }
            do {
                return AuditProof(try arguments.openJournal(), record: record, hash: hash)
            } catch let refusal as FactLogError {
                return AuditProof(refused: refusal, record: record, hash: hash)
            }
        }
    }
}
