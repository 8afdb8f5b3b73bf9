import Cells
import FleetCore
import FleetEngine

extension ConsoleUpdate {
    /// The update that a command is about: the one under the cursor in the list of updates, or that of the row under
    /// the cursor in the queue, else the one in focus, even if the view that shows it has not arrived yet.
    static func target(state: ConsoleState, view: FleetView) -> UpdateSummary? {
        if state.screen == .updates { return view.updates.first { $0.id == state.selectedUpdate } }
        if state.screen == .queue, let key = state.queueKey { return view.updates.first { $0.id == key.update } }
        guard let id = state.focusedUpdate else { return view.update?.summary }
        return view.updates.first { $0.id == id }
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

    /// Why a command makes no sense now, so that nobody is offered or confirms what the engine will refuse; nil: it does.
    /// The engine decides.
    static func objection(to action: ConsoleAction, on update: UpdateSummary, view: FleetView) -> String? {
        let status = update.status
        switch action {
        case .resume where status != .paused: return "not paused: it is \(status)"
        case .resume where update.hasLostGate: return "its gate has failed: roll it back, or cancel it"
        case .start where status != .draft: return "started already: it is \(status)"
        case .rollback where update.isRollback: return "it is a rollback itself"
        case .rollback where status == .draft: return "not started: there is nothing to roll back"
        case .rollback where status == .awaitingApproval: return "nothing has begun: cancel it instead"
        case .rollback where status == .rollingBack || status == .rolledBack && !update.isPartlyBack:
            return "already \(status)"
        case .cancel where status.isFinal && update.proposal == nil: return "has ended: it is \(status)"
        case .retry where !status.isFinal: return "under way: what failed can be tried again once it is over"
        case .retry where status == .rolledBack:
            let back = view.updates.first { $0.parent == update.id && $0.goesBack && $0.tally.failures > 0 }
            return back.map { "rolled back: to try again what failed in that, choose \($0.id)" } ?? "rolled back"
        case .retry where status == .halted && update.isPartlyBack:
            return "its rollback was called off: roll it back again for the rest"
        case .retry where update.tally.failures == 0: return "no device has failed"
        case .approve where approvable(of: update, view: view) == nil:
            return update.isStartHeld ? "paused: resume it, then it can be approved" : "nothing waits for approval"
        default: return nil
        }
    }
}

extension UpdateSummary {
    /// Whether it was paused before a second person has approved its start.
    fileprivate var isStartHeld: Bool { status == .paused && proposal?.deed == .start }
}
