import FleetCore
import FleetEngine

/// Devices that introduce themselves, are accepted, refused, and held (10, 16).
extension Oracle {
    /// A device that called by itself waits until an operator says what it is.
    mutating func introduce(_ record: DeviceRecord, _ tags: [Tag]) {
        let isSaid = step.introductions.contains { $0.introduction.id == record.id }
        ledger.expect(.counters, !step.isSeen || isSaid, "\(record.id) was introduced, and never called")
        ledger.expect(.offers, record.lifecycle == .registered, "\(record.id) came into service by itself")
        append(record)
        devices[devices.count - 1].heardAt = clock.elapsed
        devices[devices.count - 1].knownAt = clock.elapsed
        devices[devices.count - 1].journalledAt = clock.elapsed
        devices[devices.count - 1].isIntroduced = true
        devices[devices.count - 1].described = tags.isEmpty ? nil : tags
        let waiting = devices.count { $0.isIntroduced }
        ledger.expect(.limits, waiting <= Self.mostWaiting, "\(record.id) is the \(waiting)th that waits")
        checkTags(tags, of: record.id)
    }

    /// Devices that may wait for acceptance at once.
    private static let mostWaiting = 1000

    private mutating func checkTags(_ tags: [Tag], of id: String) {
        let isBounded = tags.count <= 64 && tags.allSatisfy { $0.name.utf8.count <= 64 && $0.value.utf8.count <= 256 }
        ledger.expect(.limits, isBounded, "\(id) says more of itself than is kept")
        ledger.expect(.counters, Set(tags.map(\.name)).count == tags.count, "\(id) says one thing twice")
    }

    mutating func acceptDevice(_ device: Int) {
        guard expectDevice(device) else { return }
        let id = devices[device].id, isActive = devices[device].isActive
        expectCommand("accept", id, "\(id) was accepted")
        ledger.expect(.counters, !isActive, "\(id) was accepted while it is in service")
        change(device, to: .active)
    }

    mutating func refuseDevice(_ device: Int) {
        guard expectDevice(device) else { return }
        let id = devices[device].id, isWaiting = devices[device].record.lifecycle == .registered
        expectCommand("refuse", id, "\(id) was refused")
        ledger.expect(.counters, isWaiting, "\(id) was refused, and did not wait")
        change(device, to: .decommissioned)
    }

    /// Only a device in service is held, and only because somebody saw two of it.
    mutating func holdDevice(_ device: Int, _ reason: HoldReason) {
        guard expectDevice(device) else { return }
        let id = devices[device].id, isActive = devices[device].isActive
        ledger.expect(.offers, isActive, "\(id) was held, and was not in service")
        let isSaid = step.reports.contains { report in
            guard report.device.offset == device, case .twoUnderOneID = report.body else { return false }
            return true
        }
        ledger.expect(.counters, !step.isSeen || isSaid, "\(id) was held, and nobody saw two of it")
        change(device, to: .registered)
        devices[device].isHeld = true
        devices[device].heldAtStep = step.number
        standings[device].isHeld = true
    }

    mutating func describe(_ device: Int, _ tags: [Tag]) {
        guard expectDevice(device) else { return }
        let account = devices[device], id = account.id
        ledger.expect(.counters, account.described != tags, "\(id) said the same of itself, and it counted")
        ledger.expect(
            .counters, !account.isHeld && account.record.lifecycle != .decommissioned,
            "\(id) is not listened to, and what it says of itself counted")
        let isSaid = step.reports.contains { report in
            guard report.device.offset == device, case .described = report.body else { return false }
            return true
        }
        ledger.expect(.counters, !step.isSeen || isSaid, "\(id) did not describe itself")
        checkTags(tags, of: id)
        devices[device].described = tags
    }

    private mutating func change(_ device: Int, to lifecycle: DeviceLifecycle) {
        count(device, by: -1)
        setLifecycle(device, lifecycle)
        count(device, by: 1)
    }

    /// A device that is in service, or out of it for good, waits for nobody.
    mutating func setLifecycle(_ device: Int, _ lifecycle: DeviceLifecycle) {
        devices[device].record.lifecycle = lifecycle
        devices[device].isActive = lifecycle == .active
        standings[device].lifecycle = lifecycle
        guard lifecycle != .registered else { return }
        devices[device].isIntroduced = false
        if devices[device].isHeld { devices[device].heldAtStep = step.number }
        devices[device].isHeld = false
        standings[device].isHeld = false
    }

    /// Whether the words of a device counted all through this step.
    func isBelieved(_ device: Int) -> Bool {
        !devices[device].isHeld && devices[device].heldAtStep != step.number
    }

    /// What is asked of a device that two terminals call by, and of one that described itself.
    mutating func checkWord(of report: Report) {
        let device = report.device.offset, account = devices[device]
        switch report.body {
        case .twoUnderOneID:
            let isOut = !account.isActive || account.heldAtStep == step.number
            expectLater(.offers, isOut, "two devices call as \(account.id), and it is in service")
        case .described:
            let isTaken = account.described != nil || account.record.lifecycle == .decommissioned
            expectLater(.counters, isTaken || !isBelieved(device), "\(account.id) described itself to nobody")
        default: break
        }
    }

    /// The answer to an introduction: the device is in the registry, or there was a reason.
    mutating func check(_ reply: EngineReply, to introduction: Introduction) {
        let known = deviceNumbers[introduction.id], id = introduction.id
        guard let refusal = reply.refusal else {
            ledger.expect(.durability, known != nil, "\(id) was told that it waits before that was durable")
            return ledger.expect(.ownOrders, known == reply.device?.offset, "\(id) was taken for another device")
        }
        let isOdd = !(1...128).contains(id.utf8.count) || id.utf8.contains { $0 < 32 || $0 == 127 }
        let isFull = devices.count { $0.isIntroduced } >= Self.mostWaiting
        if isOdd || isFull { return ledger.note(Invariant.liveness.rawValue) }
        expectLater(.liveness, false, "\(id) was sent away: \(refusal)")
    }
}
