import Cells
import FleetCore
import FleetFiles
import FleetJournal

/// The updates of a fleet, by its files and its journal.
struct KnownUpdates {
    private let definition: FleetDefinition
    private let arguments: FleetArguments

    init(_ definition: FleetDefinition, _ arguments: FleetArguments) {
        self.definition = definition
        self.arguments = arguments
    }

    /// Ends the command with exit code 2, and what there is, if there is no such update.
    func expect(_ update: String) throws {
        var known = definition.updates.map(\.id)
        if known.contains(update) { return }
        // A state that is not there yet is made by the engine's first start.
        if try SQLiteJournal.exists(in: try arguments.stateDirectory(definition)) {
            known = try FleetReading.open(definition, arguments).loop.state.updates.map(\.id)
            if known.contains(update) { return }
        }
        let near = NearMiss.best(of: update, among: known).map { "did you mean \($0)? " } ?? ""
        let list = known.isEmpty ? "the fleet has no updates" : "the updates are \(known.joined(separator: ", "))"
        printError(
            "muster: there is no update \(TextWidth.sanitised(update)); \(TextWidth.sanitised(near + list))")
        throw ExitStatus.badInput
    }
}
