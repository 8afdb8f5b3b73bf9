import ArgumentParser
import Cells
import FleetCore
import FleetEngine
import FleetFiles
import Foundation

/// `muster plan`: what an update would do if it were started now. Changes nothing.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show what an update would do, without doing it.",
        discussion: """
            Who is selected and who is left out and why, the phases with their devices, when windows open in each time \
            zone, and which limits bind. Reads the fleet's state if there is one; changes nothing. While an engine runs, an \
            update is shown as that holds it, and what the files say otherwise since is told on standard error.
            """)

    @OptionGroup var arguments: FleetArguments

    @Argument(help: "The id of an update, or a file with one.")
    var update: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let definition = try arguments.load(for: .service)
        var chosen = try UpdateArgument.resolve(update, in: definition)
        var reading = try FleetReading.open(definition, arguments, asEngine: true)
        if reading.isEngines, chosen.id == update, let held = reading.loop.state.update(update)?.definition {
            chosen = held
        }
        for refusal in reading.loop.assume([.draft(chosen)], now: reading.now) { printError("muster: \(refusal)") }
        var plan = UpdatePlan(chosen, loop: reading.loop, now: reading.now)
        note(&plan, chosen, definition, reading)
        if json { return try JSONOutput.print(plan) }
        for line in plan.lines { print(TextWidth.sanitised(line)) }
        reading.sayMoment()
    }

    /// What the signatures of the releases mean for it.
    private func note(
        _ plan: inout UpdatePlan, _ update: UpdateDefinition, _ definition: FleetDefinition, _ reading: FleetReading
    ) {
        let signed = SignedReleases(fleet: arguments.fleet, state: reading.directory)
        if let release = definition.releases.first(where: { $0.version == update.release }) {
            plan.unsigned = signed.objection(to: release)?.message
        }
        let state = reading.loop.state
        let targets = state.select(update, presence: reading.loop.machine.presence, now: reading.now).targets
        plan.unapproved = signed.unapproved(targets.map { state.devices.firmware($0) }, from: update.release).map {
            "\($0)"
        }
    }
}

/// Updates on the command line: an id, or a file.
enum UpdateArgument {
    /// Finds an update; ends the command with exit code 2 if there is none.
    static func resolve(_ text: String, in definition: FleetDefinition) throws -> UpdateDefinition {
        if let known = definition.updates.first(where: { $0.id == text }) { return known }
        guard FileManager.default.fileExists(atPath: text) else {
            let near = NearMiss.best(of: text, among: definition.updates.map(\.id))
            let ids = definition.updates.map(\.id).joined(separator: ", ")
            printError(
                "muster: there is no update and no file `\(TextWidth.sanitised(text))`; "
                    + (near.map { "did you mean \($0)?" } ?? "the updates are \(ids)"))
            throw ExitStatus.badInput
        }
        let result = FleetDirectory(path: ".").loadUpdate(file: text, in: definition)
        for problem in result.problems { printError(TextWidth.sanitised(problem.description)) }
        guard let update = result.update else { throw ExitStatus.badInput }
        return update
    }
}
