/// Devices that wait for an operator, and what devices say of themselves.
extension DeviceTable {
    /// Devices that introduced themselves and wait for acceptance.
    public var introducedCount: Int { introductions.count }
    /// The one of them that came last.
    public var latestIntroduced: DeviceIndex? { introductions.keys.last.map(DeviceIndex.init) }
    /// Since when the first of them waits.
    public var introducedSince: Timestamp? { introductions.values.min() }
    /// Since when a device that introduced itself waits for acceptance; nil: it does not.
    public func introduced(_ device: DeviceIndex) -> Timestamp? { introductions[device.rawValue] }

    /// Devices that are held, in the order in which they were.
    public var heldDevices: [DeviceIndex] { holds.keys.map(DeviceIndex.init) }
    /// Why a device is held; nil: it is not.
    public func hold(_ device: DeviceIndex) -> DeviceHold? {
        holds.isEmpty ? nil : holds[device.rawValue]
    }

    /// Whether an operator turned a device away, which is out of service for that.
    public func isRefused(_ device: DeviceIndex) -> Bool { !refusals.isEmpty && refusals.contains(device.rawValue) }

    /// Devices that are out of service for good.
    public var decommissionedCount: Int { lifecycles.count { $0 == .decommissioned } }

    /// Whether a device has ever said anything of itself, though it were nothing: a listener asks those that have not.
    public func hasDescribedItself(_ device: DeviceIndex) -> Bool { descriptions[device.rawValue] != nil }
    /// What a device said of itself last.
    public func describedTags(_ device: DeviceIndex) -> [Tag] { descriptions[device.rawValue] ?? [] }

    /// The names by which devices describe themselves, sorted, each once.
    public var describedNames: [String] { Set(descriptions.values.flatMap { $0.map(\.name) }).sorted() }

    /// What the files and the device itself say: the files win where both name one.
    static func merged(_ filed: [Tag], _ described: [Tag]) -> [Tag] {
        let names = Set(filed.map(\.name))
        return (filed + described.filter { !names.contains($0.name) }).sorted()
    }

    /// Takes in a device that nobody has accepted yet; it gets the next index.
    mutating func introduce(_ record: DeviceRecord, _ described: [Tag], at time: Timestamp) {
        append(record)
        let device = DeviceIndex(UInt32(count - 1))
        heard(device, at: time)
        introductions[device.rawValue] = time
        // Whoever was only heard of by its first call has said nothing of itself yet.
        if !described.isEmpty { descriptions[device.rawValue] = described }
    }

    mutating func describe(_ device: DeviceIndex, _ described: [Tag]) {
        descriptions[device.rawValue] = described
    }

    mutating func hold(_ device: DeviceIndex, _ reason: HoldReason, at time: Timestamp) {
        setLifecycle(device, .registered)
        holds[device.rawValue] = DeviceHold(reason: reason, since: time)
    }

    mutating func setLifecycle(_ device: DeviceIndex, _ lifecycle: DeviceLifecycle) {
        count(device, by: -1)
        lifecycles[device.offset] = lifecycle
        count(device, by: 1)
        endWait(device)
    }

    mutating func refuse(_ device: DeviceIndex) {
        setLifecycle(device, .decommissioned)
        refusals.append(device.rawValue)
    }

    /// Nobody waits any more for a device that was taken into service, or out of it for good.
    mutating func endWait(_ device: DeviceIndex) {
        guard lifecycles[device.offset] != .registered else { return }
        introductions.removeValue(forKey: device.rawValue)
        holds.removeValue(forKey: device.rawValue)
        if lifecycles[device.offset] == .active { refusals.remove(device.rawValue) }
    }

    mutating func moveWaits(by step: Duration) {
        for place in introductions.values.indices { introductions.values[place].move(by: step) }
        for place in holds.values.indices { holds.values[place].since.move(by: step) }
    }
}
