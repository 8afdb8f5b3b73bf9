import ArgumentParser
import Cells
import Console
import Digests
import FleetCore
import FleetFiles
import Foundation

/// The fleet that a command is about.
struct FleetArguments: ParsableArguments {
    @Argument(help: "The fleet's directory, with fleet.yaml, devices.json, releases/ and updates/.")
    var fleet: String

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where the fleet's state is kept.", discussion: "Default: $XDG_STATE_HOME/muster/FLEET-NAME.",
            valueName: "dir"))
    var state: String?

    /// Reads the fleet; ends the command with exit code 2 when a file is wrong.
    /// - Parameter warned: Told of what is not all right in files that can be used.
    func load(
        for purpose: FleetLoading.Purpose = .reading,
        warned: (String) -> Void = { printError(TextWidth.sanitised($0)) }
    ) throws -> FleetDefinition {
        try FleetLoading.load(fleet, for: purpose, warned: warned)
    }

    /// Whose a state folder has to be.
    var owner: FleetOwner { FleetOwner(fleet: fleet, isNamed: state != nil) }

    /// The directory of this fleet's state; ends the command with exit code 2 if it is that of another fleet of the same
    /// name.
    func stateDirectory(_ definition: FleetDefinition) throws -> String {
        let directory = state ?? StateLocation.directory(fleet: definition.settings.name)
        try owner.expect(in: directory)
        return directory
    }
}

/// Reads fleets for commands: prints what is wrong to standard error.
enum FleetLoading {
    /// What a fleet is read for.
    enum Purpose {
        /// To answer a question or to give a command: artifacts are not hashed.
        case reading
        /// To run an engine for real devices.
        case service
        /// To simulate it, or to prove all of it.
        case simulation
    }

    /// Reads a fleet directory; ends the command with exit code 2 when a file is wrong.
    /// - Parameter warned: Told of what is not all right in files that can be used.
    static func load(
        _ path: String, for purpose: Purpose, warned: (String) -> Void = { printError(TextWidth.sanitised($0)) }
    ) throws -> FleetDefinition {
        let result = read(path, for: purpose)
        guard let definition = result.definition else {
            for line in result.lines { printError(TextWidth.sanitised(line)) }
            printError("muster: \(TextWidth.sanitised(path)) cannot be used; nothing was changed")
            throw ExitStatus.badInput
        }
        for line in result.lines { warned(line) }
        return definition
    }

    /// Reads a fleet directory, with how far it has come on a terminal.
    static func read(_ path: String, for purpose: Purpose) -> LoadResult {
        let meter = LoadMeter()
        defer { meter.clear() }
        return FleetDirectory(path: path).load(
            simulation: purpose == .simulation,
            digest: purpose == .reading ? nil : { try Digests.sha256(ofFile: $0) }, progress: { meter.show($0) })
    }

    /// The fleet's name, whatever else is wrong with its files; ends the command with exit code 2 where they do not say it.
    static func name(of path: String) throws -> String {
        try FleetDirectory(path: path).name ?? load(path, for: .reading).settings.name
    }

    /// What `fleet.yaml` says, if that can be used, whatever is wrong with the other files.
    static func quietSettings(_ path: String) -> FleetSettings? {
        guard let sound = FleetDirectory(path: path).load(simulation: false, digest: nil).sound, sound.hasSettings
        else {
            return nil
        }
        return sound.definition.settings
    }

    /// What the files say, if they can be used.
    static func quietly(_ path: String) -> FleetDefinition? {
        FleetDirectory(path: path).load(simulation: false, digest: nil).definition
    }
}

/// Shows on a terminal how far a long load has come.
struct LoadMeter {
    private let line = StatusLine()

    /// Shows progress.
    func show(_ progress: LoadProgress) {
        let share = progress.bytesTotal > 0 ? progress.bytesRead * 100 / progress.bytesTotal : 100
        line.show("reading \(progress.file): \(NumberText.count(progress.devices, "device")), \(share)%")
    }

    /// Takes the line away.
    func clear() { line.clear() }
}

/// Where state lives, by the XDG base directory specification.
enum StateLocation {
    /// `$XDG_STATE_HOME/muster/FLEET`, or `~/.local/state/muster/FLEET`.
    static func directory(fleet: String) -> String {
        "\(base)/muster/\(safeName(fleet))"
    }

    private static var base: String {
        let environment = ProcessInfo.processInfo.environment
        // The specification says that a relative path here is to be ignored.
        if let given = environment["XDG_STATE_HOME"], given.hasPrefix("/") { return given }
        return "\(environment["HOME"] ?? NSTemporaryDirectory())/.local/state"
    }

    /// A fleet's name as one path component.
    private static func safeName(_ name: String) -> String {
        let plain = String(name.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" })
        return plain.isEmpty || plain.allSatisfy { $0 == "." } ? "fleet" : plain
    }
}
