import Cells
import FleetCore
import FleetEngine

extension TypedConfirmation.Kind {
    /// What Enter does.
    var verb: String {
        switch self {
        case .rollback: "roll back"
        case .cancel: "cancel the update"
        case .start: "start"
        case .retry: "retry"
        }
    }
}

/// The lines of a dialog that the update's typed id confirms.
enum TypedDialog {
    static func title(_ confirmation: TypedConfirmation, _ scene: Scene) -> String {
        let id = confirmation.update.id
        let taken = confirmation.rollback?.takenAt ?? confirmation.start?.takenAt
        let at = taken.map { "  as of \(scene.times.time($0))" } ?? ""
        return "\(confirmation.kind.verb.uppercased()) \(id)\(at)"
    }

    static func lines(_ confirmation: TypedConfirmation, _ scene: Scene) -> [DialogBox.Line] {
        radius(confirmation, scene) + [.blank] + notice(confirmation, scene) + [field(confirmation)]
    }

    private static func radius(_ confirmation: TypedConfirmation, _ scene: Scene) -> [DialogBox.Line] {
        switch confirmation.kind {
        case .rollback:
            confirmation.rollback.map { RollbackRadius.lines($0, confirmation, scene) } ?? [counting("rollback")]
        case .start: confirmation.start.map { StartRadius.lines($0, confirmation, scene) } ?? [counting("start")]
        case .cancel: cancelLines(confirmation.update, scene)
        case .retry: retryLines(confirmation.update)
        }
    }

    private static func counting(_ noun: String) -> DialogBox.Line {
        DialogBox.Line("the engine is counting what a \(noun) would change ...", role: .active)
    }

    private static func cancelLines(_ update: UpdateSummary, _ scene: Scene) -> [DialogBox.Line] {
        if update.status.isFinal, let proposal = update.proposal {
            return [DialogBox.Line("CALLS OFF", "\(proposal): it waits for a second person")]
        }
        let tally = update.tally
        let flying = NumberText.count(tally[.inProgress], "device")
        var lines = [
            DialogBox.Line(
                "CANCELS",
                "\(NumberText.count(tally.waiting, "device")) that have not begun, as they are when you confirm",
                role: .caution),
            DialogBox.Line(
                "IN FLIGHT", "\(flying): what installs finishes, the rest drop their orders", rank: 2),
        ]
        if tally[.retrying] > 0 {
            // One between two attempts is not in flight.
            let count = NumberText.count(tally[.retrying], "device")
            lines.append(DialogBox.Line("FAILS", "\(count) between two tries, not tried again", rank: 2))
        }
        lines.append(
            DialogBox.Line(
                "LEAVES", "\(NumberText.count(tally.succeeded, "device")) on \(update.release): this is no rollback",
                rank: 2))
        return lines
    }

    private static func retryLines(_ update: UpdateSummary) -> [DialogBox.Line] {
        let goal = update.isRollback ? "the release each had before" : "\(update.release)"
        return [
            DialogBox.Line(
                "SENDS", "\(NumberText.count(update.tally.failures, "device")) that failed to \(goal) once more",
                role: .caution),
            DialogBox.Line("AS", "an update of its own, without phases and gates", rank: 2),
        ]
    }

    private static func notice(_ confirmation: TypedConfirmation, _ scene: Scene) -> [DialogBox.Line] {
        let text: String
        switch confirmation.notice {
        case .changed(let moment):
            text = "THE LIST CHANGED at \(scene.times.time(moment)): look again, then type the id anew"
        case .pasteRefused: text = "pasted text is refused here: type the id"
        case .notTheID: text = "that is not the id: nothing was sent"
        case .notCounted: text = "wait until it is counted"
        case .gone:
            text = "\(confirmation.update.id) is \(confirmation.update.status) now: nothing to confirm. esc closes"
        case nil:
            guard confirmation.offersPause(in: scene.live) else { return [] }
            return [DialogBox.Line("it is running, so the list moves: tab pauses it first", role: .dim, rank: 3)]
        }
        return [DialogBox.Line("\(scene.glyph(.caution)) \(text)", role: .caution, rank: 0, flags: .bold)]
    }

    /// `Type RO-1042: [RO-10__]  enter: locked`.
    private static func field(_ confirmation: TypedConfirmation) -> DialogBox.Line {
        let id = confirmation.update.id
        let typed = confirmation.typed
        let missing = max(0, TextWidth.columns(of: id) - TextWidth.columns(of: typed))
        let head = "Type \(id): ["
        var runs = [
            TextRun("Type ", role: .text), TextRun(id, role: .title, flags: .bold), TextRun(": [", role: .text),
        ]
        runs.append(TextRun(typed + String(repeating: "_", count: missing), role: .input))
        runs.append(TextRun("]  ", role: .text))
        let isUnlocked = confirmation.isUnlocked
        runs.append(
            TextRun(
                isUnlocked ? "enter: \(confirmation.kind.verb)" : "locked", role: isUnlocked ? .warning : .dim,
                flags: isUnlocked ? .bold : []))
        let caret = TextWidth.columns(of: head) + TextWidth.columns(of: typed)
        return DialogBox.Line(runs, rank: 0, caret: caret)
    }
}
