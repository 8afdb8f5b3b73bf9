import Cells
import Console
import CursesTerminal
import FleetCore
import FleetEngine
import FleetFiles
import Foundation
import Synchronization

/// One console on one engine, here or behind a socket: keys in, frames out, until somebody quits.
final class ConsoleSession {
    /// What a session is given.
    struct Setup {
        var user: ConsoleUser
        /// Who says to sit here, where several people share a user; nil: nobody else.
        var alias: String?
        /// Whether the engine ends with this console.
        var runsEngine = false
        /// That engine, where others reach it too: it must go on when this process stops for a while; nil: there is none.
        var own: OwnEngine?
        var themeName = "dark"
        var colour: ColourDepth?
        var drawsOnlyASCII = false
        var usesMouse = true
        var keymap = Keymap()
    }

    /// How a session ended.
    enum Ending: Equatable {
        case quit
        /// The operator left before the engine had answered everything that was sent, which has been said.
        case unsettled
        /// The operator left, and the engine is to go on.
        case detach
        /// By a signal, or because the terminal is gone.
        case signal(Int32)
        /// The engine lets the operator sit here no more, with why.
        case shownOut(Refusal)
    }

    private let terminal: CursesTerminal
    private let engine: any ConsoleEngine
    private let look = ConsoleLook()
    private let setup: Setup
    private var theme = ConsoleTheme()
    private var state: ConsoleState
    private var view = FleetView()
    private var pending: [UInt64: UnansweredCommand] = [:]
    private var ending: Ending?
    /// Whether the next engine was there after that of this process had ended: how that one ended is told no more.
    private var hasMetNext = false
    private let themeWatch: FolderWatch?
    /// How long the console waits for the engine that it has handed over.
    private static let patience = Duration.seconds(20)
    /// How long answers that are on their way are waited for when somebody leaves.
    private static let lastPatience = Duration.seconds(2)
    /// For how long a console whose engine would end with it is not left before it is known what is under way.
    private static let connectingPatience = Duration.seconds(10)

    /// A session on a terminal that is open and an engine that runs.
    init(terminal: CursesTerminal, engine: any ConsoleEngine, setup: Setup) {
        self.terminal = terminal
        self.engine = engine
        self.setup = setup
        let waker = terminal.waker
        themeWatch = FolderWatch(folder: ConsoleLook.folder) { waker.wake() }
        state = ConsoleState(
            operatorName: setup.user.name, isReadOnly: setup.user.isReadOnly, size: terminal.size,
            themeName: setup.themeName)
        state.runsEngine = setup.runsEngine
        state.connectingSince = WallClock.now
        state.themeNames = look.library.names
        state.keymap = setup.keymap
        use(look.theme(setup.themeName))
    }

    /// Runs until it ends.
    func run() -> Ending {
        // From here on the terminal's own guard notices one.
        if EarlyHangUp.hasCome { return .signal(SIGHUP) }
        ask()
        takeNews()
        while true {
            paint()
            let events = terminal.wait(timeoutMilliseconds: timeout)
            for event in events { handle(event) }
            takeNews()
            giveUpAnEngine()
            ConsoleUpdate.passed(view, at: WallClock.now, state: &state)
            if let ending {
                if ending == .quit { settle() }
                return ending
            }
            reloadTheme()
            ask()
        }
    }

    /// A theme that was saved is taken again; if something is wrong with it the present one stays.
    private func reloadTheme() {
        guard let names = themeWatch?.takeNames(), names.contains("\(state.themeName).yaml") else { return }
        take(theme: state.themeName)
    }

    /// Nothing wakes a console by itself, unless the engine is slow to answer, or silent: then its age is shown as it grows.
    /// While devices move, or a line stands there for a while, it looks once a second whether that is so.
    private var timeout: Int? {
        if engine.isBusy { return 500 }
        let moves = view.simulationSpeed != nil || view.updates.contains { $0.status.isUnderWay }
        if moves || ConsoleUpdate.waitsForTime(state) { return 1000 }
        return engine.silence.map { silence in
            let left = ConsoleState.liveSpan - silence
            return left > .zero ? Int(left / .milliseconds(1)) + 100 : 1000
        }
    }

    /// What was sent and not answered, in the order of sending.
    var unanswered: [UnansweredCommand] { pending.sorted { $0.key < $1.key }.map(\.value) }

    /// Waits a moment for answers that are on their way; what is left then stays in `unanswered`.
    private func settle() {
        guard !pending.isEmpty else { return }
        ConsoleUpdate.reported("waiting for the engine's answer ...", state: &state)
        paint()
        let deadline = ContinuousClock.now + Self.lastPatience
        while !pending.isEmpty, ContinuousClock.now < deadline {
            engine.waitForNews(seconds: 0.1)
            takeNews()
        }
    }

