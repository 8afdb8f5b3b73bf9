import Cells
import FleetCore
import FleetEngine

/// What a rollback would change.
enum RollbackRadius {
    /// Devices that cannot be sent back, named at most at once.
    private static let namedAtOnce = 3

    /// - Parameter first: First row shown of the list of devices that cannot be sent back.
    static func lines(
        _ preview: RollbackPreview, _ update: UpdateSummary, listFrom first: Int
    ) -> [DialogBox.Line] {
        guard !preview.sendsNothing else { return nothing(preview, listFrom: first) }
        let sent = preview.targets.reduce(0) { $0 + $1.count }
        var lines = [
            DialogBox.Line(
                "SENDS", "\(NumberText.count(sent, "device")) from \(preview.release) back to the release each had",
                role: .caution),
            DialogBox.Line("", preview.targets.map { "\($0.count) to \($0.version)" }.joined(separator: "  "), rank: 3),
            DialogBox.Line("OF THESE", ofThese(preview), rank: 2),
            DialogBox.Line("STAY", stay(preview.unchanged), rank: 3),
            DialogBox.Line(
                "REGIONS", preview.regions.map { "\(RegionText.shown($0.region)) \($0.count)" }.joined(separator: "  "),
                rank: 4),
            DialogBox.Line("CANCELS", "\(NumberText.count(preview.cancelled, "device")) that have not begun", rank: 2),
            DialogBox.Line(
                "WITHDRAWS", "\(NumberText.count(preview.withdrawn, "order")) of devices that do not install yet",
                rank: 2),
            DialogBox.Line("OFFLINE", offline(preview.offline), role: preview.offline > 0 ? .offline : .text, rank: 3),
        ]
        lines += impossible(preview, from: first)
        return lines + SecondPerson.lines(.rollBack, isNeeded: preview.needsSecondPerson, update.proposal)
    }

    /// There is nothing to confirm.
    private static func nothing(_ preview: RollbackPreview, listFrom first: Int) -> [DialogBox.Line] {
        let why = preview.impossible.isEmpty ? "no device of it has changed" : "no device of it can be sent back"
        let sends = DialogBox.Line("SENDS", "nothing: \(why). esc closes", role: .caution)
        return [sends] + (preview.impossible.isEmpty ? [] : impossible(preview, from: first))
    }

    private static func ofThese(_ preview: RollbackPreview) -> String {
        "\(preview.changed) changed  \(preview.inFlight) that install finish first  \(preview.toCheck) failed get checked"
    }

    private static func stay(_ count: Int) -> String {
        guard count > 0 else { return "none: all were changed, or may have been" }
        return "\(NumberText.count(count, "device")) on what they had before, by their own word"
    }

    private static func offline(_ count: Int) -> String {
        count == 0 ? "none of them" : "\(count) of them get it at their next contact"
    }

    private static func impossible(_ preview: RollbackPreview, from first: Int) -> [DialogBox.Line] {
        guard !preview.impossible.isEmpty else {
            return [DialogBox.Line("CANNOT", "none: all can be sent back", rank: 5)]
        }
        let count = NumberText.count(preview.impossible.count, "device")
        var lines = [DialogBox.Line("CANNOT", "\(count) cannot be sent back and stay as they are", role: .failed)]
        let named = Array(zip(preview.impossibleIDs, preview.impossible).dropFirst(first).prefix(namedAtOnce))
        for (id, skip) in named { lines.append(DialogBox.Line("", "\(id): \(skip.reason)", rank: 5)) }
        let rest = preview.impossibleIDs.count - first - named.count
        if rest > 0 { lines.append(DialogBox.Line("", "and \(rest) more: down", role: .dim, rank: 6)) }
        return lines
    }
}

/// What the start of a draft would change.
enum StartRadius {
    static func lines(
        _ preview: StartPreview, _ confirmation: TypedConfirmation, _ scene: Scene
    ) -> [DialogBox.Line] {
        var lines = [
            DialogBox.Line(
                "CHANGES",
                "\(NumberText.count(preview.targets, "device")) to \(preview.release), \(confirmation.update.strategy)",
                role: .caution),
            DialogBox.Line("OF THESE", statuses(preview), rank: 2),
        ]
        if !preview.phases.isEmpty {
            let phases = preview.phases.map { "\($0.name) \($0.size)" }.joined(separator: "  ")
            lines.append(DialogBox.Line("PHASES", phases + "  (each with those before it)", rank: 2))
        }
        lines.append(
            DialogBox.Line(
                "REGIONS", preview.regions.map { "\(RegionText.shown($0.region)) \($0.count)" }.joined(separator: "  "),
                rank: 4))
        let skipped = preview.skipped.map { "\($0.count) \($0.reason)" }.joined(separator: "  ")
        lines.append(DialogBox.Line("SKIPS", skipped.isEmpty ? "nobody" : skipped, rank: 2))
        return lines + SecondPerson.lines(.start, isNeeded: preview.needsSecondPerson, nil)
    }

