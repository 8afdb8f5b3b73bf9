import ArgumentParser
import Cells
import Console
import CursesTerminal
import EngineSocket
import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// How a console looks and who sits at it; the same for every command that opens one.
struct ConsoleArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The theme; `muster theme list` names them. Default: dark.", valueName: "name"))
    var theme: String?

    @Option(help: ArgumentHelp("Colours: auto, truecolor, 256, 16 or none. Over SSH, auto may not see 24 bits."))
    var colour: ColourChoice = .auto

    @Flag(help: "Draw ASCII only.")
    var ascii = false

    @Flag(inversion: .prefixedNo, help: "React to the mouse; the terminal's own selection then needs Shift.")
    var mouse = true

    @Option(
        help: ArgumentHelp(
            "Your name in the journal, beside your user's, where several people share one.", valueName: "name"))
    var operatorName: String?

    /// What `--colour` can say.
    enum ColourChoice: String, ExpressibleByArgument, CaseIterable {
        case auto, truecolor
        case c256 = "256"
        case c16 = "16"
        case none

        var depth: ColourDepth? {
            switch self {
            case .auto: nil
            case .truecolor: .trueColour
            case .c256: .c256
            case .c16: .c16
            case .none: .mono
            }
        }
    }

    /// Who is at the keys.
    var name: String { operatorName.map { ConsoleUser.name($0, of: UserName.own) } ?? UserName.own }

    /// The session's setup, with the operator's own configuration taken into account.
    func setup(isReadOnly: Bool = false) throws -> ConsoleSession.Setup {
        let configuration = try ConsoleConfiguration.load()
        let themeName = theme ?? configuration.theme ?? "dark"
        if case .failure(let problem) = ConsoleLook().theme(themeName) {
            printError(TextWidth.sanitised(problem.description))
            throw ExitStatus.badInput
        }
        let user = ConsoleUser(
            name: name, isReadOnly: isReadOnly, account: LocalUser(name: UserName.own, isOwner: true))
        var setup = ConsoleSession.Setup(user: user, alias: operatorName, themeName: themeName)
        // A theme of sixteen colours leaves it to the terminal which they are.
        setup.colour = colour.depth ?? (themeName == "ansi16" ? .c16 : nil)
        setup.drawsOnlyASCII = ascii
        setup.usesMouse = mouse
        setup.keymap = configuration.keymap
        return setup
    }
}

/// Runs a console, from the first paint to the terminal's return.
enum ConsoleRunner {
    /// Opens a console on the engine that runs on this state; nil: none does.
    /// - Parameter own: The engine, if it is one of this process that ends with the console.
    static func attach(
        _ setup: ConsoleSession.Setup, to directory: String, own: OwnEngine? = nil
    ) throws -> ConsoleSession.Ending? {
        let waker = LateWaker()
        let engine: AttachedEngine?
        do {
            engine = try AttachedEngine.attach(
                to: directory, isReadOnly: setup.user.isReadOnly, alias: setup.alias, patience: .spoken()
            ) { waker.wake() }
        } catch {
            printError("muster: \(TextWidth.sanitised("\(error)"))")
            throw error.isRefusal ? ExitStatus.badInput : ExitStatus.failed
        }
        guard let engine else { return nil }
        defer { engine.leave() }
        var setup = setup
        setup.user = engine.user
        if let stops = own?.stops {
            setup.runsEngine = true
            setup.own = own
            stops.tell { waker.wake() }
        }
        return try screen(on: engine, waker, setup)
    }

    /// Opens a console on an engine of this process that nobody else reaches: it ends with the console.
    static func run(
        _ makeDriver: @escaping @Sendable () throws -> any EngineDriver, _ setup: ConsoleSession.Setup,
        beside: (EngineHost) throws -> () -> Void = { _ in {} }
    ) throws -> ConsoleSession.Ending {
        let engine = try OwnEngine.start(makeDriver, beside: beside)
        defer { engine.end() }
        let waker = LateWaker()
        guard let seat = engine.host.seat(setup.user, onNews: { waker.wake() }) else {
            preconditionFailure("an engine that nobody else reaches has a seat")
        }
        return try screen(on: seat, waker, setup)
    }

