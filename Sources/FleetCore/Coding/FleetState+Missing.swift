/// What holds in every fold of facts, and what the core relies on without asking. A state that was read is held to it.
extension FleetState {
    /// What would have to be there for this to be a state; nil: it is one.
    var missing: String? {
        guard settings.isInBounds, releases.values.allSatisfy(\.isInBounds) else { return "settings within bounds" }
        guard [listeningSince, lastFactAt].allSatisfy(\.isInBounds), revision <= UInt64(StateBounds.largestCount),
            Int(generation) <= StateBounds.largestGeneration
        else { return "moments and counts within bounds" }
        guard recentCommands.isWhole(at: revision), updates.allSatisfy({ $0.gateChangedIn <= revision }) else {
            return "the commands of late, in order"
        }
        guard updates.allSatisfy({ $0.relations.allSatisfy { $0.offset < updates.count } }) else {
            return "updates of the list"
        }
        let open = Set(openUpdates.map(\.offset))
        guard open.count == openUpdates.count, updates.indices.allSatisfy({ updates[$0].isOpen == open.contains($0) })
        else { return "the updates that are open" }
        return hasItsLiveDevices ? nil : "the assignments that devices say are under way"
    }

    /// Whether devices and updates agree on which assignments are under way.
    private var hasItsLiveDevices: Bool {
        for update in updates {
            for slot in update.assignments.live {
                let offset = update.assignments.device(Position(slot)).offset
                let isInProgress = update.assignments.state(Position(slot)) == .inProgress
                guard devices.liveUpdates[offset] == update.index.rawValue, devices.inProgress[offset] == isInProgress
                else { return false }
            }
        }
        let live = updates.reduce(0) { $0 + $1.assignments.live.count }
        let settled = devices.settledUpdates.allSatisfy { $0 == DeviceTable.noUpdate || Int($0) < updates.count }
        return settled && devices.liveUpdates.count { $0 != DeviceTable.noUpdate } == live
            && devices.inProgress.count { $0 } == updates.reduce(0) { $0 + $1.inFlight }
    }
}

extension RecentCommands {
    /// Whether these are commands of a journal that has so many facts.
    fileprivate func isWhole(at revision: UInt64) -> Bool {
        let numbers = entries.map(\.revision)
        return entries.count <= 2 * Self.capacity && entries.allSatisfy { $0.at.isInBounds }
            && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 } && (numbers.last ?? 0) <= revision
            && forgottenUpTo <= numbers.first ?? revision
    }
}

extension UpdateRecord {
    /// The other updates it speaks of.
    fileprivate var relations: [UpdateIndex] {
        switch kind {
        case .ordinary: [rollback].compactMap { $0 }
        case .rollback(let parent), .retry(let parent): [parent, rollback].compactMap { $0 }
        }
    }

    /// What would have to be there for this to be an update of these devices; nil: it is one.
    func missing(in devices: DeviceTable) -> String? {
        guard definition.isInBounds, phases.allSatisfy(\.isInBounds), retries.isInBounds,
            [draftedAt, nextStartAt].allSatisfy(\.isInBounds),
            [startedAt, endedAt, proposedAt].allSatisfy(\.isInBounds),
            causes.allSatisfy({ devices.regions.all.indices.contains($0.key.region) && $0.value.isInBounds }),
            causesSince.values.allSatisfy(\.isInBounds)
        else { return "an update within bounds" }
        guard proposal.map({ $0.devices.isInBounds && startedAt != nil }) ?? true else {
            return "a started update that waits for a second person"
        }
        guard hasItsPhases else { return "phases that fit the targets" }
        return hasItsTallies(in: devices) ? nil : "the tallies of these assignments"
    }

    /// Cumulative sizes within the targets; an open phase that is one of them; some phase after the start.
    private var hasItsPhases: Bool {
        var before = 0
        for phase in phases {
            guard phase.size >= before, phase.size <= assignments.count else { return false }
            before = phase.size
        }
        guard currentPhase.map(phases.indices.contains) ?? true else { return false }
        return startedAt == nil ? assignments.count == 0 : !phases.isEmpty
    }

    private func hasItsTallies(in devices: DeviceTable) -> Bool {
        var all = Tally(), running = 0
        var byRegion = Array(repeating: Tally(), count: devices.regions.count)
        var byPhase = Array(repeating: Tally(), count: phases.count + 1)
        var phase = 0
        for position in 0..<assignments.count {
            while phase < phases.count, position >= phases[phase].size { phase += 1 }
            let state = assignments.state(position), isBad = assignments.hasTurnedBad(position)
            let region = devices.regionNumber(assignments.device(position))
            all.take(state, isBad: isBad)
            byRegion[region].take(state, isBad: isBad)
            byPhase[phase].take(state, isBad: isBad)
            if state == .inProgress { running += 1 }
        }
        let isEmptyBehind = byRegion.dropFirst(regionTallies.count).allSatisfy { $0 == Tally() }
        return all == tally && running == inFlight && isEmptyBehind
            && byRegion.prefix(regionTallies.count).elementsEqual(regionTallies)
            && byPhase.dropLast().elementsEqual(phases.map(\.tally))
    }
}

extension Tally {
    fileprivate mutating func take(_ state: AssignmentState, isBad: Bool) {
        add(state)
        if isBad { turnedBad += 1 }
    }
}
