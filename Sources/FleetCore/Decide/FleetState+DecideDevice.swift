/// Devices that call in by themselves: who waits, who is accepted, who is held.
extension FleetState {
    /// Versions that devices may report besides the releases: a device that reports a new one every time would use up
    /// their numbers.
    static let mostReportedVersions = 32_768

    /// What follows from the first call of a device, or why it is not taken in. A device that is known already gives no
    /// fact.
    func decide(_ introduction: Introduction) throws(Refusal) -> [Event] {
        guard devices.index(of: introduction.id) == nil else { return [] }
        if let problem = problem(ofNewcomer: introduction.id) { throw problem }
        guard devices.introducedCount < Introduction.mostWaiting else {
            throw Refusal(
                "\(Introduction.mostWaiting) devices wait for acceptance already",
                remedy: "accept or refuse some of them, or list the device in the fleet's files")
        }
        let firmware = introduction.firmware.flatMap { isTaken($0) ? $0 : nil }
        // As for a device whose file names no site: each is a store of its own until somebody says where it stands.
        let record = DeviceRecord(
            id: introduction.id, site: introduction.id, timeZone: settings.timeZone,
            firmware: firmware ?? .unknown, status: .online, lifecycle: .registered)
        return [.deviceIntroduced(record, DeviceAttributes.taken(introduction.attributes))]
    }

    /// What is wrong with the id of a device that is to be taken in; nil: nothing. One that another device has with its
    /// characters taken apart is that device's to everybody who reads it.
    func problem(ofNewcomer id: String) -> Refusal? {
        if let problem = DeviceRecord.problem(ofID: id) { return problem }
        guard let parts = DeviceRecord.idInParts(id), devices.index(of: parts) != nil else { return nil }
        return Refusal(
            "another device has the id \(id), with its characters written in another way", remedy: "use another")
    }

    /// Whether a version that a device reports is taken in: there is a number left for it.
    func isTaken(_ version: Version) -> Bool {
        devices.versions.count < Self.mostReportedVersions || releases[version] != nil
            || devices.versions.number(of: version) != nil
    }

    func knownDevice(_ id: String) throws(Refusal) -> DeviceIndex {
        guard let device = devices.index(of: id) else {
            throw Refusal("there is no device \(id)", remedy: "list the devices to find its id")
        }
        return device
    }

    func decideIssue(_ id: String?) throws(Refusal) -> [Event] {
        if let id { _ = try knownDevice(id) }
        return []
    }

    func decideAccept(_ id: String) throws(Refusal) -> [Event] {
        let device = try knownDevice(id)
        guard devices.lifecycle(device) != .active else {
            throw Refusal("\(id) is in service", remedy: "there is nothing left to accept")
        }
        return [.deviceAccepted(device)]
    }

    func decideRefuse(_ id: String) throws(Refusal) -> [Event] {
        let device = try knownDevice(id)
        switch devices.lifecycle(device) {
        case .registered: return [.deviceRefused(device)] + takenOut(device)
        case .active:
            throw Refusal("\(id) is in service", remedy: "decommission it to take it out")
        case .decommissioned:
            throw Refusal("\(id) is decommissioned", remedy: "there is nothing left to do")
        }
    }

    /// What becomes of the parts that a device has in updates when it is taken out of service for good. An attempt that
    /// has changed nothing yet was none; one past the point of no return has failed, since nobody will hear how it ended.
    func takenOut(_ device: DeviceIndex) -> [Event] {
        endWaiting(device) { .assignmentSkipped($0, device, .decommissioned) } + endUnderWay(device)
    }

    private func endUnderWay(_ device: DeviceIndex) -> [Event] {
        guard let update = devices.liveUpdate(device),
            let position = updates[update.offset].assignments.position(of: device),
            let step = updates[update.offset].assignments.step(position)
        else { return [] }
        return step < .installing
            ? [.assignmentSkipped(update, device, .decommissioned)]
            : [.attemptFailed(update, device, .decommissioned, retryAt: nil)]
    }

    /// Where a device that is known stands once the files that name it were read again. What an operator decided
    /// outlives a file that does not know of it: a decommissioning, an acceptance, and a hold that nobody has ended.
    func lifecycle(_ device: DeviceIndex, filedAs filed: DeviceLifecycle) -> DeviceLifecycle {
        switch devices.lifecycle(device) {
        case .decommissioned: .decommissioned
        case .active: filed == .registered ? .active : filed
        case .registered: filed == .active && devices.hold(device) != nil ? .registered : filed
        }
    }

    /// Two terminals by one id: neither can be trusted with an order until somebody has looked.
    func decideHold(_ device: DeviceIndex, _ evidence: String) -> [Event] {
        guard devices.lifecycle(device) == .active else { return [] }
        let reason = HoldReason.twoUnderOneID(
            evidence: InertText.of(evidence, characters: HoldReason.mostEvidence))
        return [.deviceHeld(device, reason)] + endWaiting(device) { .assignmentSkipped($0, device, .held) }
    }

    /// What a device says of itself, if that is anything new. One that is held or decommissioned is not listened to.
    func decideDescription(_ device: DeviceIndex, _ said: [Tag]) -> [Event] {
        guard devices.lifecycle(device) != .decommissioned, devices.hold(device) == nil else { return [] }
        let tags = DeviceAttributes.taken(said)
        guard !devices.hasDescribedItself(device) || devices.describedTags(device) != tags else { return [] }
        return [.deviceDescribed(device, tags)]
    }
}

extension DeviceRecord {
    /// The longest id in bytes.
    public static let mostIDBytes = 128

    /// What is wrong with a text as the id of a device; nil: nothing.
    ///
    /// An id is 1 to 128 bytes of UTF-8 without control characters. It is not `*`, which means all; and no part of it
    /// between slashes is empty, `.` or `..`: an id is a part of addresses, where those mean another place.
    public static func problem(ofID id: String) -> Refusal? {
        guard (1...mostIDBytes).contains(id.utf8.count) else {
            return Refusal(
                id.isEmpty ? "the id of a device is empty" : "the id of a device is longer than \(mostIDBytes) bytes",
                remedy: "use 1 to \(mostIDBytes) bytes")
        }
        guard id.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            return Refusal("the id of a device has a control character", remedy: "remove it")
        }
        guard id != "*" else { return Refusal("`*` is no id of a device, for it means all", remedy: "use another") }
        guard hasPlainParts(id) else {
            return Refusal(
                "the id of a device, or a part of it between slashes, is empty, `.` or `..`", remedy: "use another")
        }
        return nil
    }

    /// Whether no part of an id between slashes is empty, or a folder's name for itself or the one above.
    private static func hasPlainParts(_ id: String) -> Bool {
        guard id.utf8.contains(UInt8(ascii: "/")) else { return id != "." && id != ".." }
        return id.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0 != "." && $0 != ".."
        }
    }
}