    /// Opens a console that only looks on, on what the journal says; once an engine listens on the state, on that one.
    static func lookOn(
        _ makeDriver: @escaping @Sendable () throws -> any EngineDriver, _ setup: ConsoleSession.Setup,
        in directory: String
    ) throws -> ConsoleSession.Ending {
        let follower = try OwnEngine.start(makeDriver) { _ in {} }
        defer { follower.end() }
        let waker = LateWaker()
        guard let seat = follower.host.seat(setup.user, onNews: { waker.wake() }) else {
            preconditionFailure("an engine that nobody else reaches has a seat")
        }
        let alias = setup.alias
        let engine = JournalConsole(follower, seat: seat, onNews: { waker.wake() }) {
            () throws(EngineSocketError) -> AttachedEngine? in
            try AttachedEngine.attach(to: directory, isReadOnly: true, alias: alias) { waker.wake() }
        }
        defer { engine.leave() }
        return try screen(on: engine, waker, setup)
    }

    private static func screen(
        on engine: any ConsoleEngine, _ waker: LateWaker, _ setup: ConsoleSession.Setup
    ) throws -> ConsoleSession.Ending {
        if EarlyHangUp.hasCome { return .signal(SIGHUP) }
        let terminal: CursesTerminal
        do {
            terminal = try CursesTerminal.open(
                CursesTerminal.Options(
                    colour: setup.colour, usesMouse: setup.usesMouse, drawsOnlyASCII: setup.drawsOnlyASCII))
        } catch {
            // It is gone, and that is no engine's end.
            if EarlyHangUp.hasCome { return .signal(SIGHUP) }
            return plain(engine, error, setup)
        }
        defer { terminal.close() }
        waker.set(terminal.waker)
        let session = ConsoleSession(terminal: terminal, engine: engine, setup: setup)
        let ending = session.run()
        terminal.close()
        return tell(session.unanswered, ending)
    }

    /// Says of what was sent and not answered that nobody knows its end: the operator is gone, and the command may come yet.
    private static func tell(
        _ unanswered: [UnansweredCommand], _ ending: ConsoleSession.Ending
    ) -> ConsoleSession.Ending {
        // Where the terminal is gone nobody reads it.
        guard !unanswered.isEmpty, ending != .signal(SIGHUP) else { return ending }
        for sent in unanswered {
            let age = DurationText.short(WallClock.now - sent.sentAt)
            let command = TextWidth.sanitised("\(sent.command.verb) \(sent.command.object)")
            printError("muster: `\(command)` was sent \(age) ago and not answered: nobody knows whether it is")
            printError("carried out, or will be once the engine goes on; `muster audit list` has it if it was")
        }
        return ending == .quit ? .unsettled : ending
    }

    /// Where there can be no screen: says why, and prints one screen as text.
    private static func plain(
        _ engine: any ConsoleEngine, _ error: CursesTerminalError, _ setup: ConsoleSession.Setup
    ) -> ConsoleSession.Ending {
        printError("muster: \(error)")
        let size = Size(columns: 80, rows: 24)
        let state = ConsoleState(operatorName: setup.user.name, isReadOnly: true, size: size)
        engine.ask(ConsoleQuery.query(for: state, size: size))
        let deadline = ContinuousClock.now + .seconds(10)
        var view: FleetView?
        while view == nil, ContinuousClock.now < deadline {
            view = engine.takeNews().view
            if view == nil { engine.waitForNews(seconds: 1) }
        }
        if let view { print(PlainScreen.text(view, state, size: size)) }
        return .quit
    }

    /// Ends the process the way a session ended: by the same signal, if it was one; as refused, if it was shown out.
    static func exit(_ ending: ConsoleSession.Ending) throws {
        switch ending {
        case .quit, .detach: return
        case .unsettled: throw ExitStatus.failed
        case .signal(let number): throw ExitCode(128 + number)
        case .shownOut(let why):
            printError("muster: \(TextWidth.sanitised("\(why)"))")
            throw ExitStatus.badInput
        }
    }
}
