import Cells
import FleetCore
import FleetEngine

extension ConsoleUpdate {
    /// Takes a new view: the cursor stays on its device, scrolling is clamped, and an open dialog whose set has changed
    /// locks and shows the new one. `now` is the clock that `render` is given. Ask `ConsoleQuery` again afterwards: if
    /// the query has changed, the view that answers it shows more.
    public static func received(_ view: FleetView, at now: Timestamp, state: inout ConsoleState) {
        if state.connectingSince != nil {
            // What no engine has made for this console says nothing of the fleet.
            guard view.seat > 0 else { return }
            state.connectingSince = nil
        }
        state.heardAt = now
        if let own = view.ownConsole { state.role = own.role }
        hearOfOthers(view, at: now, state: &state)
        chooseUpdate(view, state: &state)
        receiveDialog(view, state: &state)
        guard state.frozen == nil else { return }
        state.shape = ViewShape(view)
        receiveLists(view, state: &state)
        state.acknowledged.formIntersection(view.alerts.map(\.id))
        clampScrolls(view, state: &state)
    }

    /// An update stays in focus while it lives, so that a key never meets another one than the operator looked at.
    /// One that has ended gives way to one that is under way, unless the operator chose it.
    private static func chooseUpdate(_ view: FleetView, state: inout ConsoleState) {
        guard let shown = view.update?.summary else { return }
        if state.focusedUpdate == nil { state.focusedUpdate = shown.id }
        guard !state.focusWasChosen, state.dialog == nil, shown.id == state.focusedUpdate, shown.status.isFinal,
            let live = view.updates.first(where: { $0.status.isUnderWay && $0.id != shown.id && $0.parent != shown.id })
        else { return }
        state.focusedUpdate = live.id
        state.message = ConsoleMessage(.plain, "\(shown.id) has ended; now showing \(live.id)")
    }

    private static func receiveLists(_ view: FleetView, state: inout ConsoleState) {
        let deferred = state.devices.received(view.devices.list)
        if deferred == .open, state.screen == .overview { openDevice(state.devices.selected, state: &state) }
        if deferred == .mark { toggleMark(&state) }
        if state.queue.received(view.queue.list) == .open, state.screen == .queue {
            openQueued(state.queue.selected, state: &state)
        }
        if state.isMarkingRange, let selected = state.devices.selected { mark(selected, &state) }
    }

    private static func receiveDialog(_ view: FleetView, state: inout ConsoleState) {
        if let dialog = state.dialog, let word = dialog.word,
            let why = state.objection(to: word, needing: dialog.requiredRole)
        {
            return end(dialog, why, state: &state)
        }
        switch state.dialog {
        case .typed(var confirmation):
            confirmation.received(view)
            state.dialog = .typed(confirmation)
        case .yesNo(let question): receive(question, view, state: &state)
        case .device(var question):
            question.received(view)
            state.dialog = .device(question)
        // It stays though nothing would end with the engine any more: its keys are on their way, and none is for the screen.
        case .quit: state.dialog = .quit(QuitQuestion(view) ?? QuitQuestion(live: []))
        case .over, nil: break
        }
        if state.dialog?.mustBeNoted == true { state.dialogBasis = view.revision }
    }

    /// A question that cannot be answered any more gives way to why.
    private static func end(_ dialog: ConsoleDialog, _ why: String, state: inout ConsoleState) {
        state.dialog = .over(EndedQuestion(object: dialog.object ?? "", why: why, wasTyped: dialog.isTyped))
    }

    /// The question is asked anew about what is so now; where nothing is left to ask about, it is over.
    private static func receive(_ question: YesNoQuestion, _ view: FleetView, state: inout ConsoleState) {
        guard let update = view.updates.first(where: { $0.id == question.update.id }) else { return }
        // A view of another update does not say how the gate of this one stands.
        if case .phase = question.subject, view.update?.summary.id != update.id { return }
        let action = question.action
        let subject: YesNoQuestion.Subject? =
            question.resumes ? .resume(waiting: update.tally.waiting) : approvable(of: update, view: view)
        guard let subject, objection(to: action, on: update, view: view) == nil else {
            let why = objection(to: action, on: update, view: view) ?? "nothing waits for approval"
            return end(.yesNo(question), "\(update.id) has moved on: \(why)", state: &state)
        }
        var changed = YesNoQuestion(subject, update: update)
        changed.hasChanged =
            question.hasChanged || subject != question.subject || update.status != question.update.status
            || update.proposedSet != question.update.proposedSet
        state.dialog = .yesNo(changed)
    }

    private static func clampScrolls(_ view: FleetView, state: inout ConsoleState) {
        for (pane, offset) in state.scrolls {
            let last = max(0, view.rowCount(of: pane, state: state) - state.shownRows(of: pane))
            if offset > last { state.scrolls[pane] = last }
        }
    }
}

extension UpdateStatus {
    /// Whether devices move, or would if nobody held them.
    public var isUnderWay: Bool {
        switch self {
        case .running, .paused, .rollingBack, .scheduled, .awaitingApproval: true
        default: false
        }
    }
}

extension TypedConfirmation {
    mutating func received(_ view: FleetView) {
        switch kind {
        case .rollback: received(rollback: view.rollback.flatMap { $0.update == update.id ? $0 : nil })
        case .start: received(start: view.start.flatMap { $0.update == update.id ? $0 : nil })
        case .cancel, .retry: break
        }
        guard let current = view.updates.first(where: { $0.id == update.id }) else { return }
        if ConsoleUpdate.objection(to: kind.action, on: current, view: view) != nil {
            notice = .gone
            typed = ""
        }
        // What is counted for the first time is no change to whoever has typed nothing yet.
        let isFirstCount = kind == .retry && update.retriable == nil && typed.isEmpty
        if notice != .gone, means(current) != means(update), !isFirstCount { lock(at: view.now) }
        update = current
    }

    private mutating func received(rollback new: RollbackPreview?) {
        guard let new else { return }
        if let old = rollback, old.revision != new.revision { lock(at: new.takenAt) }
        rollback = new
    }

    private mutating func received(start new: StartPreview?) {
        guard let new else { return }
        // In a large fleet devices come and go all the time. What was looked at is what may be confirmed, give or take
        // one in a hundred; fewer devices than that are no surprise.
        let limit = shownTargets.map { $0 + $0 / 100 } ?? .max
        if new.targets > limit { lock(at: new.takenAt) }
        if start == nil || new.targets > limit { shownTargets = new.targets }
        start = new
    }

    private mutating func lock(at moment: Timestamp) {
        typed = ""
        scroll = 0
        seen = 0
        notice = .changed(at: moment)
    }

    /// What the dialog would do to an update, as far as another answer makes it another question.
    private func means(_ update: UpdateSummary) -> [Int] {
        let proposal = update.proposal.map { Int($0.deed.rawValue) } ?? -1
        return switch kind {
        case .cancel: [update.status.isFinal ? 1 : 0, update.hasNotBegun ? 1 : 0, proposal]
        case .retry: [update.retryCount, proposal]
        case .rollback, .start: []
        }
    }
}

extension DeviceList {
    /// The rows as the cursor sees them.
    var list: WindowedList.Rows { WindowedList.Rows(ids: rows.map(\.id), offset: offset, total: total) }
}

extension QueueList {
    /// The rows as the cursor sees them.
    var list: WindowedList.Rows { WindowedList.Rows(ids: rows.map(\.key.text), offset: offset, total: total) }
}
