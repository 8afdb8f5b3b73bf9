import FleetCore

/// What came of a command, in words, where the command's own word does not say that: who acts on their own must hear
/// that a second person is needed, and who approves must hear what.
struct CommandNote {
    private let command: Command
    private let proposal: Proposal?
    private let status: UpdateStatus?
    /// The device, where it is out of service, and why: who accepts it takes that back.
    private let returning: (device: DeviceIndex, was: String)?

    /// Reads what will matter, before the command is carried out.
    init(before command: Command, in state: FleetState) {
        self.command = command
        switch command {
        case .start, .approve, .resume, .cancel, .rollBack, .retryFailed:
            let index = state.updateIndex(of: command.object)
            proposal = index.flatMap { state.presentProposal(state.update($0)) }
            status = index.map { state.update($0).status }
        default: (proposal, status) = (nil, nil)
        }
        returning = Self.returning(by: command, in: state)
    }

    private static func returning(by command: Command, in state: FleetState) -> (DeviceIndex, String)? {
        guard case .accept(let id) = command, let device = state.devices.index(of: id),
            state.devices.lifecycle(device) == .decommissioned
        else { return nil }
        return (device, state.devices.isRefused(device) ? "refused" : "decommissioned")
    }

    /// The words; nil: there is no more to say than that it was accepted.
    func text(behind state: FleetState) -> String? {
        if let returning, state.devices.lifecycle(returning.device) == .active {
            return "accepted; it was \(returning.was), and is in service again"
        }
        guard let status, let record = state.update(command.object) else { return nil }
        switch command {
        case .start: return awaited(.start, record) ?? approval
        case .retryFailed: return awaited(.retryFailed, record) ?? approval
        case .rollBack:
            let isHeld = status != .paused && record.status == .paused
            let awaited = awaited(.rollBack, record).map { isHeld ? "\($0); it is paused until then" : $0 }
            guard let proposal, proposal.deed != .rollBack else { return awaited ?? approval }
            return "\(awaited ?? "accepted"); the \(Self.part(proposal)), is called off"
        case .approve: return approval ?? Self.approved(record, status)
        case .resume where record.status == .awaitingApproval:
            return Self.stillWaiting(record) ?? "accepted; it still waits for an approval"
        case .resume where record.proposal == nil: return calledOff
        case .cancel:
            if record.proposal == nil, status.isFinal { return calledOff }
            return Self.stillWaiting(record)
        default: return nil
        }
    }

    /// What somebody has asked for, and nobody has approved yet.
    private static func stillWaiting(_ record: UpdateRecord) -> String? {
        record.proposal.map { "accepted; the \(part($0)), still waits for a second person" }
    }

    /// What was asked for just now, and not done.
    private func awaited(_ deed: Proposal.Deed, _ record: UpdateRecord) -> String? {
        guard let proposal = record.proposal, proposal.deed == deed else { return nil }
        return "waits for a second person, \(Self.devices(proposal.devices))"
    }

    /// What somebody had asked for, and was done with this.
    private var approval: String? {
        proposal.map { "approved the \(Self.part($0))" }
    }

    private var calledOff: String? {
        proposal.map { "accepted; the \(Self.part($0)), is called off" }
    }

    private static func approved(_ record: UpdateRecord, _ status: UpdateStatus) -> String? {
        if status == .awaitingApproval { return "approved the update of \(devices(record.tally.target))" }
        guard let phase = record.currentPhase.map({ record.phases[$0] }), phase.isApproved else { return nil }
        return "approved phase \(phase.definition.name)"
    }

    private static func part(_ proposal: Proposal) -> String {
        "\(proposal.deed) of \(devices(proposal.devices)), for which \(proposal.name) asked"
    }

    private static func devices(_ count: Int) -> String { count == 1 ? "1 device" : "\(count) devices" }
}
