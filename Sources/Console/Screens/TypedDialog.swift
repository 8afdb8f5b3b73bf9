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

    /// How a dialog fits the window. What is confirmed scrolls where the window is too low for it.
    struct Fit {
        /// What is drawn.
        var lines: [DialogBox.Line]
        /// Rows of what is confirmed, before its list is scrolled.
        var total: Int
        /// Rows of these for which there is room at once.
        var window: Int
        /// Those of them that have been on the screen once this is drawn, from the first one on.
        var shownThrough: Int
        /// Rows of it that were not on the screen yet: as long as there are some, nothing is confirmed.
        var hidden: Int

        /// Rows for which there is no room.
        var overflow: Int { max(0, total - window) }
    }

    static func fit(_ confirmation: TypedConfirmation, _ scene: Scene) -> Fit {
        let size = DialogBox.inside(scene)
        let top = rows(confirmation, scene, listFrom: 0, size)
        let notice = notice(confirmation, scene).flatMap { $0.flowed(to: size.columns) }
        let room = size.rows - notice.count - 1
        guard top.count > room else {
            let shown = rows(confirmation, scene, listFrom: confirmation.scroll, size)
            let gap = top.count < room ? [DialogBox.Line.blank] : []
            return Fit(
                lines: shown + gap + notice + [field(confirmation, hidden: 0, canScroll: false)], total: top.count,
                window: top.count, shownThrough: top.count, hidden: 0)
        }
        // A row says what is missing, where there is one to spare.
        let window = max(0, room >= 3 ? room - 1 : room)
        let overflow = top.count - window
        let first = window == 0 ? 0 : min(confirmation.scroll, overflow)
        let shownThrough = window == 0 ? 0 : first + window
        let hidden = max(0, top.count - max(confirmation.seen, shownThrough))
        var lines = Array(
            rows(confirmation, scene, listFrom: max(0, confirmation.scroll - overflow), size).dropFirst(first)
                .prefix(window))
        if room >= 3 {
            let text = "lines \(first + 1)-\(shownThrough) of \(top.count): up and down show the others"
            lines.append(DialogBox.Line(text, role: .caution))
        }
        lines += notice + [field(confirmation, hidden: hidden, canScroll: window > 0)]
        return Fit(lines: lines, total: top.count, window: window, shownThrough: shownThrough, hidden: hidden)
    }

    private static func rows(
        _ confirmation: TypedConfirmation, _ scene: Scene, listFrom first: Int, _ size: Size
    ) -> [DialogBox.Line] {
        radius(confirmation, scene, listFrom: first).flatMap { $0.flowed(to: size.columns) }
    }

    private static func radius(
        _ confirmation: TypedConfirmation, _ scene: Scene, listFrom first: Int
    ) -> [DialogBox.Line] {
        switch confirmation.kind {
        case .rollback:
            confirmation.rollback.map { RollbackRadius.lines($0, confirmation.update, listFrom: first) }
                ?? [counting("rollback")]
        case .start: confirmation.start.map { StartRadius.lines($0, confirmation, scene) } ?? [counting("start")]
        case .cancel: CancelRadius.lines(confirmation.update, scene.live)
        case .retry: retryLines(confirmation.update)
        }
    }

    private static func counting(_ noun: String) -> DialogBox.Line {
        DialogBox.Line("the engine is counting what a \(noun) would change ...", role: .active)
    }

    private static func retryLines(_ update: UpdateSummary) -> [DialogBox.Line] {
        let goal = update.isRollback ? "the release each had before" : "\(update.release)"
        let which =
            update.isRollback ? "that did not come back, once more, to \(goal)" : "that failed to \(goal) once more"
        let sends = "\(NumberText.count(update.retryCount, "device")) \(which)"
        return [
            DialogBox.Line("SENDS", sends, role: .caution),
            DialogBox.Line("AS", "an update of its own, without phases and gates", rank: 2),
        ] + SecondPerson.lines(.retryFailed, isNeeded: update.proposal != nil, update.proposal)
    }

    private static func notice(_ confirmation: TypedConfirmation, _ scene: Scene) -> [DialogBox.Line] {
        let text: String
        switch confirmation.notice {
        case .changed(let moment):
            text = "THE LIST CHANGED at \(scene.times.time(moment)): look again, then type the id anew"
        case .pasteRefused: text = "pasted text is refused here: type the id"
        case .notTheID: text = "that is not the id: nothing was sent"
        case .notCounted: text = "wait until it is counted"
        case .notSeen: text = "not all that it would do was on the screen: nothing was sent"
        case .gone:
            text = "\(confirmation.update.id) is \(confirmation.update.standing) now: nothing to confirm. esc closes"
        case nil:
            guard confirmation.offersPause(in: scene.live) else { return [] }
            return [DialogBox.Line("it is running, so the list moves: tab pauses it first", role: .dim, rank: 3)]
        }
        return [DialogBox.Line("\(scene.glyph(.caution)) \(text)", role: .caution, rank: 0, flags: .bold)]
    }

    /// `Type RO-1042: [RO-10__]  enter: locked`.
    private static func field(_ confirmation: TypedConfirmation, hidden: Int, canScroll: Bool) -> DialogBox.Line {
        let id = confirmation.update.id
        let typed = confirmation.typed
        let missing = max(0, TextWidth.columns(of: id) - TextWidth.columns(of: typed))
        let head = "Type \(id): ["
        var runs = [
            TextRun("Type ", role: .text), TextRun(id, role: .title, flags: .bold), TextRun(": [", role: .text),
        ]
        runs.append(TextRun(typed + String(repeating: "_", count: missing), role: .input))
        runs.append(TextRun("]  ", role: .text))
        let isUnlocked = confirmation.isUnlocked && hidden == 0
        let lock = isUnlocked ? "enter: \(confirmation.kind.verb)" : lockText(hidden, canScroll)
        runs.append(TextRun(lock, role: isUnlocked ? .warning : .dim, flags: isUnlocked ? .bold : []))
        let caret = TextWidth.columns(of: head) + TextWidth.columns(of: typed)
        return DialogBox.Line(runs, rank: 0, caret: caret)
    }

    private static func lockText(_ hidden: Int, _ canScroll: Bool) -> String {
        guard hidden > 0 else { return "locked" }
        let more = NumberText.count(hidden, "more line")
        return canScroll ? "locked: down, \(more)" : "locked: make the window larger, \(more)"
    }
}
