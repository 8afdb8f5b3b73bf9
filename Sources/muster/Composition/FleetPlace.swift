import Cells
import EngineSocket
import FleetCore
import FleetFiles
import FleetJournal
import Foundation

/// Where the engine of a fleet is reached. Who names the state folder needs nothing else for that: the fleet's files are
/// read once something has to be done without an engine, and whoever is admitted by one may not be allowed to read them.
struct FleetPlace {
    private let arguments: FleetArguments
    private let loaded: FleetDefinition?
    /// Where the fleet's state is kept.
    let directory: String

    /// The place that a command is about; without `--state` the fleet's name says where its state is.
    init(_ arguments: FleetArguments) throws {
        self.arguments = arguments
        // The name alone says where the state is: a mistake in another file must not keep anybody from an engine that
        // runs.
        if let named = arguments.state ?? Self.usual(arguments.fleet) {
            loaded = nil
            directory = named
        } else {
            let definition = try arguments.load()
            loaded = definition
            directory = try arguments.stateDirectory(definition)
        }
        try arguments.owner.expect(in: directory)
    }

    private static func usual(_ fleet: String) -> String? {
        FleetDirectory(path: fleet).name.map { StateLocation.directory(fleet: $0) }
    }

    /// What an engine takes over of the fleet's files; says what it does not.
    func takeover(for purpose: FleetLoading.Purpose = .reading) throws -> FleetTakeover {
        if purpose == .reading, let loaded { return FleetTakeover(loaded) }
        return try FleetTakeover.read(
            arguments, for: purpose, warned: { printError(TextWidth.sanitised($0)) },
            left: { printError("muster: \(TextWidth.sanitised($0))") })
    }

    /// What the fleet's files say, if they can be read; says nothing if not.
    var readableDefinition: FleetDefinition? { loaded ?? FleetLoading.quietly(arguments.fleet) }

    /// The fleet's directory.
    var fleet: String { arguments.fleet }

    /// What `fleet.yaml` says, if it can be read, whatever is wrong with the other files; says nothing if not.
    var readableSettings: FleetSettings? { loaded?.settings ?? FleetLoading.quietSettings(arguments.fleet) }

    /// What proves that an update which is to begin is the one in the files.
    var draftProof: DraftProof { DraftProof(fleet: arguments.fleet) }

    /// Whose the state folder has to be.
    var owner: FleetOwner { arguments.owner }

    /// Whether nothing is there yet: no engine has it, and no journal was ever written.
    var isNew: Bool {
        guard (try? SQLiteJournal.exists(in: directory)) == false else { return false }
        return !SQLiteJournal.isEngineRunning(in: directory) && !EngineSocketClient.isListening(in: directory)
    }

    /// Ends the command with exit code 2 where a state was named that is not there.
    func expectNamedState() throws {
        if arguments.state != nil, isNew { try FleetReading.requireState(in: directory) }
    }

    /// Whether this user may read what is in the state folder, or nothing is there.
    var mayRead: Bool {
        let journal = "\(directory)/journal.sqlite"
        return access(journal, F_OK) != 0 || access(journal, R_OK) == 0
    }

    /// Whether this user may start an engine there: the folder is theirs, or there is none.
    var mayStart: Bool {
        var status = stat()
        return stat(directory, &status) != 0 || status.st_uid == geteuid()
    }

    /// Ends the command with exit code 1 where files would have to be written in somebody else's folder: asked before the
    /// engine writes down that it was done.
    func expectOwnFiles() throws {
        var status = stat()
        guard stat(directory, &status) == 0, access(directory, W_OK | X_OK) != 0 else { return }
        let owner = TextWidth.sanitised(UserName.of(status.st_uid)), place = TextWidth.sanitised(directory)
        let writers = owner == "root" ? "root writes" : "\(owner) and root write"
        printError("muster: tokens are kept in \(place), where only \(writers); run it as \(owner)")
        throw ExitStatus.failed
    }

    /// Ends the command with exit code 1 where an engine would have to be started in somebody else's folder: none listens
    /// there, and nobody but its owner starts one.
    func expectOwn() throws {
        var status = stat()
        guard stat(directory, &status) == 0, access(directory, W_OK) != 0 else { return }
        let owner = TextWidth.sanitised(UserName.of(status.st_uid)), place = TextWidth.sanitised(directory)
        printError(
            EngineSocketClient.isListening(in: directory)
                ? "muster: an engine listens in \(place) already; `muster console` attaches to it"
                : "muster: no engine listens in \(place), and it is \(owner) who starts one there")
        throw ExitStatus.failed
    }
}
