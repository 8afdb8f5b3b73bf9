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

    @Option(help: ArgumentHelp("Your name in the journal. Default: $USER.", valueName: "name"))
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
    var name: String { operatorName ?? ProcessInfo.processInfo.environment["USER"] ?? "operator" }

    /// The session's setup, with the operator's own configuration taken into account.
    func setup(isReadOnly: Bool = false) throws -> ConsoleSession.Setup {
        let configuration = try ConsoleConfiguration.load()
        let themeName = theme ?? configuration.theme ?? "dark"
        if case .failure(let problem) = ConsoleLook().theme(themeName) {
            printError(TextWidth.sanitised(problem.description))
            throw ExitStatus.badInput
        }
        var setup = ConsoleSession.Setup(operatorName: name, isReadOnly: isReadOnly, themeName: themeName)
        // A theme of sixteen colours leaves it to the terminal which they are.
        setup.colour = colour.depth ?? (themeName == "ansi16" ? .c16 : nil)
        setup.drawsOnlyASCII = ascii
        setup.usesMouse = mouse
        setup.keymap = configuration.keymap
        return setup
    }
}

/// Runs an engine and a console on it, from the first paint to the terminal's return.
enum ConsoleRunner {
    /// Starts the engine, opens the console, and ends both in good order.
    /// - Parameters:
    ///   - directory: The state folder in which commands of other processes are taken; nil: none are.
    ///   - beside: Starts what else works on the engine, and gives what ends it.
    static func run(
        _ makeDriver: @escaping @Sendable () throws -> any EngineDriver, _ setup: ConsoleSession.Setup,
        commandsIn directory: String? = nil, beside: (EngineHost) throws -> () -> Void = { _ in {} }
    ) throws -> ConsoleSession.Ending {
        let waker = LateWaker()
        let host = EngineHost { waker.wake() }
        try start(host, makeDriver)
        defer { if !host.stop() { printError("muster: the engine did not end within 10 s; its journal is whole") } }
        let socket = try directory.map { try CommandSocket.start(host, in: $0) }
        defer { socket?.stop() }
        let endBeside = try beside(host)
        defer { endBeside() }
        let terminal: CursesTerminal
        do {
            terminal = try CursesTerminal.open(
                CursesTerminal.Options(
                    colour: setup.colour, usesMouse: setup.usesMouse, drawsOnlyASCII: setup.drawsOnlyASCII))
        } catch {
            return try plain(host, error, setup)
        }
        waker.set(terminal.waker)
        let session = ConsoleSession(terminal: terminal, host: host, setup: setup)
        let ending = session.run()
        terminal.close()
        return ending
    }

    /// Waits until the engine has taken its journal up.
    static func start(
        _ host: EngineHost, _ makeDriver: @escaping @Sendable () throws -> any EngineDriver
    ) throws {
        let ready = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        host.start(makeDriver) { result in
            if case .failure(let error) = result { failure.withLock { $0 = error } }
            ready.signal()
        }
        // A large fleet takes seconds to take over or to replay.
        if ready.wait(timeout: .now() + 0.5) == .timedOut {
            let isShown = isatty(STDERR_FILENO) == 1
            if isShown { FileHandle.standardError.write(Data("starting the engine: journal and files".utf8)) }
            ready.wait()
            if isShown { FileHandle.standardError.write(Data("\r\u{1b}[K".utf8)) }
        }
        if let error = failure.withLock({ $0 }) {
            printError("muster: \(error)")
            throw ExitStatus.failed
        }
    }

    /// Where there can be no screen: says why, and prints one screen as text.
    private static func plain(
        _ host: EngineHost, _ error: CursesTerminalError, _ setup: ConsoleSession.Setup
    ) throws -> ConsoleSession.Ending {
        printError("muster: \(error)")
        let size = Size(columns: 80, rows: 24)
        let state = ConsoleState(operatorName: setup.operatorName, isReadOnly: true, size: size)
        host.ask(ConsoleQuery.query(for: state, size: size))
        let deadline = ContinuousClock.now + .seconds(10)
        var view: FleetView?
        while view == nil, ContinuousClock.now < deadline {
            view = host.takeNews().view
            if view == nil { host.waitForNews(seconds: 1) }
        }
        if let view { print(PlainScreen.text(view, state, size: size)) }
        return .quit
    }

    /// Ends the process the way a session ended: by the same signal, if it was one.
    static func exit(_ ending: ConsoleSession.Ending) throws {
        guard case .signal(let number) = ending else { return }
        throw ExitCode(128 + number)
    }
}
