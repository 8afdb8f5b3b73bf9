extension FleetState {
    /// Freezes the target list of a draft and begins; above a size it waits with that list for a second person.
    func decideStart(
        _ record: UpdateRecord, _ origin: Origin, presence: Presence, now: Timestamp
    ) throws(Refusal) -> [Event] {
        guard record.status == .draft else {
            throw Refusal("\(record.id) is \(record.status)", remedy: "only a draft can be started")
        }
        guard releases[record.definition.release] != nil else {
            throw Refusal(
                "release \(record.definition.release) of \(record.id) is not known", remedy: "add it to `releases/`")
        }
        let selection = select(record.definition, presence: presence, now: now)
        guard !selection.targets.isEmpty || !selection.skipped.isEmpty else {
            throw Refusal(
                "`\(record.definition.selector)` selects no device", remedy: "list devices with it to see why")
        }
        if let window = record.definition.window, !opensAgain(window, for: selection.targets, now: now) {
            throw Refusal(
                "the window of \(record.id), \(window), does not open again",
                remedy: "give it a date that lies ahead")
        }
        let started = Event.updateStarted(
            record.index, targets: selection.targets, skipped: selection.skipped, phaseSizes: selection.phaseSizes)
        var held: [Event] = []
        if settings.fourEyes.needsSecondPerson(.start, devices: selection.targets.count) {
            try expectPerson(.start, record, origin)
            let proposal = Proposal(
                .start, devices: selection.targets.count, by: origin.operatorName, user: origin.user)
            held = [.secondPersonAwaited(record.index, proposal)]
        }
        return [started] + held + superseded(by: record, targets: selection.targets)
    }

    /// Whether a window is open, or opens again, at the site of any of these devices.
    private func opensAgain(_ window: WindowSchedule, for targets: [DeviceIndex], now: Timestamp) -> Bool {
        guard case .once = window.recurrence, !targets.isEmpty else { return true }
        var isNeeded = Array(repeating: false, count: devices.zones.count)
        for device in targets { isNeeded[devices.zoneNumber(device)] = true }
        let own = window.timeZone.flatMap { Zone(identifier: $0) }
        return devices.zones.indices.contains { zone in
            guard isNeeded[zone] else { return false }
            let state = window.state(at: now, zone: own ?? devices.zones[zone])
            return state.isOpen || state.opensAt != nil
        }
    }

    /// The devices an update would take now, in the order of its phases, and those it leaves out.
    public struct Selection: Hashable, Sendable {
        /// Devices to update, in order.
        public var targets: [DeviceIndex]
        /// Devices the selector names that are left out, in the order of registration.
        public var skipped: [Skip]
        /// Cumulative; one for strategies without phases.
        public var phaseSizes: [Int]
    }

    /// Works out the target list of an update. An immediate update's selector is asked twice, as things are and as if
    /// each device were online: one that it would name if only it were online is skipped with the reason.
    public func select(_ definition: UpdateDefinition, presence: Presence, now: Timestamp) -> Selection {
        var targets: [DeviceIndex] = []
        var skipped: [Skip] = []
        for offset in devices.indices {
            let device = DeviceIndex(UInt32(offset))
            guard devices.lifecycle(device) == .active, names(definition, device, presence: presence, now: now)
            else { continue }
            if let reason = skipReason(definition, device) {
                skipped.append(Skip(device: device, reason: reason))
            } else {
                targets.append(device)
            }
        }
        let seed = definition.seed ?? StableHash.of(definition.id)
        let ordered = TargetOrder.sorted(targets, in: devices, seed: seed)
        return Selection(
            targets: ordered, skipped: skipped,
            phaseSizes: Self.phaseSizes(definition.phaseDefinitions, targets: ordered.count))
    }

    private func names(
        _ definition: UpdateDefinition, _ device: DeviceIndex, presence: Presence, now: Timestamp
    ) -> Bool {
        let subject = DeviceSubject(devices, device, lastSeen: presence.lastSeen(device))
        if definition.selector.matches(subject, now: now) { return true }
        guard case .immediate = definition.strategy, devices.status(device) != .online else { return false }
        return definition.selector.matches(subject, now: now, statusOverride: .online)
    }

    private func skipReason(_ definition: UpdateDefinition, _ device: DeviceIndex) -> EndReason? {
        if case .immediate(offline: .skip) = definition.strategy {
            switch devices.status(device) {
            case .offline: return .offline
            case .unknown: return .neverSeen
            case .online: break
            }
        }
        return versionSkip(device, target: definition.release, allowsDowngrade: definition.allowsDowngrade)
    }

    /// Why a device needs nothing; nil: it does. One that may have installed something since it last said what it runs is
    /// not taken to run that still.
    func versionSkip(_ device: DeviceIndex, target: Version, allowsDowngrade: Bool) -> EndReason? {
        let reason = versionSkip(devices.firmware(device), target: target, allowsDowngrade: allowsDowngrade)
        if case .alreadyOn = reason, devices.isVersionUntold(device) { return nil }
        return reason
    }

    /// Why a device on this version needs nothing; nil: it does.
    func versionSkip(_ firmware: Version, target: Version, allowsDowngrade: Bool) -> EndReason? {
        if firmware == target, target.isKnown { return .alreadyOn(target) }
        return firmware.isNewer(than: target) && !allowsDowngrade ? .onNewer(firmware) : nil
    }

    /// Cumulative sizes: `max(1, floor(n * percent / 100))`, never less than the phase before; 100 is everyone.
    static func phaseSizes(_ phases: [PhaseDefinition], targets: Int) -> [Int] {
        var before = 0
        return phases.map { phase in
            let size = phase.percent >= 100 ? targets : max(1, targets * phase.percent / 100)
            before = min(targets, max(before, size))
            return before
        }
    }

    /// Waiting on-connect assignments of the same devices give way to the newer update.
    private func superseded(by record: UpdateRecord, targets: [DeviceIndex]) -> [Event] {
        let older = openUpdates.filter {
            guard case .onConnect = updates[$0.offset].definition.strategy else { return false }
            return !updates[$0.offset].isChild
        }
        guard !older.isEmpty else { return [] }
        return targets.sorted().flatMap { device in
            older.compactMap { update -> Event? in
                let assignments = updates[update.offset].assignments
                guard let position = assignments.position(of: device),
                    assignments.state(position) == .pending || assignments.state(position) == .scheduled
                else { return nil }
                return .assignmentCancelled(update, device, .superseded(by: record.id))
            }
        }
    }
}

