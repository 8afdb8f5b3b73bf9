/// What one person may not do alone. Rollbacks by a gate are nobody's deed and wait for nobody.
extension FleetState {
    /// What follows from a deed that somebody asks for: itself, or, where it needs a second person, that it was asked for.
    /// A second person who asks for the same approves by that.
    func decide(
        _ deed: Proposal.Deed, on devices: Int, of record: UpdateRecord, _ origin: Origin, _ events: [Event]
    ) throws(Refusal) -> [Event] {
        guard settings.fourEyes.needsSecondPerson(deed, devices: devices) else { return events }
        try expectPerson(deed, record, origin)
        guard let proposal = record.proposal, proposal.deed == deed else {
            let proposal = Proposal(deed, devices: devices, by: origin.operatorName, user: origin.user)
            return [.secondPersonAwaited(record.index, proposal)]
        }
        try expectSecondPerson(proposal, record, origin)
        return events
    }

    /// What somebody has asked for as it would be done now: a rollback of what the update has changed by now.
    public func presentProposal(_ record: UpdateRecord) -> Proposal? {
        guard var proposal = record.proposal, proposal.deed == .rollBack else { return record.proposal }
        proposal.devices = rollbackSize(record.index, rollbackSet(record.index).targets)
        return proposal
    }

    /// What follows from an approval, if something was proposed; nil: nothing was.
    /// - Parameter preview: The revision of the rollback's set that was shown; nil: none was.
    func decideApprovalOfProposal(
        _ record: UpdateRecord, _ origin: Origin, preview: UInt64?
    ) throws(Refusal) -> [Event]? {
        guard let proposal = record.proposal, proposal.deed != .start || record.status == .awaitingApproval else {
            return nil
        }
        try expectSecondPerson(proposal, record, origin)
        return switch proposal.deed {
        case .start: [.updateApproved(record.index)]
        case .rollBack: try rollbackEvents(record, approvedTargets(record, proposal, preview: preview))
        case .retryFailed: try retryEvents(record, retryTargets(record))
        }
    }

    /// The devices of a rollback that is approved: those that were shown, or else as many as were asked for.
    private func approvedTargets(
        _ record: UpdateRecord, _ proposal: Proposal, preview: UInt64?
    ) throws(Refusal) -> [DeviceIndex] {
        let targets = try rollbackTargets(record)
        guard let preview else {
            let size = rollbackSize(record.index, targets)
            guard size == proposal.devices else {
                throw Refusal(
                    "\(proposal.name) asked for the rollback of \(proposal.devices) devices of \(record.id), and it "
                        + "is \(size) now",
                    remedy: "look at them: `muster update rollback` shows them, and approves what it shows")
            }
            return targets
        }
        guard preview == rollbackRevision(record.index) else {
            throw Refusal(
                "the devices of \(record.id) have changed since they were shown",
                remedy: "look at them as they are now, and approve again")
        }
        return targets
    }

    /// Whoever has a token may have drawn it: it speaks for no person beside them.
    func expectPerson(_ deed: Proposal.Deed, _ record: UpdateRecord, _ origin: Origin) throws(Refusal) {
        guard origin.source == Self.tokenSource else { return }
        throw Refusal(
            "the \(deed) of \(record.id) needs two people, and a token is none",
            remedy: "ask for it by `muster update`, or at a console")
    }

    /// Where commands come from that a token gives.
    private static let tokenSource = "api"

    /// Names do not count: one user may give several.
    private func expectSecondPerson(
        _ proposal: Proposal, _ record: UpdateRecord, _ origin: Origin
    ) throws(Refusal) {
        guard !origin.user.isEmpty, origin.source != Self.tokenSource else {
            throw Refusal(
                "the \(proposal.deed) of \(record.id) waits for a second person, which \(origin.source) cannot be",
                remedy: "approve it by `muster update approve`, or at a console")
        }
        guard origin.user != proposal.user else {
            throw Refusal(
                "\(proposal.name) asked for the \(proposal.deed) of \(record.id), and another person must approve it",
                remedy: "ask somebody who has another user here; names of one user are one person")
        }
    }
}