    private static func statuses(_ preview: StartPreview) -> String {
        [DeviceStatus.online, .offline, .unknown].compactMap { status in
            let index = Int(status.rawValue)
            guard preview.statusCounts.indices.contains(index) else { return nil }
            return "\(preview.statusCounts[index]) \(status)"
        }.joined(separator: "  ")
    }
}

extension RollbackPreview {
    /// Whether the engine would refuse it: nobody is sent anything, or left as they are by their own word.
    var sendsNothing: Bool { changed + inFlight + toCheck + withdrawn + unchanged == 0 }
}

/// That one person is not enough, and what becomes of what somebody has asked for.
enum SecondPerson {
    /// - Parameters:
    ///   - deed: What is confirmed.
    ///   - isNeeded: Whether one person may not do it alone.
    ///   - proposal: What somebody has asked for already.
    static func lines(_ deed: Proposal.Deed, isNeeded: Bool, _ proposal: Proposal?) -> [DialogBox.Line] {
        if let proposal, proposal.deed != deed { return [callsOff(proposal)] }
        guard isNeeded else { return [] }
        let asked = proposal.map { "\($0.name) has asked for it: another person must confirm or approve it" }
        return [
            DialogBox.Line("AFTER", asked ?? "a second person must approve it before it begins", role: .caution)
        ]
    }

    /// What nobody can approve any more.
    static func callsOff(_ proposal: Proposal) -> DialogBox.Line {
        DialogBox.Line("CALLS OFF", "the \(part(proposal))", role: .caution)
    }

    /// What waits as before.
    static func keeps(_ proposal: Proposal) -> DialogBox.Line {
        DialogBox.Line("KEEPS", "the \(part(proposal)): it still waits for a second person", role: .caution)
    }

    static func part(_ proposal: Proposal) -> String {
        "\(proposal.deed) of \(NumberText.count(proposal.devices, "device")), for which \(proposal.name) asked"
    }
}

/// The lines of a dialog that `y` confirms.
enum YesNoDialog {
    static func title(_ question: YesNoQuestion) -> String {
        "\(question.resumes ? "RESUME" : "APPROVE") \(question.update.id)"
    }

    static func lines(_ question: YesNoQuestion, _ scene: Scene) -> [DialogBox.Line] {
        var lines = [DialogBox.Line(sentence(question))]
        if question.resumes, let proposal = question.update.proposal, proposal.deed == .rollBack {
            lines.append(SecondPerson.callsOff(proposal))
        }
        lines.append(.blank)
        if question.hasChanged {
            let text = "\(scene.glyph(.caution)) this changed while you looked: y once to take note, y again to confirm"
            lines.append(DialogBox.Line(text, role: .caution, rank: 0, flags: .bold))
        }
        lines.append(answers)
        return lines
    }

    /// The keys that answer.
    static let answers = DialogBox.Line(
        [
            TextRun("y", role: .key), TextRun(" yes    ", role: .text), TextRun("n", role: .key),
            TextRun(" no", role: .text),
        ], rank: 0)

    private static func sentence(_ question: YesNoQuestion) -> String {
        switch question.subject {
        case .resume(let waiting):
            if let proposal = question.update.proposal { return resumed(proposal, waiting) }
            let was = question.update.statusText
            return "New starts go on: \(waits(waiting))" + (was.isEmpty ? "." : "; it was \(was).")
        case .proposal(let proposal):
            return "\(proposal.name) asked for this \(proposal.deed): "
                + "\(NumberText.count(proposal.devices, "device")). Another person decides."
        case .begin(let waiting): return "The update may begin: \(waits(waiting))."
        case .phase(let step):
            guard let next = step.next else { return "\(step.after) may end: it is the last phase, nothing opens." }
            return "\(next) may open after \(step.after): it adds \(NumberText.count(step.added, "device")), "
                + "\(step.total) in all then."
        }
    }

    /// Of an update that waits for a second person, the status text says that and not who paused it.
    private static func resumed(_ proposal: Proposal, _ waiting: Int) -> String {
        guard proposal.deed == .start else { return "New starts go on: \(waits(waiting))." }
        return "Nothing starts yet: the \(SecondPerson.part(proposal)), waits for a second person again then."
    }

    private static func waits(_ count: Int) -> String {
        "\(NumberText.count(count, "device")) \(count == 1 ? "waits" : "wait")"
    }
}
