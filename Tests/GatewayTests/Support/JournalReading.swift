import FleetCore
import FleetEngine
import FleetJournal

/// What a journal on disk says happened, read as any other program reads it.
struct JournalReading {
    let facts: [Fact]
    let state: FleetState

    init(directory: String, fleet: String) throws {
        let journal = try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly)
        var facts: [Fact] = []
        var machine = FleetMachine()
        try journal.replay {
            facts += $0
            machine.replay($0)
        }
        try journal.close()
        self.facts = facts
        state = machine.state
    }

    /// What happened to one device in its updates, in order and in words.
    func story(of device: String) -> [String] {
        guard let index = state.devices.index(of: device) else { return [] }
        return facts.compactMap { Self.words($0.event, index) }
    }

    private static func words(_ event: Event, _ wanted: DeviceIndex) -> String? {
        switch event {
        case .attemptStarted(_, wanted, let attempt): "attempt \(attempt)"
        case .stepReached(_, wanted, let step): "\(step)"
        case .attemptFailed(_, wanted, let cause, let retryAt): "\(cause)\(retryAt == nil ? ", for good" : "")"
        case .assignmentCompleted(_, wanted): "completed"
        case .assignmentCancelled(_, wanted, let reason), .assignmentSkipped(_, wanted, let reason): "\(reason)"
        case .outcomeTurnedBad(_, wanted, let cause): "turned bad: \(cause)"
        case .firmwareReported(wanted, let version): "runs \(version)"
        default: nil
        }
    }

    /// How an update stands.
    func status(of update: String) -> UpdateStatus? { state.update(update)?.status }

    /// The release that a device runs, as it is known.
    func firmware(of device: String) -> Version? {
        state.devices.index(of: device).map { state.devices.firmware($0) }
    }
}
