/// What a rollback does at its devices, and how large it is by that.
extension FleetState {
    /// What the rollback of an update does at a device of its set.
    public enum RollbackPart: Hashable, Sendable {
        /// Its order is taken back: it does not install yet.
        case withdrawn
        /// It runs what it had before, by its own word.
        case unchanged
        /// It cannot be sent back.
        case impossible(EndReason)
        /// It was changed, and is sent back.
        case changed
        /// It installs, finishes that, and is sent back.
        case underWay
        /// It failed, and may have been changed: it is sent back unless it says then that it has what it had.
        case toCheck
    }

    /// What the rollback of an update does at the device at a position.
    public func rollbackPart(_ update: UpdateIndex, _ position: Position) -> RollbackPart {
        let assignments = updates[update.offset].assignments
        let device = assignments.device(position), previous = returnVersion(update, position)
        if let step = assignments.step(position), step < .installing { return .withdrawn }
        if mayStay(assignments.state(position)), devices.status(device) == .online,
            devices.firmware(device) == previous, !devices.isVersionUntold(device)
        {
            return .unchanged
        }
        if let previous, let reason = missingFiles(of: previous, from: versionToLeave(update, device)) {
            return .impossible(reason)
        }
        return switch assignments.state(position) {
        case .completed: .changed
        case .inProgress: .underWay
        default: .toCheck
        }
    }

    /// Whether a device that was tried may be on what it had before.
    private func mayStay(_ state: AssignmentState) -> Bool {
        switch state {
        case .failed, .retrying, .cancelled: true
        default: false
        }
    }

    /// How many devices the rollback of an update sends something, an order or the word that it is taken back, of those in
    /// its set: what a second person is asked about.
    func rollbackSize(_ update: UpdateIndex, _ targets: [DeviceIndex]) -> Int {
        targets.count { device in
            guard let position = updates[update.offset].assignments.position(of: device) else { return false }
            return switch rollbackPart(update, position) {
            case .unchanged, .impossible: false
            case .withdrawn, .changed, .underWay, .toCheck: true
            }
        }
    }
}
