import FleetCore

/// What the journal says of commands that may come again, and of who has changed what: each key is used once, and what
/// was decided on a view is done only while that view still holds.
struct CommandBook {
    /// A command of which the journal knows.
    struct Entry {
        var record: CommandRecord
        var outcome: StepAccount.Outcome
    }

    /// A change of an object by somebody.
    private struct Change {
        /// The number of its fact.
        var fact: UInt64
        var user: String
        var name: String
    }

    /// By key.
    private(set) var entries: [CommandKey: Entry] = [:]
    private var changes: [String: [Change]] = [:]
    /// How many facts there are.
    var facts: UInt64 = 0

    mutating func note(_ record: CommandRecord, _ outcome: StepAccount.Outcome) {
        if let key = record.origin.key { entries[key] = Entry(record: record, outcome: outcome) }
        guard outcome == .accepted else { return }
        let change = Change(fact: facts, user: record.origin.user, name: record.origin.operatorName)
        changes[record.object, default: []].append(change)
    }

    /// Commands that are never too late: pausing is safe, and what is new rests on nothing.
    private static let neverStale: Set<String> = ["pause", "register", "add releases"]

    /// Whether somebody else has changed the object since the view on which this rests.
    func isStale(_ record: CommandRecord) -> Bool {
        guard let basis = record.origin.basis, !Self.neverStale.contains(record.verb) else { return false }
        return changes[record.object, default: []].contains { change in
            change.fact > basis
                && (change.user != record.origin.user || change.name != record.origin.operatorName)
        }
    }

    /// Whether two commands are the same, as far as the audit tells.
    static func isSame(_ one: CommandRecord, _ other: CommandRecord) -> Bool {
        one.verb == other.verb && one.object == other.object && one.origin.user == other.origin.user
    }
}

/// Commands that come again, or too late (7).
extension Oracle {
    mutating func takeKeyAndBasis(_ record: CommandRecord, _ outcome: StepAccount.Outcome) {
        let what = "\(record.verb) \(record.object)"
        if let key = record.origin.key {
            ledger.expect(.audit, book.entries[key] == nil, "\(what) was decided twice by one key")
        }
        if outcome == .accepted {
            ledger.expect(.audit, !book.isStale(record), "\(what) was done on what somebody else had changed since")
            ledger.expect(.audit, !meansOtherGates(record), "\(what) was done on gates that have changed since")
        }
        book.note(record, outcome)
    }

    /// An approval, or a resume, means the gates that were seen.
    private func meansOtherGates(_ record: CommandRecord) -> Bool {
        guard record.verb == "approve" || record.verb == "resume", let basis = record.origin.basis,
            let update = updateNumbers[record.object]
        else { return false }
        return updates[update].gateChangedIn > basis
    }

    /// A command of a key that was there before the step, or before it in the step, is answered as it was then, and by no
    /// fact. False: it is another.
    mutating func checkAnswerToRepetition(
        _ refusal: Refusal?, isUndecided: Bool, _ command: StepAccount.CommandAccount
    ) -> Bool {
        guard command.outcome == nil, !isUndecided, let key = command.record.origin.key, let entry = book.entries[key]
        else { return false }
        let what = "\(command.record.verb) \(command.record.object)"
        guard CommandBook.isSame(entry.record, command.record) else {
            ledger.expect(.audit, refusal != nil, "\(what) was acknowledged by the key of another command")
            return true
        }
        let isSame = refusal.map { entry.outcome == .refused($0) } ?? (entry.outcome == .accepted)
        ledger.expect(.audit, isSame, "\(what) came again and was answered otherwise")
        return true
    }
}

/// What needs two people (19).
extension Oracle {
    mutating func awaitSecondPerson(_ update: Int, _ proposal: Proposal) {
        guard expectUpdate(update) else { return }
        let id = updates[update].definition.id, what = "the \(proposal.deed) of \(id)"
        expectCommand(Self.verb(proposal.deed), id, "\(what) was asked for")
        let isTheirs = step.inHand.map { $0.origin.user == proposal.user && $0.origin.operatorName == proposal.name }
        ledger.expect(.secondPerson, isTheirs ?? true, "\(what) is not put down to who asked for it")
        ledger.expect(
            .secondPerson, isOver(proposal.deed, proposal.devices), "\(what) waits for a second person without need")
        updates[update].proposal = proposal
        if proposal.deed == .start {
            updates[update].status = .awaitingApproval
            updates[update].owesSecondPerson = true
        }
    }

    mutating func withdrawProposal(_ update: Int) {
        guard expectUpdate(update) else { return }
        let id = updates[update].definition.id
        // Whoever lets an update go on does not want it back.
        let isResumed = step.inHand?.verb == "resume" && updates[update].proposal?.deed == .rollBack
        let isSentBack = step.inHand?.verb == "roll back" && updates[update].proposal?.deed == .retryFailed
        expectCommand(
            isResumed ? "resume" : isSentBack ? "roll back" : "cancel", id,
            "what waited for a second person in \(id) was called off")
        ledger.expect(.secondPerson, updates[update].proposal != nil, "nothing in \(id) waited for a second person")
        updates[update].proposal = nil
    }

    /// What an accepted command brings about must be its doing, or, above a size, that of a second person's approval.
    mutating func expectDeed(_ deed: Proposal.Deed, devices: Int, _ update: Int, _ what: @autoclosure () -> String) {
        let id = updates[update].definition.id
        if step.inHand?.verb == "approve", updates[update].proposal?.deed == deed {
            expectCommand("approve", id, what())
        } else {
            expectCommand(Self.verb(deed), id, what())
        }
        guard isOver(deed, devices) else { return }
        expectTwoPeople(deed, update)
    }

    /// Whoever gives the command in hand is another person than who asked: another user, whatever the names are.
    mutating func expectTwoPeople(_ deed: Proposal.Deed, _ update: Int) {
        guard step.isSeen else { return }
        let proposal = updates[update].proposal, user = step.inHand?.origin.user ?? ""
        ledger.expect(
            .secondPerson, proposal?.deed == deed && !user.isEmpty && user != proposal?.user,
            "the \(deed) of \(updates[update].definition.id) was one person's doing")
    }

    func isOver(_ deed: Proposal.Deed, _ devices: Int) -> Bool {
        let limit = deed == .rollBack ? settings.fourEyes.rollbackOver : settings.fourEyes.updateOver
        guard let limit else { return false }
        return devices > limit
    }

    private static func verb(_ deed: Proposal.Deed) -> String {
        switch deed {
        case .start: "start"
        case .rollBack: "roll back"
        case .retryFailed: "retry failed"
        }
    }
}
