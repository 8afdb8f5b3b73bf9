/// Whose doing it is what a device runs.
extension FleetState {
    /// The updates whose outcomes a device bears, the latest first: the one that brought it to its release last, and as
    /// long as that sent it back, the one before that had brought it there.
    func bearers(_ device: DeviceIndex) -> [UpdateIndex] {
        guard let settled = devices.settledUpdate(device) else { return [] }
        var bearers = [settled], last = settled
        while updates[last.offset].goesBack, let before = bearer(device, before: last) {
            bearers.append(before)
            last = before
        }
        return bearers
    }

    /// The update that had brought a device to the release to which it was sent back; nil: none of those that are known.
    private func bearer(_ device: DeviceIndex, before back: UpdateIndex) -> UpdateIndex? {
        guard let release = target(device, of: back) else { return nil }
        let root = root(of: back)
        // What was sent back began here.
        let own = updates.filter { !$0.goesBack && self.root(of: $0.index) == root }
        guard let begin = own.compactMap({ generation(device, in: $0) }).min() else { return nil }
        let done = updates.compactMap { record -> (update: UpdateIndex, generation: UInt32)? in
            guard self.root(of: record.index) != root, let generation = generation(device, in: record),
                generation < begin, isCompleted(device, in: record)
            else { return nil }
            return (record.index, generation)
        }.sorted { $0.generation > $1.generation }
        // What was rolled back itself was passed over on the way.
        let latest = done.first { target(device, of: $0.update) == release || !isTakenBack($0.update, from: device) }
        guard let latest, target(device, of: latest.update) == release, isHeldGood(latest.update, device) else {
            return nil
        }
        return latest.update
    }

    /// The release to which an update brings a device; nil: it has no part in it.
    private func target(_ device: DeviceIndex, of update: UpdateIndex) -> Version? {
        updates[update.offset].assignments.position(of: device).map { targetVersion(update, $0) }
    }

    /// The number of the last attempt that an update made at a device; nil: none.
    private func generation(_ device: DeviceIndex, in record: UpdateRecord) -> UInt32? {
        guard let position = record.assignments.position(of: device), record.assignments.attempt(position) > 0
        else { return nil }
        return record.assignments.generation(position)
    }

    private func isCompleted(_ device: DeviceIndex, in record: UpdateRecord) -> Bool {
        record.assignments.position(of: device).map { record.assignments.state($0) == .completed } ?? false
    }

    /// The id of the update that has brought a device to its own release since this one started; nil: none has. One that
    /// was sent back is no such, unless to what another had brought; nor is any while the device says that it runs this
    /// one's release, which this one gave it.
    func supersedingUpdate(_ update: UpdateIndex, _ device: DeviceIndex) -> String? {
        guard let settled = devices.settledUpdate(device), root(of: settled) != root(of: update),
            let start = updates[update.offset].startedAt, let bearer = bearers(device).last,
            !updates[bearer.offset].goesBack, root(of: bearer) != root(of: update),
            let otherStart = updates[bearer.offset].startedAt, otherStart > start, !isOnRelease(device, of: update)
        else { return nil }
        return updates[bearer.offset].id
    }

    /// Whether a device says that it runs the release of an update, and has it from that, or from a retry of it.
    func isOnRelease(_ device: DeviceIndex, of update: UpdateIndex) -> Bool {
        let release = updates[update.offset].definition.release
        guard devices.firmware(device) == release, !devices.isVersionUntold(device),
            let giver = giver(of: release, to: device)?.update
        else { return false }
        return root(of: giver) == root(of: update)
    }

    /// The update that a rollback or a retry, or a retry of one, belongs to in the end.
    func root(of update: UpdateIndex) -> UpdateIndex {
        var root = update
        while true {
            switch updates[root.offset].kind {
            case .ordinary: return root
            case .rollback(let parent), .retry(let parent): root = parent
            }
        }
    }

    /// The update that a rollback, or a retry of one, takes back; one that goes forward itself.
    func takenBack(by update: UpdateIndex) -> UpdateIndex {
        var origin = update
        while updates[origin.offset].goesBack {
            switch updates[origin.offset].kind {
            case .ordinary: return origin
            case .rollback(let parent), .retry(let parent): origin = parent
            }
        }
        return origin
    }

    /// The updates whose outcome at a device does not hold, by what it says that it runs now: those that had brought it to
    /// what it ran, and a rollback that took it for back, which may be another.
    func belied(_ device: DeviceIndex, by firmware: Version, isNews: Bool) -> [UpdateIndex] {
        guard let settled = devices.settledUpdate(device) else {
            return isNews ? [beliedRollback(device, firmware)].compactMap { $0 } : []
        }
        // What it said before is known of all of them.
        let claims = isNews ? bearers(device) : [settled]
        var belied = claims.filter { hasTurnedBad($0, device, firmware) }
        if isNews, let rollback = beliedRollback(device, firmware), !belied.contains(rollback) {
            belied.append(rollback)
        }
        return belied
    }

    /// Whether an update's outcome at a device is not known to have turned bad.
    func isHeldGood(_ update: UpdateIndex, _ device: DeviceIndex) -> Bool {
        updates[update.offset].assignments.position(of: device).map {
            !updates[update.offset].assignments.hasTurnedBad($0)
        } ?? false
    }

    /// Once an update is over, a newer version is another's doing; an older one never is what was asked for, nor is
    /// another build, unless the device was told to go back to it.
    private func hasTurnedBad(_ update: UpdateIndex, _ device: DeviceIndex, _ firmware: Version) -> Bool {
        guard isHeldGood(update, device), let target = target(device, of: update) else { return false }
        return firmware != target && !(updates[update.offset].status.isFinal && firmware.isNewer(than: target))
            && !isToldBack(device, to: firmware, by: update)
    }

    /// Whether a device was to go back from what an update had brought, to what it runs now.
    private func isToldBack(_ device: DeviceIndex, to firmware: Version, by update: UpdateIndex) -> Bool {
        !updates[update.offset].goesBack
            && returns(of: update).contains { target(device, of: $0) == firmware }
    }
}
