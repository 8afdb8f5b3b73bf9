import Cells
import FleetCore
import FleetEngine

/// The way a console's state changes: by a key, by a view, by the engine's answer. Each says what it asks of the
/// world; none does it.
public enum ConsoleUpdate {
    /// The revision of the view on which a command rests that the next key gives: of what stands on the screen.
    public static func basis(of state: ConsoleState, view: FleetView) -> UInt64 {
        state.dialog == nil ? state.shown(view).revision : state.dialogBasis
    }

    /// Takes a key. `view` is the live view that was received last.
    public static func handle(
        _ event: KeyEvent, state: inout ConsoleState, view: FleetView
    ) -> [ConsoleEffect] {
        let wasAsking = state.dialog != nil
        defer { if !wasAsking, state.dialog != nil { state.dialogBasis = view.revision } }
        if case .mouse(let mouse) = event.key {
            guard state.connectingSince == nil else { return [] }
            handle(mouse, state: &state, view: view)
            return []
        }
        state.message = nil
        state.shownMessage = nil
        if event.key == .control("c") {
            state.input = nil
            state.message = ConsoleMessage(.plain, "press \(state.keymap.keyText(.quit)) to quit")
            return []
        }
        if state.connectingSince != nil { return handleWhileConnecting(event, state: &state) }
        if state.dialog != nil { return handleDialog(event, state: &state, view: view) }
        if state.input != nil { return handleInput(event, state: &state, view: view) }
        guard let action = state.keymap.action(for: event.key) else { return [] }
        // What was meant as text must not be taken for keys.
        guard !event.isPasted else {
            state.message = ConsoleMessage(.plain, "pasted text is not taken as keys; / and : open a line for it")
            return []
        }
        return perform(action, state: &state, view: view)
    }

    /// A key before the first view: there is nothing yet that it could be about.
    private static func handleWhileConnecting(_ event: KeyEvent, state: inout ConsoleState) -> [ConsoleEffect] {
        switch state.keymap.action(for: event.key) {
        case .quit where !event.isPasted: return [.quit]
        case .suspend where !event.isPasted: return [.suspend]
        case nil: return []
        default:
            state.message = ConsoleMessage(.plain, "nothing was done: no view of the fleet has come yet")
            return []
        }
    }

    /// The terminal has another size now.
    public static func resized(to size: Size, state: inout ConsoleState) {
        state.size = size
        guard case .typed(var confirmation) = state.dialog else { return }
        // What was seen were rows of another width.
        confirmation.seen = 0
        state.dialog = .typed(confirmation)
    }

    /// The engine is alive, and the view that was received last is still true.
    public static func heard(at now: Timestamp, state: inout ConsoleState) {
        state.heardAt = now
    }

    /// The engine's answer to a command.
    /// - Parameters:
    ///   - refusal: Why it was refused; nil: it was accepted.
    ///   - note: What came of it, where "accepted" would say too little.
    ///   - isUndecided: Whether it was not answered, and never will be: the refusal says why.
    public static func replied(
        to command: Command, refusal: Refusal?, note: String? = nil, isUndecided: Bool = false,
        state: inout ConsoleState
    ) {
        if let refusal, isUndecided {
            let text = "\(command.verb) \(command.object): not known whether it was carried out: \(refusal.message)"
            state.message = ConsoleMessage(.error, "\(text); \(refusal.remedy)")
        } else if let refusal {
            state.message = ConsoleMessage(.error, "refused: \(refusal.message); \(refusal.remedy)")
        } else {
            state.message = ConsoleMessage(.done, "\(command.verb) \(command.object): \(note ?? "accepted")")
        }
    }

    /// Something that the caller did for the operator, or could not do: a copy, an export, a theme.
    public static func reported(_ text: String, isProblem: Bool = false, state: inout ConsoleState) {
        state.message = ConsoleMessage(isProblem ? .error : .done, text)
    }

    /// What an action does on this screen.
    static func perform(
        _ action: ConsoleAction, state: inout ConsoleState, view: FleetView
    ) -> [ConsoleEffect] {
        let available = ConsoleAction.available(on: state.screen, isReadOnly: state.onlyLooksOn)
        guard available.contains(action) else {
            state.message = unavailable(action, state: state)
            return attempt(action, target(state: state, view: view), state: state)
        }
        if action.isCommand { return command(action, state: &state, view: view) }
        if move(by: action, state: &state, view: view) { return [] }
        if changeScreen(by: action, state: &state, view: view) { return [] }
        return changeDisplay(by: action, state: &state, view: view)
    }

    /// What goes to the engine of a command that the role does not cover: a pause, which is one as it stands. It is refused
    /// there, and the audit has it. The others ask before they are commands, and here nothing is asked.
    static func attempt(_ action: ConsoleAction, _ update: UpdateSummary?, state: ConsoleState) -> [ConsoleEffect] {
        guard action == .pause, !state.isReadOnly, state.role != nil, let update else { return [] }
        return [.send(.pause(update: update.id), reason: "")]
    }

    private static func unavailable(
        _ action: ConsoleAction, state: ConsoleState
    ) -> ConsoleMessage {
        if let objection = state.objection(to: action.rawValue, needing: action.requiredRole) {
            return ConsoleMessage(.error, objection)
        }
        return ConsoleMessage(
            .plain, "\(state.keymap.keyText(action)) does nothing here; \(state.keymap.keyText(.help)) lists the keys")
    }
}

extension Keymap {
    /// The key to name for an action; a dash if it has none.
    func keyText(_ action: ConsoleAction) -> String { keyTexts(for: action).first ?? "-" }
}
