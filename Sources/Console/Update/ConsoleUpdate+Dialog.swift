import Cells
import FleetCore
import FleetEngine

extension ConsoleUpdate {
    /// More keys than this do not come in one piece from a person's hand, slow as the line may be.
    private static let mostTypedAtOnce = 3

    /// A key as a dialog should take it. A terminal that does not mark a paste delivers it in one piece: what comes with
    /// more keys than a person types at once, and an Enter that does not come by itself, counts as pasted.
    /// - Parameter keys: What came in one piece.
    public static func asTyped(_ event: KeyEvent, among keys: [KeyEvent], state: ConsoleState) -> KeyEvent {
        guard state.dialog != nil else { return event }
        var isBurst = false
        if case .character = event.key { isBurst = keys.count > mostTypedAtOnce }
        let isHurried = event.key == .enter && keys.contains { $0.key != .enter }
        return isBurst || isHurried ? KeyEvent(event.key, isPasted: true, isRepeat: event.isRepeat) : event
    }

    /// A key while a dialog stands over the screen.
    static func handleDialog(
        _ event: KeyEvent, state: inout ConsoleState, view: FleetView
    ) -> [ConsoleEffect] {
        switch state.dialog {
        case .typed(var confirmation):
            if event.key == .escape { return close(&state) }
            // Laid out for the keys that ask for it alone: a paste is a million others.
            let shown = confirmation, before = state
            let effects = handle(event, confirmation: &confirmation, view: view) {
                TypedDialog.fit(shown, scene(before, view))
            }
            state.dialog = .typed(confirmation)
            return settle(effects, state: &state)
        case .yesNo(var question):
            if event.key == .escape || event.key == .character("n") { return close(&state) }
            if event.key == .character("y"), !event.isPasted, isCut(&state, view: view) { return [] }
            let effects = handle(event, question: &question)
            state.dialog = .yesNo(question)
            return settle(effects, state: &state)
        case .device(var question):
            if event.key == .escape || event.key == .character("n") { return close(&state) }
            if event.key == .character("y"), !event.isPasted, isCut(&state, view: view) { return [] }
            let effects = handle(event, question: &question)
            state.dialog = .device(question)
            return settle(effects, state: &state)
        case .quit: return handleQuit(event, state: &state)
        case .over(let question):
            guard question.isClosed(by: event.key) else { return [] }
            state.dialog = nil
            state.message = ConsoleMessage(.plain, "nothing was sent: \(question.why)")
            return []
        case nil: return []
        }
    }

    /// The dialog as it is drawn; of a theme nothing depends that matters here.
    private static func scene(_ state: ConsoleState, _ view: FleetView) -> Scene {
        Scene(view: view, state: state, theme: ConsoleTheme(), size: state.size, now: view.now)
    }

    /// Whether the window is too low for the question, so that nobody says yes to what they do not see.
    private static func isCut(_ state: inout ConsoleState, view: FleetView) -> Bool {
        guard let dialog = state.dialog else { return false }
        let hidden = DialogBox.hidden(dialog, scene(state, view))
        guard hidden > 0 else { return false }
        let text = "make the window larger to answer: \(NumberText.count(hidden, "more line"))"
        state.message = ConsoleMessage(.plain, text)
        return true
    }

    private static func handleQuit(_ event: KeyEvent, state: inout ConsoleState) -> [ConsoleEffect] {
        guard !event.isPasted, event.isRepeat != true else { return [] }
        switch event.key {
        case .escape, .character("n"):
            state.dialog = nil
            return []
        case .character("d"): return [.detach]
        case .character("s"): return [.quit]
        default: return []
        }
    }

    private static func close(_ state: inout ConsoleState) -> [ConsoleEffect] {
        state.dialog = nil
        state.message = ConsoleMessage(.plain, "nothing was changed")
        return []
    }

    /// A dialog that has sent its command is done; one that paused first stays.
    private static func settle(_ effects: [ConsoleEffect], state: inout ConsoleState) -> [ConsoleEffect] {
        for case .send(let command, _) in effects {
            if case .pause = command { continue }
            state.dialog = nil
            // The next key is meant for what was just set going, not for what was shown before.
            switch command {
            case .start(let id), .rollBack(let id, _, _): choose(id, state: &state)
            default: break
            }
        }
        return effects
    }

