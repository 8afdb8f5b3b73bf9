/// How far the devices of an update have come back.
extension FleetState {
    /// The rollbacks of an update, or one that goes back itself, and the retries of these, in the order of their starts.
    public func returns(of update: UpdateIndex) -> [UpdateIndex] {
        let record = updates[update.offset]
        var returns = record.goesBack ? [update] : rollbacks(of: update)
        guard let first = returns.first else { return [] }
        for later in updates[(first.offset + 1)...] {
            if case .retry(let parent) = later.kind, returns.contains(parent) { returns.append(later.index) }
        }
        return returns.sorted()
    }

    /// Where the devices stand that an update has changed and that were to go back.
    public struct ReturnCount: Hashable, Sendable {
        /// How many there are: those that no update had brought to the release, and that turned out to have what they were to
        /// go back to, are not among them, nor those that another update has taken on from it.
        public var of = 0
        /// How many are back, by their own word, whether they were sent anything for it or not.
        public var back = 0
        /// Those that have not come back, and that nothing brings back now.
        public var left: [DeviceIndex] = []
        /// Why not, of those of them of which it is known.
        public var reasons: [EndReason] = []
    }

    /// Counts the devices of an update that was rolled back, or of one that goes back itself, with the retries of that.
    public func returnCount(of update: UpdateIndex) -> ReturnCount {
        let assignments = updates[update.offset].assignments, goesBack = updates[update.offset].goesBack
        let parts = ReturnParts(of: update, in: self)
        var count = ReturnCount()
        guard !parts.returns.isEmpty else { return count }
        for position in 0..<assignments.count where goesBack || isTouched(assignments, position) {
            let device = assignments.device(position)
            switch countedStanding(update, device, parts) {
            case .noPart: continue
            case .back: count.back += 1
            case .underWay: break
            case .left(let reason):
                count.left.append(device)
                if let reason { count.reasons.append(reason) }
            }
            count.of += 1
        }
        return count
    }

    /// What has become of the devices that an update had brought to its release.
    public struct CompletedCount: Hashable, Sendable {
        /// They run it, by what is known, or another update has taken them on from it.
        public var done = 0
        /// They are back, with a rollback of it, or of what it tries again.
        public var back = 0
        /// They are not back, and say that they run something else, which no update has brought them.
        public var lost = 0

        public init(done: Int = 0) { self.done = done }
    }

    /// Counts the devices that an update has brought to its release: all are done of one that was not rolled back, nor was
    /// what it tries again.
    public func completedCount(of update: UpdateIndex) -> CompletedCount {
        let record = updates[update.offset], release = record.definition.release
        var count = CompletedCount(done: record.tally.succeeded)
        let ways = waysBack(from: update)
        guard !ways.isEmpty else { return count }
        for position in 0..<record.assignments.count
        where record.assignments.state(position) == .completed && !record.assignments.hasTurnedBad(position) {
            let device = record.assignments.device(position)
            let standings = ways.map { countedStanding($0.update, device, $0.parts) }
            if standings.contains(where: \.isBack) {
                count.back += 1
            } else if !standings.contains(where: \.isUnderWay), isElsewhere(device, release, ways[0].update) {
                count.lost += 1
            }
        }
        count.done -= count.back + count.lost
        return count
    }

    /// Whether a device says that it runs something else than a release, which no later update has brought it.
    private func isElsewhere(_ device: DeviceIndex, _ release: Version, _ update: UpdateIndex) -> Bool {
        !devices.isVersionUntold(device) && devices.firmware(device) != release
            && supersedingUpdate(update, device) == nil
    }

    /// What goes back of an update that goes forward, and of those that it tries again.
    private func waysBack(from update: UpdateIndex) -> [(update: UpdateIndex, parts: ReturnParts)] {
        guard !updates[update.offset].goesBack else { return [] }
        var ways: [(update: UpdateIndex, parts: ReturnParts)] = [], next: UpdateIndex? = update
        while let update = next {
            if updates[update.offset].rollback != nil { ways.append((update, ReturnParts(of: update, in: self))) }
            guard case .retry(let parent) = updates[update.offset].kind else { break }
            next = parent
        }
        return ways
    }

