extension FleetState {
    /// The id of an update's next rollback.
    func rollbackID(_ record: UpdateRecord) -> String {
        let earlier = rollbacks(of: record.index).count
        return earlier == 0 ? "\(record.id)/rollback" : "\(record.id)/rollback-\(earlier + 1)"
    }

    /// The rollbacks of an update, the first one first: one that was called off can be followed by another.
    public func rollbacks(of update: UpdateIndex) -> [UpdateIndex] {
        guard let latest = updates[update.offset].rollback else { return [] }
        return (update.offset + 1...latest.offset).filter { updates[$0].kind == .rollback(of: update) }
            .map { updates[$0].index }
    }

    /// Whether the latest rollback of an update was called off, so that another one may send back the rest.
    func isRollbackCancelled(_ record: UpdateRecord) -> Bool {
        record.rollback.map { updates[$0.offset].status == .cancelled } ?? false
    }

    /// Whether devices are still where an update has brought them, since its rollback was called off.
    func isPartlyBack(_ update: UpdateIndex) -> Bool {
        guard isRollbackCancelled(updates[update.offset]) else { return false }
        let rest = rollbackSet(update)
        return !rest.targets.isEmpty || rest.impossible.contains { $0.reason == .held }
    }

    /// The devices an update changed, or may have changed, in the order of its targets; and those of them that cannot
    /// be sent back, with the reason. What is under way began after its device settled on anything else. Behind an earlier
    /// rollback it is what that has left.
    public func rollbackSet(_ update: UpdateIndex) -> (targets: [DeviceIndex], impossible: [Skip]) {
        let assignments = updates[update.offset].assignments, earlier = ReturnParts(of: update, in: self)
        var targets: [DeviceIndex] = []
        var impossible: [Skip] = []
        for position in 0..<assignments.count where isTouched(assignments, position) {
            let device = assignments.device(position)
            if !earlier.returns.isEmpty, !isLeft(update, device, earlier) { continue }
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

    /// The refusal of a rollback of an update that has changed devices, and can send none of them back.
    func noneToSendBack(_ record: UpdateRecord, _ first: Skip, of count: Int) -> Refusal {
        let others = count == 1 ? "" : ", and \(count - 1) more"
        return Refusal(
            "no device that \(record.id) has changed can be sent back: \(devices.id(first.device)) is \(first.reason)"
                + others,
            remedy: first.reason == .held
                ? "accept it, then roll back"
                : "roll back the update that came after it, or start one to the release you want")
    }

    /// Whether an update has changed any device, or may have.
    public func hasTouched(_ update: UpdateIndex) -> Bool {
        let tally = updates[update.offset].tally, assignments = updates[update.offset].assignments
        if tally.active + tally[.completed] + tally[.failed] > 0 { return true }
        // Devices that were called off may have been tried before.
        return tally[.cancelled] > 0 && (0..<assignments.count).contains { isTouched(assignments, $0) }
    }

    /// Whether an update has changed a device, or may have: one that turned out to be on its release already it has not.
    func isTouched(_ assignments: AssignmentTable, _ position: Position) -> Bool {
        assignments.attempt(position) > 0 && assignments.state(position) != .skipped
    }

    /// Why a device that goes back to a version, from one that it runs, cannot be sent its files; nil: it can. The fleet
    /// can only send what it holds.
    public func missingFiles(of version: Version, from firmware: Version) -> EndReason? {
        guard let release = releases[version] else { return .releaseMissing(version) }
        guard release.artifacts.isEmpty, releases[firmware].map({ !$0.artifacts.isEmpty }) ?? true else { return nil }
        return .releaseWithoutFiles(version)
    }

    /// The rollback, or the retry of one, by which a device is not on a release any more that it says now to run; nil:
    /// there is none. The update whose attempt gave the device the release last counts, whatever came between: it may have
    /// been given it anew, also by an update that is older than the one that was rolled back.
    func beliedRollback(_ device: DeviceIndex, _ firmware: Version) -> UpdateIndex? {
        guard let giver = giver(of: firmware, to: device)?.update else { return nil }
        let back = updates.last { record in
            record.goesBack && record.assignments.position(of: device) != nil
                && root(of: record.index) == root(of: giver)
        }
        guard let back, let position = back.assignments.position(of: device),
            !back.assignments.hasTurnedBad(position),
            back.assignments.state(position) == .completed || isLeftOut(back.assignments, position)
        else { return nil }
        return back.index
    }

    /// The update whose attempt gave a device a release last, and the number of that; nil: none did.
    /// - Parameter limit: Only attempts with smaller numbers count.
    func giver(
        of release: Version, to device: DeviceIndex, before limit: UInt32 = .max
    ) -> (update: UpdateIndex, generation: UInt32)? {
        var last: (update: UpdateIndex, generation: UInt32)?
        // By their places: this is asked for each of many devices, and must not copy a record for any.
        for offset in updates.indices
        where !updates[offset].goesBack && updates[offset].definition.release == release {
            guard let position = updates[offset].assignments.position(of: device),
                isTouched(updates[offset].assignments, position)
            else { continue }
            let generation = updates[offset].assignments.generation(position)
            guard generation < limit, last.map({ generation > $0.generation }) ?? true else { continue }
            last = (updates[offset].index, generation)
        }
        return last
    }

    /// Whether what an update gave a device is not to be gone back to: that update, or one that it tries again, was rolled
    /// back. Where that was called off, it holds for the devices which it had brought back.
    func isTakenBack(_ giver: UpdateIndex, from device: DeviceIndex) -> Bool {
        guard !updates[giver.offset].goesBack else { return false }
        var update = giver
        while true {
            if updates[update.offset].rollback != nil {
                if !isRollbackCancelled(updates[update.offset]) { return true }
                let hasReturned = returns(of: update).contains { back in
                    let assignments = updates[back.offset].assignments
                    return assignments.position(of: device).map { assignments.state($0) == .completed } ?? false
                }
                if hasReturned { return true }
            }
            guard case .retry(let parent) = updates[update.offset].kind else { return false }
            update = parent
        }
    }

    /// The version to which a device of an update goes back: what it ran before; where that came from an update that was
    /// rolled back itself, what it ran before that, and so on. Nil: it was not tried.
    public func returnVersion(_ update: UpdateIndex, _ position: Position) -> Version? {
        let device = updates[update.offset].assignments.device(position)
        guard var version = previousVersion(update, position) else { return nil }
        // Most fleets have rolled back nothing, and there are many devices.
        guard updates.contains(where: { $0.rollback != nil }) else { return version }
        var limit = updates[update.offset].assignments.generation(position)
        while let (giver, generation) = giver(of: version, to: device, before: limit),
            isTakenBack(giver, from: device), let place = updates[giver.offset].assignments.position(of: device),
            let before = previousVersion(giver, place)
        {
            version = before
            limit = generation
        }
        return version
    }

    /// The version to which a device goes that is to go back, or is tried again on the way; nil: it was not tried.
    func goal(of back: UpdateIndex, _ device: DeviceIndex) -> Version? {
        let update = takenBack(by: back)
        return updates[update.offset].assignments.position(of: device).flatMap { returnVersion(update, $0) }
    }

    /// The same as a number of the registry's versions.
    func returnNumber(_ update: UpdateIndex, _ device: DeviceIndex) -> UInt16? {
        updates[update.offset].assignments.position(of: device).flatMap { returnVersion(update, $0) }
            .flatMap(devices.versions.number).map { UInt16($0) }
    }

    /// Whether a device was left out since it was taken to be where it was to be brought.
    func isLeftOut(_ assignments: AssignmentTable, _ position: Position) -> Bool {
        guard assignments.state(position) == .skipped, case .alreadyOn = assignments.reason(position) else {
            return false
        }
        return true
    }

    /// Names the devices a rollback would act on and where each would go, so that a confirmation of anything else is noticed:
    /// a hash of them.
    public func rollbackRevision(_ update: UpdateIndex) -> UInt64 {
        var hash = StableHash(seed: UInt64(update.rawValue))
        for device in rollbackSet(update).targets {
            hash.combine(UInt64(device.rawValue))
            hash.combine(UInt64(returnNumber(update, device) ?? 0))
        }
        return hash.value
    }

    /// Why a device of a rollback that is not yet back cannot be sent there when its turn comes; nil: it can.
    func unsendable(_ update: UpdateIndex, _ position: Position) -> EndReason? {
        guard updates[update.offset].goesBack else { return nil }
        let device = updates[update.offset].assignments.device(position)
        return missingFiles(of: targetVersion(update, position), from: versionToLeave(update, device))
    }

    /// What a device leaves that goes back: what it runs, or may run.
    public func versionToLeave(_ update: UpdateIndex, _ device: DeviceIndex) -> Version {
        devices.isVersionUntold(device) ? updates[update.offset].definition.release : devices.firmware(device)
    }

    /// Why a device of a rollback is left out when its turn comes; nil: it is not.
    func rollbackSkip(_ update: UpdateIndex, _ position: Position) -> EndReason? {
        guard updates[update.offset].goesBack else { return nil }
        let device = updates[update.offset].assignments.device(position)
        return supersedingUpdate(takenBack(by: update), device).map { .superseded(by: $0) }
    }
}
