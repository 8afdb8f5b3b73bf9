import ArgumentParser
import ArtifactStore
import Cells
import FleetCore
import FleetFiles

extension ReleaseCommand {
    /// `muster release add FLEET VERSION FILE...`.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy files into a fleet as a release, with their sizes and SHA-256.",
            discussion: """
                The files are copied to releases/VERSION/ in the fleet's directory, in the order in which devices shall \
                fetch them, and release.yaml is written beside them. All of it is there afterwards, or, if anything \
                fails, nothing.

                A release is immutable: a version that is there with other bytes is refused, one that is there with \
                the same bytes is left as it is.

                Exit codes: 0 added, or there already; 1 the fleet's directory cannot be written; 2 a file cannot be \
                taken, or the release is there with other bytes.
                """)

        @Argument(help: "The fleet's directory.")
        var fleet: String

        @Argument(help: "The version that a device reports once it runs the release, such as 2.4.1.")
        var version: String

        @Argument(help: "The files. Links are not followed.")
        var file: [String]

        @Option(help: ArgumentHelp("One line for people.", valueName: "text"))
        var notes: String?

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard Version(version) != nil else {
                throw ValidationError("`\(version)` is not a version; write it like 2.4.1 or 2.4.1-rc.1")
            }
            let notes = notes ?? ""
            guard notes.utf8.count <= ReleaseFile.longestNotes else {
                throw ValidationError("--notes is longer than \(ReleaseFile.longestNotes) bytes; shorten it")
            }
            guard !notes.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw ValidationError("--notes holds a line end or another control character; write one line")
            }
        }

        func run() throws {
            guard let version = Version(version) else { throw ExitStatus.badInput }
            // Shells complete the names of directories with a slash, which no message needs twice.
            let directory = fleet.hasSuffix("/") && fleet != "/" ? String(fleet.dropLast()) : fleet
            let addition = ReleaseAddition(fleet: directory, version: version, notes: notes, files: file)
            do {
                let answer = try addition.run()
                if json { try JSONOutput.print(answer) } else { answer.lines.forEach { print($0) } }
            } catch let error as ReleaseRefusal {
                throw refuse("\(error)")
            } catch let error as ArtifactStoreError where error.fault == .source {
                throw refuse("\(error)")
            }
        }

        private func refuse(_ text: String) -> ExitCode {
            printError("muster: \(TextWidth.sanitised(text))")
            printError("nothing was changed")
            return ExitStatus.badInput
        }
    }
}
