import ArgumentParser
import Cells
import FleetFiles

extension ReleaseCommand {
    /// `muster release list FLEET`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the releases of a fleet, the oldest first.",
            discussion: """
                The sizes of the files are compared with what the releases say; `muster check` compares their bytes too.

                Exit codes: 0 done, 2 a file is wrong.
                """)

        @Argument(help: "The fleet's directory.")
        var fleet: String

        @Flag(help: "Print JSON.")
        var json = false

        /// One release as JSON.
        private struct Row: Encodable {
            struct File: Encodable {
                var name: String
                var size: Int64
                var sha256: String
            }
            var version: String
            var notes: String
            var path: String
            var size: Int64
            var artifacts: [File]
        }

        func run() throws {
            let releases = try ReleaseReading.read(fleet)
            if json { return try JSONOutput.print(releases.map(Self.row)) }
            var table = Table(["version", "#files", "#bytes", "notes"])
            table.columns[3].limit = 100
            table.rows = releases.map(\.release).map {
                [$0.version.description, "\($0.artifacts.count)", "\($0.size)", $0.notes]
            }
            for line in table.lines { print(line) }
        }

        private static func row(_ found: FoundRelease) -> Row {
            let release = found.release
            return Row(
                version: release.version.description, notes: release.notes, path: found.file, size: release.size,
                artifacts: release.artifacts.map { .init(name: $0.name, size: $0.size, sha256: $0.sha256) })
        }
    }
}

/// Reads the releases of a fleet for commands: prints what is wrong to standard error.
enum ReleaseReading {
    /// The releases, the oldest first; ends the command with exit code 2 when a file is wrong.
    static func read(_ fleet: String) throws -> [FoundRelease] {
        let result = FleetDirectory(path: fleet).loadReleases()
        for problem in result.problems { printError(TextWidth.sanitised(problem.description)) }
        guard let releases = result.releases else {
            printError("muster: the releases of \(TextWidth.sanitised(fleet)) cannot be used; nothing was changed")
            throw ExitStatus.badInput
        }
        return releases
    }
}