    private func ask() { engine.ask(ConsoleQuery.query(for: state, size: terminal.size)) }

    private func paint() {
        if let silence = engine.silence {
            ConsoleUpdate.heard(at: WallClock.now - silence, state: &state)
        } else if !engine.isBusy {
            ConsoleUpdate.heard(at: WallClock.now, state: &state)
        }
        state.unanswered = unanswered
        terminal.draw(
            ConsoleScreen.render(view: view, state: state, theme: theme, size: terminal.size, now: WallClock.now))
    }

    private func takeNews() {
        let news = engine.takeNews()
        if let fresh = news.view {
            // One that no engine has made says only that the engine was lost before its first.
            if fresh.seat > 0 { view = fresh } else { view.health = fresh.health }
            ConsoleUpdate.received(view, at: WallClock.now, state: &state)
        }
        if let why = news.end { ending = ending ?? .shownOut(why) }
        for reply in news.replies {
            // Behind the end nobody reads a line on the screen.
            if reply.isUndecided, ending != nil { continue }
            guard let sent = pending.removeValue(forKey: reply.ticket) else { continue }
            ConsoleUpdate.replied(
                to: sent.command, refusal: reply.refusal, note: reply.note, isUndecided: reply.isUndecided,
                state: &state)
        }
    }

    /// An engine of this process that has failed, or that somebody has stopped, holds the fleet no longer: the next one may
    /// start anywhere, and this console attaches to it. Until then the screen says why.
    private func giveUpAnEngine() {
        guard let own = setup.own, !own.isElsewhere, !hasMetNext, let why = own.host.failure ?? whoStopped(own) else {
            return
        }
        if state.runsEngine {
            state.runsEngine = false
            own.giveUp()
            view.health = .stopped(why)
        } else if view.health != .running {
            view.health = .stopped(why)
        } else if own.hasEnded {
            hasMetNext = true
        }
    }

    /// Who has stopped the engine of this process, in a sentence; nil: nobody.
    private func whoStopped(_ own: OwnEngine) -> String? {
        own.stops.origin.map { "\($0.operatorName) stopped the engine\($0.reason.isEmpty ? "" : ": \($0.reason)")" }
    }

    private func handle(_ event: CursesTerminal.Event) {
        switch event {
        case .keys(let keys):
            for key in keys where ending == nil {
                let typed = ConsoleUpdate.asTyped(key, among: keys, state: state)
                let basis = ConsoleUpdate.basis(of: state, view: view)
                for effect in ConsoleUpdate.handle(typed, state: &state, view: view) {
                    perform(effect, basis: basis)
                }
            }
        case .resized(let size): ConsoleUpdate.resized(to: size, state: &state)
        case .quitRequested(let signal): ending = .signal(signal)
        case .hungUp: ending = .signal(SIGHUP)
        case .stopRequested: suspend()
        case .woken, .resumed, .timedOut: break
        }
    }

    private func perform(_ effect: ConsoleEffect, basis: UInt64) {
        switch effect {
        case .send(let command, let reason): send(command, reason: reason, basis: basis)
        case .quit: quit()
        case .detach: detach()
        case .suspend: suspend()
        case .copy(let text):
            let isCopied = terminal.copyToClipboard(text)
            let copied = "copied \(NumberText.count(text.count, "character"))"
            ConsoleUpdate.reported(isCopied ? copied : "too long to copy", isProblem: !isCopied, state: &state)
        case .cycleTheme(let name): take(theme: look.name(after: name))
        case .setTheme(let name): take(theme: name)
        case .export(let text): export(text)
        }
    }

    /// Gives the terminal to the shell. Whoever else needs the engine that runs in here must not stand still with it, so a
    /// process of its own takes it over first, and this console is one that is attached.
    private func suspend() {
        guard terminal.canSuspend else {
            return ConsoleUpdate.reported("there is no shell to come back from", isProblem: true, state: &state)
        }
        if let own = setup.own, own.isRunning, !handOver(own) { return }
        terminal.suspend()
    }

    /// Leaves; not before it is known what would end with the engine that runs in here, unless that takes too long.
    private func quit() {
        if state.runsEngine, let since = state.connectingSince, WallClock.now - since < Self.connectingPatience {
            return ConsoleUpdate.reported(
                "it is not known yet what the engine in here has under way: try again in a moment", isProblem: true,
                state: &state)
        }
        ending = .quit
    }