    /// How a device stands to the way back of an update that has changed it.
    enum ReturnStanding {
        /// Nothing is to be brought back.
        case noPart
        case back
        /// It waits for its turn, or has an order.
        case underWay
        /// It is, or may be, on what was to be taken from it.
        case left(EndReason?)

        var isBack: Bool { if case .back = self { true } else { false } }
        var isLeft: Bool { if case .left = self { true } else { false } }
        var isUnderWay: Bool { if case .underWay = self { true } else { false } }
    }

    /// Where a device stands, for who counts: one that had the release and has what it ran before is back, also if its
    /// rollback had nothing to send it, or was for others only; and who was back stays so when another update takes it on.
    private func countedStanding(_ update: UpdateIndex, _ device: DeviceIndex, _ parts: ReturnParts) -> ReturnStanding {
        let last = parts.last(device), standing = standing(update, device, last: last, in: parts.returns)
        guard case .noPart = standing, !isOnRelease(device, of: update), hasHadRelease(device, parts.brought) else {
            return standing
        }
        if let last, isLeftOut(updates[last.update.offset].assignments, last.position) { return .back }
        let goals = [goal(of: update, device), last.map { targetVersion($0.update, $0.position) }]
        if supersedingUpdate(takenBack(by: update), device) != nil {
            let bearer = bearers(device).last
            let place = bearer.flatMap { updates[$0.offset].assignments.position(of: device) }
            guard last != nil, let bearer, let place else { return .noPart }
            return previousVersion(bearer, place).map(goals.contains) == true ? .back : .noPart
        }
        return !devices.isVersionUntold(device) && goals.contains(devices.firmware(device)) ? .back : .noPart
    }

    /// Whether one of some updates has brought a device to its release, and it was not seen on another since.
    private func hasHadRelease(_ device: DeviceIndex, _ updates: [UpdateIndex]) -> Bool {
        updates.contains { update in
            guard let position = self.updates[update.offset].assignments.position(of: device) else { return false }
            return self.updates[update.offset].assignments.state(position) == .completed && isHeldGood(update, device)
        }
    }

    /// Where a device of an update stands.
    /// - Parameters:
    ///   - last: Its last part in what goes back; nil: it has none.
    ///   - returns: What goes back of the update, in order.
    private func standing(
        _ update: UpdateIndex, _ device: DeviceIndex, last: ReturnParts.Part?, in returns: [UpdateIndex]
    ) -> ReturnStanding {
        guard let last else { return strayed(update, device) }
        let state = updates[last.update.offset].assignments.state(last.position)
        if state.isLive || state == .pending || state == .scheduled { return .underWay }
        let reason = updates[last.update.offset].assignments.reason(last.position)
        // What it says that it runs counts, whatever brought it there.
        if isOnRelease(device, of: update) {
            switch devices.lifecycle(device) {
            case .active: return .left(reason)
            case .registered: return .left(.held)
            case .decommissioned: return .noPart
            }
        }
        if state == .completed, !updates[last.update.offset].assignments.hasTurnedBad(last.position) { return .back }
        let origin = updates[takenBack(by: update).offset].assignments, place = origin.position(of: device)
        // What it was to be taken back from is not over yet.
        if let place, origin.state(place).isLive { return .underWay }
        if isBack(device, of: update, last), !devices.isVersionUntold(device) {
            let wasThere = place.map { origin.state($0) == .completed } ?? false
            return hadToGo(device, in: returns, wasThere: wasThere) ? .back : .noPart
        }
        guard devices.lifecycle(device) != .decommissioned else { return .noPart }
        guard state != .skipped || reason?.lacksFiles == true else { return strayed(update, device) }
        return supersedingUpdate(takenBack(by: update), device) == nil ? .left(reason) : .noPart
    }

