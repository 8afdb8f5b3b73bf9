import FleetCore

/// What an engine shows against the fold of the facts (10).
extension Oracle {
    mutating func compare(_ reading: EngineReading) {
        let isSameSize = reading.updates.count == updates.count && reading.devices.count == standings.count
        ledger.expect(
            .counters, isSameSize,
            "\(reading.updates.count) updates and \(reading.devices.count) devices are shown, not \(updates.count) and "
                + "\(standings.count)")
        guard isSameSize else { return }
        compareDevices(reading.devices)
        compare(reading.regions, regions.places)
        compare(reading.sites, sites.places)
        for update in updates.indices { compare(reading.updates[update], update) }
    }

    private mutating func compareDevices(_ shown: [DeviceReading]) {
        if shown == standings { return ledger.note(Invariant.counters.rawValue) }
        for device in standings.indices where shown[device] != standings[device] {
            ledger.find(.counters, "\(devices[device].id) is shown as \(shown[device]), not \(standings[device])")
        }
    }

    private mutating func compare(_ shown: [PlaceReading], _ counted: [PlaceReading]) {
        if shown == counted { return ledger.note(Invariant.counters.rawValue) }
        for (shown, counted) in zip(shown, counted) where shown != counted {
            ledger.find(.counters, "\(counted.name) is shown as \(shown), not \(counted)")
        }
        ledger.expect(.counters, shown.count == counted.count, "\(shown.count) places are shown, not \(counted.count)")
    }

    private mutating func compare(_ shown: UpdateReading, _ update: Int) {
        if updates[update].isChanged || updates[update].reading == nil {
            updates[update].reading = reading(of: update, shownRegions: shown.regionTallies.count)
            updates[update].isChanged = false
        }
        guard let counted = updates[update].reading, shown != counted else {
            return ledger.note(Invariant.counters.rawValue)
        }
        ledger.find(.counters, "\(counted.id) is shown otherwise than counted: \(difference(shown, counted))")
    }

    /// The first part in which two readings differ.
    private func difference(_ shown: UpdateReading, _ counted: UpdateReading) -> String {
        if shown.status != counted.status { return "\(shown.status), not \(counted.status)" }
        if shown.inFlight != counted.inFlight { return "\(shown.inFlight) in flight, not \(counted.inFlight)" }
        if shown.tally != counted.tally { return "tally \(shown.tally), not \(counted.tally)" }
        if shown.phases != counted.phases { return "phases \(shown.phases), not \(counted.phases)" }
        for (shown, counted) in zip(shown.assignments, counted.assignments) where shown != counted {
            return "\(devices[counted.device.offset].id) \(shown), not \(counted)"
        }
        return "by region \(shown.regionTallies), not \(counted.regionTallies)"
    }

    /// What must be shown of an update, counted anew from its assignments.
    private func reading(of update: Int, shownRegions: Int) -> UpdateReading {
        let account = updates[update]
        var tally = Tally()
        // The list ends with the last region that ever had a device of the update; what lies behind is nothing.
        let last = account.assignments.map { devices[$0.device].region }.max() ?? -1
        var regionTallies = Array(repeating: Tally(), count: max(last + 1, min(shownRegions, regions.places.count)))
        var phaseTallies = Array(repeating: Tally(), count: account.phases.count)
        var phase = 0
        for position in account.assignments.indices {
            while phase < account.phases.count, position >= account.phases[phase].size { phase += 1 }
            let assignment = account.assignments[position]
            tally.count(assignment)
            regionTallies[devices[assignment.device].region].count(assignment)
            if phase < account.phases.count { phaseTallies[phase].count(assignment) }
        }
        return UpdateReading(
            id: account.definition.id, status: account.status, tally: tally, regionTallies: regionTallies,
            phases: zip(account.phases, phaseTallies).map { phase, tally in
                UpdateReading.Phase(size: phase.size, tally: tally, verdict: phase.verdict)
            },
            inFlight: account.assignments.count { $0.state == .inProgress },
            assignments: account.assignments.map { assignment in
                UpdateReading.Assignment(
                    device: DeviceIndex(UInt32(assignment.device)), state: assignment.state,
                    attempt: assignment.attempts, hasTurnedBad: assignment.hasTurnedBad)
            })
    }
}

extension Tally {
    fileprivate mutating func count(_ assignment: AssignmentAccount) {
        self[assignment.state] += 1
        if assignment.hasTurnedBad { turnedBad += 1 }
    }
}