extension UpdateDefinition {
    /// What is wrong with it as a whole; nil: nothing. Readers of files say the same with line and column.
    public var problem: Refusal? {
        let isPlain = id.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || byte == 45 || byte == 46 || byte == 95
        }
        guard isPlain, (1...64).contains(id.utf8.count) else {
            return Refusal(
                "`\(id)` is no id of an update", remedy: "use 1 to 64 of a-z A-Z 0-9 and . _ -")
        }
        if case .scheduled = strategy, window == nil {
            return Refusal("\(id) is scheduled and has no window", remedy: "say `window:` with local hours")
        }
        guard case .progressive(let phases, _) = strategy else { return nil }
        let percents = phases.map(\.percent)
        guard !phases.isEmpty, percents.allSatisfy({ (1...100).contains($0) }),
            zip(percents, percents.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            return Refusal(
                "the phases of \(id) do not rise from 1 to 100 percent", remedy: "make each larger than the one before")
        }
        if let last = percents.last, last < 100 {
            return Refusal(
                "the last phase of \(id) ends at \(last)%, so that the other devices would never be updated",
                remedy: "end with a phase of 100%")
        }
        guard phases.allSatisfy({ (0...10_000).contains($0.gate.threshold) }) else {
            return Refusal("a gate of \(id) lies outside 0% to 100%", remedy: "say a success rate such as 95%")
        }
        return nil
    }
}
