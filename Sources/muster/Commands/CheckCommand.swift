import ArgumentParser
import Cells
import Console
import Digests
import FleetFiles

/// `muster check`: says what is wrong in which file.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Validate every file of a fleet, and say what is wrong where.",
        discussion: """
            What a gateway has made anew of the signed repository lies in the state folder: it is looked at there.

            Exit codes: 0 all good (warnings included), 2 a file is wrong.
            """)

    @OptionGroup var arguments: FleetArguments

    @Flag(help: "Print JSON.")
    var json = false

    /// What JSON output says.
    private struct Answer: Encodable {
        struct Problem: Encodable {
            var severity: String
            var path: String
            @OrNull var line: Int?
            @OrNull var column: Int?
            var message: String
            var remedy: String
        }
        var usable: Bool
        var problems: [Problem]
        var unlisted: Int
        @OrNull var devices: Int?
        @OrNull var releases: Int?
        @OrNull var updates: Int?
    }

    func run() throws {
        let meter = LoadMeter()
        var result = FleetDirectory(path: arguments.fleet).load(
            digest: { try Digests.sha256(ofFile: $0) }, progress: { meter.show($0) })
        meter.clear()
        if let warning = result.definition?.missingReleases { result.problems.append(warning) }
        if let definition = result.definition {
            let state = arguments.state ?? StateLocation.directory(fleet: definition.settings.name)
            result.problems += SignedReleases(fleet: arguments.fleet, state: state).problems(definition.releases)
            result.problems += KnownReleases.problems(
                definition.releases, fleet: definition.settings.name, state: state)
            if !result.errors.isEmpty { result.definition = nil }
        }
        if json { try printJSON(result) } else { printText(result) }
        if result.definition == nil { throw ExitStatus.badInput }
    }

    private func printJSON(_ result: LoadResult) throws {
        let problems = result.problems.map {
            Answer.Problem(
                severity: "\($0.severity)", path: $0.path, line: $0.line, column: $0.column, message: $0.message,
                remedy: $0.remedy)
        }
        try JSONOutput.print(
            Answer(
                usable: result.definition != nil, problems: problems, unlisted: result.unlisted,
                devices: result.definition?.devices.count, releases: result.definition?.releases.count,
                updates: result.definition?.updates.count))
    }

    private func printText(_ result: LoadResult) {
        for line in result.lines { print(TextWidth.sanitised(line)) }
        guard let definition = result.definition else {
            print("\(TextWidth.sanitised(arguments.fleet)) cannot be used")
            return
        }
        print(
            "\(TextWidth.sanitised(arguments.fleet)) is good: \(NumberText.count(definition.devices.count, "device")), "
                + "\(NumberText.count(definition.releases.count, "release")), "
                + NumberText.count(definition.updates.count, "update"))
    }
}
