import FleetCore

/// Which engine may write.
struct EpochAccount {
    /// The engine that took up the journal last; 0: none was seen to.
    private(set) var current = 0
    /// Whether it is still there.
    private(set) var isRunning = false
    /// The step at which it started; its orders of before the first step count from here.
    private(set) var startedAtStep = 0
    /// It has taken no step yet.
    var isFresh = false

    /// An engine takes up the journal.
    mutating func start(_ epoch: Int, step: Int) {
        current = epoch
        isRunning = true
        isFresh = true
        startedAtStep = step
    }

    /// An engine is gone.
    mutating func end(_ epoch: Int) {
        if epoch == current { isRunning = false }
    }
}

/// One attempt of the fleet, ended or not.
struct AttemptAccount {
    /// Of which update, and where in it.
    var update: Int, position: Int
    /// Whose.
    var device: Int
    /// Which attempt of its assignment, from 1.
    var attempt: Int
}

/// Only the current epoch's engine writes (13).
extension Oracle {
    mutating func expectCurrent(_ epoch: Int, _ what: String) {
        let epochs = epochs
        guard epochs.current > 0 else { return }
        ledger.expect(
            .epochs, epoch == epochs.current && epochs.isRunning,
            "\(what) came from engine \(epoch), and engine \(epochs.current) is "
                + (epochs.isRunning ? "current" : "gone"))
    }

    mutating func startEpoch(_ epoch: Int, wall: Timestamp) {
        let current = epochs.current
        ledger.expect(.epochs, epoch > current, "engine \(epoch) took up the journal after engine \(current)")
        step.isStart = true
        step.number += 1
        epochs.start(epoch, step: step.number)
        startsDueAt = .min
        clock.resume()
    }

    /// A crash cannot lose an order: an engine that took up the journal sends all of them.
    mutating func expectOrdersOfStart() {
        guard epochs.isFresh else { return }
        epochs.isFresh = false
        for update in openUpdates where updates[update].inFlight > 0 {
            for position in updates[update].assignments.indices
            where updates[update].assignments[position].state == .inProgress {
                let device = updates[update].assignments[position].device, id = devices[device].id
                guard devices[device].isActive else { continue }
                ledger.expect(
                    .liveness, updates[update].assignments[position].sentAt >= epochs.startedAtStep,
                    "the order of \(id) was lost when the journal was taken up")
            }
        }
    }
}
