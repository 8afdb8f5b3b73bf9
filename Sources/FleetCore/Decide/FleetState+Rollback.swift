extension FleetState {
    /// The id of an update's rollback.
    func rollbackID(_ record: UpdateRecord) -> String { "\(record.id)/rollback" }

    /// The devices an update changed, or may have changed, in the order of its targets; and those of them that cannot
    /// be sent back, with the reason. What is under way began after its device settled on anything else.
    public func rollbackSet(_ update: UpdateIndex) -> (targets: [DeviceIndex], impossible: [Skip]) {
        let assignments = updates[update.offset].assignments
        var targets: [DeviceIndex] = []
        var impossible: [Skip] = []
        for position in 0..<assignments.count where isTouched(assignments, position) {
            let device = assignments.device(position)
            if devices.lifecycle(device) == .decommissioned {
                impossible.append(Skip(device: device, reason: .decommissioned))
            } else if devices.lifecycle(device) == .registered {
                impossible.append(Skip(device: device, reason: .held))
            } else if !assignments.state(position).isLive, let newer = supersedingUpdate(update, device) {
                impossible.append(Skip(device: device, reason: .superseded(by: newer)))
            } else {
                targets.append(device)
            }
        }
        return (targets, impossible)
    }

    /// Whether an update has changed a device, or may have: one that turned out to be on its release already it has not.
    private func isTouched(_ assignments: AssignmentTable, _ position: Position) -> Bool {
        assignments.attempt(position) > 0 && assignments.state(position) != .skipped
    }

    /// Why a device that goes back to a version, from one that it runs, cannot be sent its files; nil: it can. The fleet
    /// can only send what it holds.
    public func missingFiles(of version: Version, from firmware: Version) -> EndReason? {
        guard let release = releases[version] else { return .releaseMissing(version) }
        guard release.artifacts.isEmpty, releases[firmware].map({ !$0.artifacts.isEmpty }) ?? true else { return nil }
        return .releaseWithoutFiles(version)
    }

    /// The id of the update that has brought a device to its own release since this one started; nil: none has.
    func supersedingUpdate(_ update: UpdateIndex, _ device: DeviceIndex) -> String? {
        guard let settled = devices.settledUpdate(device), root(of: settled) != root(of: update) else { return nil }
        let other = updates[settled.offset]
        guard let otherStart = other.startedAt, let start = updates[update.offset].startedAt, otherStart > start
        else { return nil }
        return other.id
    }

    /// The update that a rollback or a retry, or a retry of one, belongs to in the end.
    private func root(of update: UpdateIndex) -> UpdateIndex {
        var root = update
        while true {
            switch updates[root.offset].kind {
            case .ordinary: return root
            case .rollback(let parent), .retry(let parent): root = parent
            }
        }
    }

    /// Names the set of devices a rollback would act on and what would become of each, so that a confirmation of
    /// another set is noticed: a hash of the targets with their states.
    public func rollbackRevision(_ update: UpdateIndex) -> UInt64 {
        let assignments = updates[update.offset].assignments
        var hash = StableHash(seed: UInt64(update.rawValue))
        for position in 0..<assignments.count where isTouched(assignments, position) {
            hash.combine(UInt64(assignments.device(position).rawValue))
        }
        return hash.value
    }

    /// Why a device of a rollback that is not yet back cannot be sent there when its turn comes; nil: it can.
    func unsendable(_ update: UpdateIndex, _ position: Position) -> EndReason? {
        guard updates[update.offset].goesBack else { return nil }
        let device = updates[update.offset].assignments.device(position)
        return missingFiles(of: targetVersion(update, position), from: devices.firmware(device))
    }

    /// Why a device of a rollback is left out when its turn comes; nil: it is not.
    func rollbackSkip(_ update: UpdateIndex, _ position: Position) -> EndReason? {
        guard updates[update.offset].goesBack else { return nil }
        let device = updates[update.offset].assignments.device(position)
        return supersedingUpdate(root(of: update), device).map { .superseded(by: $0) }
    }
}
