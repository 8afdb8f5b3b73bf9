import Cells
import FleetCore
import FleetEngine

extension ConsoleUpdate {
    /// The update that a command is about: the one under the cursor in the list of updates, or that of the row under
    /// the cursor in the queue, else the one in focus, even if the view that shows it has not arrived yet.
    static func target(state: ConsoleState, view: FleetView) -> UpdateSummary? {
        if let id = targetID(state) { return view.updates.first { $0.id == id } }
        return state.screenBelowHelp == .updates ? nil : view.update?.summary
    }

    /// The id of that update; nil: it is the one that the engine puts in focus, or, in the list of updates, none.
    static func targetID(_ state: ConsoleState) -> String? {
        switch state.screenBelowHelp {
        case .updates: state.selectedUpdate
        case .queue: state.queueKey?.update ?? state.focusedUpdate
        default: state.focusedUpdate
        }
    }

    /// A command by its key: pausing goes out at once, everything else asks first.
    static func command(_ action: ConsoleAction, state: inout ConsoleState, view: FleetView) -> [ConsoleEffect] {
        guard let update = target(state: state, view: view) else {
            state.message = ConsoleMessage(.plain, "no update to \(action.rawValue); u lists the updates")
            return []
        }
        return command(action, on: update, reason: "", state: &state, view: view)
    }

    /// A command on one update.
    static func command(
        _ action: ConsoleAction, on update: UpdateSummary, reason: String, state: inout ConsoleState, view: FleetView
    ) -> [ConsoleEffect] {
        // The engine decides: what is shown may be behind, and a pause is never too late.
        if action == .pause { return [.send(.pause(update: update.id), reason: reason)] }
        if let objection = objection(to: action, on: update, view: view) {
            state.message = ConsoleMessage(.plain, "\(update.id): \(objection)")
            return []
        }
        // What is confirmed must be seen as it is now.
        state.frozen = nil
        state.dialog = dialog(for: action, on: update, view: view)
        return []
    }

    private static func dialog(
        for action: ConsoleAction, on update: UpdateSummary, view: FleetView
    ) -> ConsoleDialog? {
        switch action {
        case .rollback: .typed(TypedConfirmation(.rollback, update: update))
        case .cancel: .typed(TypedConfirmation(.cancel, update: update))
        case .start: .typed(TypedConfirmation(.start, update: update))
        case .retry: .typed(TypedConfirmation(.retry, update: update))
        case .resume: .yesNo(YesNoQuestion(.resume(waiting: update.tally.waiting), update: update))
        case .approve:
            approvable(of: update, view: view).map { .yesNo(YesNoQuestion($0, update: update)) }
        default: nil
        }
    }

    /// What of an update waits for approval; nil: nothing that this view shows.
    static func approvable(of update: UpdateSummary, view: FleetView) -> YesNoQuestion.Subject? {
        if let proposal = update.proposal, !update.isStartHeld { return .proposal(proposal) }
        if update.status == .awaitingApproval { return .begin(waiting: update.tally.waiting) }
        guard let focused = view.update, focused.summary.id == update.id, let gate = focused.gate, gate.awaitsApproval
        else { return nil }
        guard let index = focused.phases.firstIndex(where: { $0.name == gate.phase }),
            focused.phases.indices.contains(index + 1)
        else { return .phase(.init(after: gate.phase, next: nil, added: 0, total: update.tally.target)) }
        let phase = focused.phases[index], next = focused.phases[index + 1]
        // Both count the phases before with them.
        return .phase(
            .init(
                after: gate.phase, next: next.name, added: next.tally.waiting - phase.tally.waiting,
                total: next.tally.target))
    }
}
