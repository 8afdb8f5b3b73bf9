import FleetCore
import FleetJournal

/// What the journal says of a trial, read as any other program reads it.
struct TrialReading {
    let state: FleetState
    /// The times from the start of the update until each of its devices had completed, in order.
    let completions: [Duration]

    init(_ fleet: TrialFleet) throws {
        let journal = try SQLiteJournal.open(directory: fleet.state, fleet: AgentTrial.fleetName, mode: .readOnly)
        var machine = FleetMachine(), started: Timestamp?, completions: [Duration] = []
        try journal.replay { facts in
            for fact in facts {
                switch fact.event {
                case .updateStarted: started = started ?? fact.at
                case .assignmentCompleted: completions.append(started.map { fact.at - $0 } ?? .zero)
                default: break
                }
            }
            machine.replay(facts)
        }
        try journal.close()
        (state, self.completions) = (machine.state, completions)
    }

    /// Devices that have called in.
    var contacts: Int {
        (0..<state.devices.count).count { state.devices.status(DeviceIndex(UInt32($0))) == .online }
    }

    /// Whether every update has come to its end, a rollback too.
    var isOver: Bool {
        guard let update = state.update(AgentTrial.update), update.status.isFinal, !update.isOpen else { return false }
        return state.updates.allSatisfy { $0.status == .draft || $0.status.isFinal && !$0.isOpen }
    }

    var summary: String {
        "\(contacts) are online; " + state.updates.map { "\($0.id) \($0.status) \($0.tally)" }.joined(separator: "; ")
    }
}