    /// Leaves, if a process has proved that it can go on as the engine.
    private func detach() {
        if setup.own.map(prove) ?? true { ending = .detach }
    }

    /// Returns once a process has proved that it can go on as the engine; false: it cannot, and the engine works on here.
    private func prove(_ own: OwnEngine) -> Bool {
        settle()
        guard pending.isEmpty else {
            ConsoleUpdate.reported("the engine stays here: it does not answer", isProblem: true, state: &state)
            return false
        }
        ConsoleUpdate.reported("handing the engine over to a process of its own ...", state: &state)
        paint()
        do {
            try own.proveSuccessor()
            return true
        } catch {
            ConsoleUpdate.reported("the engine stays here: \(error)", isProblem: true, state: &state)
            // Whole, once the terminal is free.
            printError("muster: the engine could not go on in a process of its own: \(error)")
            return false
        }
    }

    /// Returns once this console is attached to the process that has taken the engine over; false: it stays here.
    private func handOver(_ own: OwnEngine) -> Bool {
        guard prove(own) else { return false }
        if isStopped(own) { return false }
        own.end(isHandedOver: true)
        state.runsEngine = false
        if isStopped(own) { return false }
        do {
            waitForView { $0.health != .running }
            let process = try own.goOnElsewhere()
            waitForView { $0.health == .running || own.hasSuccessorEnded }
            guard view.health == .running else {
                let end = own.hasSuccessorEnded ? ", and has ended" : " and does not answer yet"
                ConsoleUpdate.reported("the engine went on as process \(process)\(end)", isProblem: true, state: &state)
                return false
            }
            let text = "the engine goes on as process \(process); this console is attached to it"
            ConsoleUpdate.reported(text, state: &state)
            return true
        } catch {
            ConsoleUpdate.reported("the engine did not go on: \(error)", isProblem: true, state: &state)
            printError("muster: the engine did not go on: \(error)")
            return false
        }
    }

    /// Whether somebody has stopped the engine that was to go on elsewhere: whoever was in time means the fleet's engine, and
    /// not the process in which it was.
    private func isStopped(_ own: OwnEngine) -> Bool {
        guard let why = whoStopped(own) else { return false }
        own.dropSuccessor()
        ConsoleUpdate.reported("the engine does not go on: \(why)", isProblem: true, state: &state)
        return true
    }

    private func waitForView(_ isThere: (FleetView) -> Bool) {
        let deadline = ContinuousClock.now + Self.patience
        takeNews()
        while !isThere(view), ContinuousClock.now < deadline {
            // The screen must not say meanwhile what is not so any more.
            paint()
            engine.waitForNews(seconds: 0.1)
            takeNews()
        }
    }

    private func send(_ command: Command, reason: String, basis: UInt64) {
        if let ticket = engine.submit(command, reason: reason, basis: basis) {
            pending[ticket] = UnansweredCommand(command, sentAt: WallClock.now)
        } else {
            let text =
                view.health.failure.map { "nothing was sent: \($0)" } ?? "the engine takes no commands now: try again"
            ConsoleUpdate.reported(text, isProblem: true, state: &state)
        }
    }

    /// Takes a theme; if something is wrong with it the present one stays.
    private func take(theme name: String) {
        let result = look.theme(name)
        use(result)
        switch result {
        case .success(let theme): ConsoleUpdate.reported("theme \(theme.name)", state: &state)
        case .failure(let problem):
            ConsoleUpdate.reported(problem.lines.first ?? "no such theme", isProblem: true, state: &state)
        }
    }

    private func use(_ result: Result<Theme, ThemeProblem>) {
        guard case .success(let theme) = result else { return }
        self.theme = ConsoleLook.glyphs(theme, usesASCII: setup.drawsOnlyASCII)
        terminal.setStyles(ConsoleLook.styles(theme))
        state.themeName = theme.name
    }

    private func export(_ text: String) {
        let stamp = view.now.iso.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
        let path = "muster-\(stamp).txt"
        do {
            try (text + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            ConsoleUpdate.reported("written to \(path)", state: &state)
        } catch {
            ConsoleUpdate.reported("cannot write \(path)", isProblem: true, state: &state)
        }
    }
}

/// A waker that may come later than those who call it.
final class LateWaker: Sendable {
    private let waker = Mutex<Waker?>(nil)

    /// From now on this one is called.
    func set(_ waker: Waker) { self.waker.withLock { $0 = waker } }
    /// Wakes the console, if there is one.
    func wake() { waker.withLock { $0 }?.wake() }
}
