import Cells
import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal

/// What an engine takes over of a fleet's files at its start. Where a journal with facts is there, files that are wrong stop
/// no engine: what the journal holds stays, and what was left out is said for as long as the engine runs.
struct FleetTakeover: Sendable {
    /// Problems that are said at most; a device file can have one in every line.
    private static let mostSaid = 10

    /// What is taken over.
    var definition: FleetDefinition
    /// What is not, and why, a line each; empty: everything is.
    var leftOut: [String] = []
    /// Whether the settings are taken over too.
    var hasSettings = true
    /// Whether it is known where alerts go.
    var knowsAlerts = true

    /// Everything that the files say.
    init(_ definition: FleetDefinition) { self.definition = definition }

    /// - Parameter held: The settings that the journal holds.
    private init(_ sound: SoundParts, _ result: LoadResult, held: FleetSettings) {
        definition = sound.definition
        if !sound.hasSettings { definition.settings = held }
        hasSettings = sound.hasSettings
        knowsAlerts = sound.knowsAlerts
        let errors = result.errors
        leftOut = errors.prefix(Self.mostSaid).map { "not taken in: \($0)" }
        if errors.count > Self.mostSaid {
            leftOut.append("not taken in: \(errors.count - Self.mostSaid) more problems")
        }
        if !knowsAlerts { leftOut.insert("NOBODY IS ALERTED: `alerts` of fleet.yaml cannot be read", at: 0) }
    }

    /// The commands that bring an engine up to them.
    var commands: [Command] {
        hasSettings
            ? definition.commands : definition.commands.filter { if case .configure = $0 { false } else { true } }
    }

    /// The same, but for these releases.
    func commands(without releases: [Release]) -> [Command] {
        guard !releases.isEmpty else { return commands }
        let left = Set(releases.map(\.version))
        return commands.map { command in
            guard case .addReleases(let added) = command else { return command }
            return .addReleases(added.filter { !left.contains($0.version) })
        }
    }

    /// Whether an update is to be started that the files may say otherwise by now.
    func isDoubtful(_ update: String) -> Bool {
        !leftOut.isEmpty && !definition.updates.contains { $0.id == update }
    }

    /// Reads the files for an engine; ends the command with exit code 2 when one is wrong and there is no journal yet.
    /// - Parameters:
    ///   - warned: Told of what is not all right in files that can be used.
    ///   - left: Told of each line of what is left out.
    static func read(
        _ arguments: FleetArguments, for purpose: FleetLoading.Purpose, warned: (String) -> Void, left: (String) -> Void
    ) throws -> FleetTakeover {
        let result = FleetLoading.read(arguments.fleet, for: purpose)
        if let definition = result.definition {
            for line in result.lines { warned(line) }
            return FleetTakeover(definition)
        }
        guard let sound = result.sound, sound.hasSimulation || purpose != .simulation,
            let name = FleetDirectory(path: arguments.fleet).name,
            let held = try settings(
                in: arguments.stateDirectory(FleetDefinition(settings: FleetSettings(name: name))), fleet: name)
        else {
            for line in result.lines { printError(TextWidth.sanitised(line)) }
            printError("muster: \(TextWidth.sanitised(arguments.fleet)) cannot be used; nothing was changed")
            throw ExitStatus.badInput
        }
        for problem in result.problems where problem.severity == .warning { warned(problem.description) }
        let takeover = FleetTakeover(sound, result, held: held)
        for line in takeover.leftOut { left(line) }
        return takeover
    }

    /// The settings that a journal holds; nil: there is none, or it has no facts yet.
    private static func settings(in directory: String, fleet: String) throws -> FleetSettings? {
        try FleetReading.patiently(in: directory) {
            guard try SQLiteJournal.exists(in: directory) else { return nil }
            let state = try EngineLoop(
                reading: try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly)
            ).state
            return state.revision > 0 ? state.settings : nil
        }
    }
}