    /// Whether a device runs what it was to go back to, or would be now: what it ran before may have been rolled back since.
    private func isBack(_ device: DeviceIndex, of update: UpdateIndex, _ last: ReturnParts.Part) -> Bool {
        let firmware = devices.firmware(device)
        return firmware == targetVersion(last.update, last.position) || firmware == goal(of: update, device)
    }

    /// Whether what goes back had something to do at a device, or would have had if it had held the files, or had not been
    /// called off.
    private func hadToGo(_ device: DeviceIndex, in returns: [UpdateIndex], wasThere: Bool) -> Bool {
        returns.contains { back in
            let assignments = updates[back.offset].assignments
            guard let position = assignments.position(of: device) else { return false }
            switch assignments.state(position) {
            case .skipped: return assignments.reason(position)?.lacksFiles == true
            case .cancelled where assignments.attempt(position) == 0: return wasThere
            default: return true
            }
        }
    }

    /// A device that no rollback was for, or that had no part in it, since it was held, out of service, or another
    /// update's at the time: it is left if it is on the release again, or still, and nobody else has given it that since.
    private func strayed(_ update: UpdateIndex, _ device: DeviceIndex) -> ReturnStanding {
        let release = updates[update.offset].definition.release
        guard devices.lifecycle(device) != .decommissioned,
            supersedingUpdate(takenBack(by: update), device) == nil,
            devices.isVersionUntold(device) || devices.firmware(device) == release,
            let giver = giver(of: release, to: device)?.update, root(of: giver) == root(of: update)
        else { return .noPart }
        return .left(devices.lifecycle(device) == .registered ? .held : nil)
    }

    /// Whether a device has not come back, and nothing brings it back now.
    func isLeft(_ update: UpdateIndex, _ device: DeviceIndex, _ parts: ReturnParts) -> Bool {
        standing(update, device, last: parts.last(device), in: parts.returns).isLeft
    }

    /// Whether a device has come back, by what it says.
    func hasComeBack(_ update: UpdateIndex, _ device: DeviceIndex, _ parts: ReturnParts) -> Bool {
        standing(update, device, last: parts.last(device), in: parts.returns).isBack
    }

    /// The devices of an update that was rolled back as `returnCount` counts them, by region number: completed are those that
    /// are back, skipped those of which nothing is to be brought back. And `completedCount`, in the same walk: a view asks for
    /// both whenever something has changed.
    public func returnTallies(of update: UpdateIndex) -> (regions: [Tally], completed: CompletedCount) {
        let record = updates[update.offset], release = record.definition.release
        let ways = waysBack(from: update), isAlone = ways.count == 1
        let parts = ways.first.flatMap { $0.update == update ? $0.parts : nil } ?? ReturnParts(of: update, in: self)
        var tallies = Array(repeating: Tally(), count: devices.regions.all.count)
        var completed = CompletedCount(done: record.tally.succeeded)
        for position in 0..<record.assignments.count where isTouched(record.assignments, position) {
            let device = record.assignments.device(position), standing = countedStanding(update, device, parts)
            if let state = returnState(standing, parts.last(device)) {
                tallies[devices.regionNumber(device)].add(state)
            }
            guard isAlone, record.assignments.state(position) == .completed, !record.assignments.hasTurnedBad(position)
            else { continue }
            if standing.isBack {
                completed.back += 1
            } else if !standing.isUnderWay, isElsewhere(device, release, update) {
                completed.lost += 1
            }
        }
        completed.done -= completed.back + completed.lost
        return (tallies, isAlone ? completed : completedCount(of: update))
    }

    /// As what a device is counted among those that go back; nil: it has no part in that.
    private func returnState(_ standing: ReturnStanding, _ last: ReturnParts.Part?) -> AssignmentState? {
        let state = last.map { updates[$0.update.offset].assignments.state($0.position) }
        switch standing {
        case .noPart: return last == nil ? nil : .skipped
        case .back: return .completed
        case .underWay: return state.flatMap { $0.isFinal ? nil : $0 } ?? .pending
        case .left: return state == .cancelled ? .cancelled : .failed
        }
    }
}
