import ArgumentParser
import Cells
import FleetCore
import FleetJournal

extension AuditCommand {
    /// `muster audit list`, or `muster audit`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the commands: who asked for what, when and why, and what became of it.",
            discussion: """
                With --json, one object a line, as JSON Lines. It is meant for an archive on another machine: each \
                object carries the hash of its record, and whoever holds the archive can see with `muster audit verify \
                --record N --hash H` that nothing up to that record was changed since.

                The chain is proven as it is read. At a record that breaks it the list ends, and the exit code is 1. It \
                works while an engine is running.
                """)

        @OptionGroup var arguments: FleetArguments

        @Option(help: ArgumentHelp("Only commands of this moment or later.", valueName: "time"))
        var since: String?

        @Flag(help: "Print JSON lines, for an archive.")
        var json = false

        func run() throws {
            let since = try since.map { try TimeArgument.parse($0, option: "--since") }
            let journal = try arguments.openJournal()
            if json { return try printLines(journal, since: since) }
            var table = AuditTable()
            var count = 0
            defer {
                for line in table.lines { print(line) }
                printError("\(count) of \(journal.factCount) records are listed")
            }
            try journal.walk { records in
                for entry in Self.entries(records, since: since) {
                    table.add(entry)
                    count += 1
                }
            }
        }

        private func printLines(_ journal: SQLiteJournal, since: Timestamp?) throws {
            let lines = JSONLines()
            var failure: (any Error)?
            try journal.walk { records in
                do { try lines.print(Self.entries(records, since: since)) } catch { failure = error }
            }
            if let failure { throw failure }
        }

        private static func entries(_ records: [JournalRecord], since: Timestamp?) -> [AuditEntry] {
            records.filter { record in since.map { record.fact.at >= $0 } ?? true }.compactMap { AuditEntry($0) }
        }
    }
}

extension FleetArguments {
    /// The journal of the fleet, to be read while an engine may write it. Ends the command with exit code 2 where there
    /// is none: then another state was meant.
    func openJournal() throws -> SQLiteJournal {
        let directory = try FleetPlace(self).directory
        try FleetReading.requireState(in: directory)
        return try SQLiteJournal.open(directory: directory, fleet: FleetLoading.name(of: fleet), mode: .readOnly)
    }
}