    private static func handle(
        _ event: KeyEvent, confirmation: inout TypedConfirmation, view: FleetView, fit: () -> TypedDialog.Fit
    ) -> [ConsoleEffect] {
        if event.isPasted {
            confirmation.notice = .pasteRefused
            // What stood there may have come with it.
            confirmation.typed = ""
            return []
        }
        switch event.key {
        case .character(let character): type(character, into: &confirmation)
        case .backspace: if !confirmation.typed.isEmpty { confirmation.typed.removeLast() }
        case .up: scroll(&confirmation, to: confirmation.scroll - 1, fit())
        case .down: scroll(&confirmation, to: confirmation.scroll + 1, fit())
        case .tab: return pauseFirst(confirmation, view: view)
        // A key that is held down confirms nothing.
        case .enter where event.isRepeat != true: return confirm(&confirmation, fit)
        default: break
        }
        return []
    }

    private static func scroll(_ confirmation: inout TypedConfirmation, to row: Int, _ fit: TypedDialog.Fit) {
        // What stood on the screen until now was seen.
        confirmation.seen = max(confirmation.seen, fit.shownThrough)
        let last = (fit.window > 0 ? fit.overflow : 0) + confirmation.lastInList
        confirmation.scroll = max(0, min(row, last))
        if confirmation.notice == .notSeen { confirmation.notice = nil }
    }

    private static func type(_ character: Character, into confirmation: inout TypedConfirmation) {
        // Ids have at most 64 characters.
        guard confirmation.typed.count < 64, confirmation.notice != .gone else { return }
        confirmation.typed.append(character)
        confirmation.notice = nil
    }

    /// A list that moves cannot be confirmed: pausing keeps it still, and is always safe.
    private static func pauseFirst(_ confirmation: TypedConfirmation, view: FleetView) -> [ConsoleEffect] {
        guard confirmation.offersPause(in: view) else { return [] }
        return [.send(.pause(update: confirmation.update.id), reason: "")]
    }

    private static func confirm(
        _ confirmation: inout TypedConfirmation, _ fit: () -> TypedDialog.Fit
    ) -> [ConsoleEffect] {
        guard confirmation.isUnlocked else {
            guard confirmation.notice != .gone, confirmation.rollback?.sendsNothing != true else { return [] }
            confirmation.notice = confirmation.typed == confirmation.update.id ? .notCounted : .notTheID
            return []
        }
        guard fit().hidden == 0 else {
            confirmation.notice = .notSeen
            return []
        }
        let id = confirmation.update.id
        switch confirmation.kind {
        case .rollback:
            let preview = confirmation.rollback?.revision
            return [.send(.rollBack(update: id, confirmation: confirmation.typed, preview: preview), reason: "")]
        case .cancel: return [.send(.cancel(update: id), reason: "")]
        case .start: return [.send(.start(update: id), reason: "")]
        case .retry: return [.send(.retryFailed(update: id), reason: "")]
        }
    }

    private static func handle(_ event: KeyEvent, question: inout DeviceQuestion) -> [ConsoleEffect] {
        guard event.key == .character("y"), !event.isPasted, event.isRepeat != true, question.detail != nil else {
            return []
        }
        if question.hasChanged {
            question.hasChanged = false
            return []
        }
        return [.send(question.command, reason: "")]
    }

    private static func handle(_ event: KeyEvent, question: inout YesNoQuestion) -> [ConsoleEffect] {
        guard event.key == .character("y"), !event.isPasted, event.isRepeat != true else { return [] }
        if question.hasChanged {
            question.hasChanged = false
            return []
        }
        let id = question.update.id
        // A rollback that somebody asked for is approved as the set that is shown.
        let approval = Command.approve(update: id, preview: question.update.proposedSet)
        return [.send(question.resumes ? .resume(update: id) : approval, reason: "")]
    }
}

extension TypedConfirmation {
    /// Whether Tab pauses the update first: it is under way and its list moves.
    func offersPause(in view: FleetView) -> Bool {
        guard kind == .rollback, notice != .gone else { return false }
        let status = view.updates.first { $0.id == update.id }?.status ?? update.status
        return status == .running || status == .scheduled
    }

    /// The last first row of the list of devices that cannot be sent back.
    var lastInList: Int { max(0, (rollback?.impossibleIDs.count ?? 0) - 1) }
}
