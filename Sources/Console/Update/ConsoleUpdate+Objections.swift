import FleetCore
import FleetEngine

/// Which commands make sense as an update stands now. The footer, the help and the keys all ask here.
extension ConsoleUpdate {
    /// The commands of the screen that the help is about or that is shown, by whether they make sense for the update that
    /// they would go to.
    static func commands(_ state: ConsoleState, _ view: FleetView) -> (offered: [ConsoleAction], idle: [ConsoleAction])
    {
        let commands = ConsoleAction.available(on: state.screenBelowHelp, isReadOnly: state.onlyLooksOn).filter(
            \.isCommand)
        guard view.health == .running, let update = target(state: state, view: view) else { return ([], commands) }
        let offered = commands.filter { objection(to: $0, on: update, view: view) == nil }
        return (offered, commands.filter { !offered.contains($0) })
    }

    /// Why a command makes no sense now, so that nobody is offered or confirms what the engine will refuse; nil: it does.
    /// The engine decides.
    static func objection(to action: ConsoleAction, on update: UpdateSummary, view: FleetView) -> String? {
        let status = update.status
        switch action {
        case .pause: return pauseObjection(update, view)
        case .resume where status != .paused: return "not paused: it is \(status)"
        case .resume where update.hasLostGate: return "its gate has failed: roll it back, or cancel it"
        case .start where status != .draft: return "started already: it is \(status)"
        case .rollback: return rollbackObjection(update, view)
        case .cancel where status == .rollingBack:
            return "it is rolling back: to stop that, cancel \(rollbackID(of: update, view))"
        case .cancel where update.isCancelling: return "it is being cancelled: \(update.tally.active) still out"
        case .cancel where status.isFinal && update.proposal == nil: return "has ended: it is \(status)"
        case .retry: return retryObjection(update, view)
        case .approve: return approvalObjection(update, view)
        default: return nil
        }
    }

    private static func pauseObjection(_ update: UpdateSummary, _ view: FleetView) -> String? {
        switch update.status {
        case .running, .scheduled, .awaitingApproval: nil
        case .paused: "paused already"
        case .draft: "not started: there is nothing to pause"
        case .rollingBack: "it is rolling back: to hold that, pause \(rollbackID(of: update, view))"
        default: "has ended: it is \(update.status)"
        }
    }

    private static func rollbackObjection(_ update: UpdateSummary, _ view: FleetView) -> String? {
        let status = update.status
        if update.isRollback { return "it is a rollback itself" }
        if status == .draft { return "not started: there is nothing to roll back" }
        if status == .awaitingApproval { return "nothing has begun: cancel it instead" }
        if status == .rollingBack || status == .rolledBack && !update.isPartlyBack { return "already \(status)" }
        if hasNobodyLeft(update, view) { return "its rollback was called off: no device of it is left to send back" }
        guard update.isUntouched else { return nil }
        return "it has changed no device: " + (status.isFinal ? "there is nothing to send back" : "cancel it instead")
    }

    private static func retryObjection(_ update: UpdateSummary, _ view: FleetView) -> String? {
        let status = update.status
        if !status.isFinal { return "under way: what failed can be tried again once it is over" }
        if status == .rolledBack {
            let back = view.updates.first { $0.parent == update.id && $0.goesBack && $0.retryCount > 0 }
            return back.map { "rolled back: to try again what failed in that, choose \($0.id)" }
                ?? "rolled back: what was taken back is not tried again"
        }
        if status == .halted, update.isPartlyBack {
            return "its rollback was called off: roll it back again for the rest"
        }
        if hasNobodyLeft(update, view) { return "its rollback was called off: none of its devices is left" }
        if update.proposal?.deed == .rollBack {
            return "its rollback waits for a second person: approve or cancel that"
        }
        guard update.retryCount == 0 else { return nil }
        let hasFailures = update.isPartlyBack || update.tally.failures > 0
        return hasFailures ? "none of its devices can be tried again now" : "no device has failed"
    }

    /// Whether the rollback of an update was called off, and has left no device on what it had brought.
    private static func hasNobodyLeft(_ update: UpdateSummary, _ view: FleetView) -> Bool {
        update.status == .halted && !update.isPartlyBack
            && view.updates.contains { $0.parent == update.id && $0.goesBack }
    }

    private static func approvalObjection(_ update: UpdateSummary, _ view: FleetView) -> String? {
        guard let subject = approvable(of: update, view: view) else {
            return update.isStartHeld ? "paused: resume it, then it can be approved" : "nothing waits for approval"
        }
        // Names do not count: one user may give several.
        guard case .proposal(let proposal) = subject, let own = view.ownConsole?.user, !own.isEmpty,
            own == proposal.user
        else { return nil }
        return "you asked for the \(proposal.deed): another person must approve it"
    }

    /// The id of the rollback that an update is in.
    private static func rollbackID(of update: UpdateSummary, _ view: FleetView) -> String {
        view.updates.last { $0.parent == update.id && $0.goesBack }?.id ?? "its rollback"
    }
}

extension UpdateSummary {
    /// Whether it was paused before a second person has approved its start.
    var isStartHeld: Bool { status == .paused && proposal?.deed == .start }

    /// How many devices a retry would send once more.
    var retryCount: Int { retriable ?? tally.failures }

    /// Whether no device has heard of it, so that a cancel leaves nothing but a spent id.
    var hasNotBegun: Bool {
        if status == .draft { return true }
        guard status == .awaitingApproval || isStartHeld else { return false }
        return tally.active + tally[.completed] + tally[.failed] == 0
    }
}
