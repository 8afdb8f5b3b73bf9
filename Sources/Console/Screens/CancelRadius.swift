import FleetCore
import FleetEngine

/// What a cancel would end, and what it leaves.
enum CancelRadius {
    static func lines(_ update: UpdateSummary, _ view: FleetView) -> [DialogBox.Line] {
        if update.status.isFinal {
            return update.proposal.map { [SecondPerson.callsOff($0)] } ?? []
        }
        if update.hasNotBegun { return unbegun(update) }
        var lines = moving(update.tally) + (update.isRollback ? back(update, view) : [left(update)])
        if let proposal = update.proposal { lines.append(SecondPerson.keeps(proposal)) }
        return lines
    }

    /// An update of which no device has heard never starts.
    private static func unbegun(_ update: UpdateSummary) -> [DialogBox.Line] {
        let why =
            update.status == .draft
            ? "it is a draft, and no device has heard of it"
            : "\(NumberText.count(update.tally.waiting, "device")) that wait for its approval are called off"
        var lines = [DialogBox.Line("NEVER", "starts: \(why)", role: .caution)]
        if let proposal = update.proposal { lines.append(SecondPerson.callsOff(proposal)) }
        lines.append(DialogBox.Line("SPENDS", "the id for good: another draft needs another id", role: .caution))
        return lines
    }

    private static func moving(_ tally: Tally) -> [DialogBox.Line] {
        let flying = NumberText.count(tally[.inProgress], "device")
        var lines = [
            DialogBox.Line(
                "CANCELS",
                "\(NumberText.count(tally.waiting, "device")) that have not begun, as they are when you confirm",
                role: .caution),
            DialogBox.Line("IN FLIGHT", "\(flying): what installs finishes, the rest drop their orders", rank: 2),
        ]
        if tally[.retrying] > 0 {
            // One between two attempts is not in flight.
            let count = NumberText.count(tally[.retrying], "device")
            lines.append(DialogBox.Line("FAILS", "\(count) between two tries, not tried again", rank: 2))
        }
        return lines
    }

    private static func left(_ update: UpdateSummary) -> DialogBox.Line {
        let count = NumberText.count(update.tally.succeeded, "device")
        return DialogBox.Line("LEAVES", "\(count) on \(update.release): this is no rollback", rank: 2)
    }

    /// Of an update that goes back, who has done so is what is safe; the others are what the cancel leaves.
    private static func back(_ update: UpdateSummary, _ view: FleetView) -> [DialogBox.Line] {
        // Those that were left out for want of files were to go back too.
        let all = update.tally.target + update.unsent, rest = all - update.tally.succeeded
        let flying = update.tally[.inProgress] > 0 ? ", but for what finishes" : ""
        let root = root(of: update, view)
        return [
            DialogBox.Line("BACK", "\(update.tally.succeeded) of \(NumberText.count(all, "device"))"),
            DialogBox.Line(
                "LEAVES",
                "\(NumberText.count(rest, "device")) on \(update.release), or it is not known what they run\(flying)",
                role: .caution),
            DialogBox.Line(
                "THEN", "\(root) is PARTLY BACK: rolling it back again sends back the rest", role: .caution),
        ]
    }

    /// The update that was to be taken back.
    private static func root(of update: UpdateSummary, _ view: FleetView) -> String {
        var id = update.id, parent = update.parent, isReturn = update.isRollback
        // Each parent was there before its child, so that this ends.
        while isReturn, let above = parent {
            id = above
            let summary = view.updates.first { $0.id == above }
            parent = summary?.parent
            isReturn = summary?.isRollback ?? false
        }
        return id
    }
}
