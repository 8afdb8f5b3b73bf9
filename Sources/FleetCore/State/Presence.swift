/// What is known between two commits and may be lost with the process: when each device was last heard of, and how far
/// downloads have come. Everything that decides an outcome is a fact; these only hold clocks back.
public struct Presence: Sendable {
    /// Milliseconds since the epoch by device; `.min`: never.
    private var lastSeen: [Int64] = []
    private var isUnsaved: Bitset
    private var unsaved: [DeviceIndex] = []
    /// By device number. Looked up only, never listed: its order is not the same in two processes.
    private var downloads: [UInt32: DownloadProgress] = [:]

    /// By device number, as the downloads.
    private var deferrals: [UInt32: Deferral] = [:]

    /// How long a device may put off an order before the deadlines count that it passes by.
    public static let longestDeferral = Duration.days(1)
    /// Bytes that are kept of a device's reason to put off an order.
    public static let mostDeferralText = 200

    /// A device that has put off an order.
    public struct Deferral: Hashable, Sendable {
        /// For which order.
        public var generation: UInt32
        /// Why, in the device's own words.
        public var why: String
        /// When it said so first, and last.
        public var since: Timestamp, at: Timestamp
    }

    /// Whether devices hear of an order only by calling in, so that one that has not called since cannot know of it.
    var ordersAreFetched = false

    /// How far one download has come.
    public struct DownloadProgress: Hashable, Sendable {
        /// Who downloads, for which order.
        public var device: DeviceIndex, generation: UInt32
        /// Bytes received so far.
        public var bytes: Int64
        /// When it said so.
        public var at: Timestamp
    }

    /// What the journal knows.
    public init(_ devices: DeviceTable) {
        lastSeen = devices.lastSeenTimes
        isUnsaved = Bitset(capacity: devices.count)
    }

    /// The device's last contact; nil: never.
    public func lastSeen(_ device: DeviceIndex) -> Timestamp? {
        guard device.offset < lastSeen.count, lastSeen[device.offset] != .min else { return nil }
        return Timestamp(milliseconds: lastSeen[device.offset])
    }

    /// Makes room for devices that were registered since.
    public mutating func follow(_ devices: DeviceTable) {
        guard devices.count > lastSeen.count else { return }
        var wider = Bitset(capacity: devices.count)
        for device in unsaved { wider[device.offset] = true }
        isUnsaved = wider
        lastSeen += devices.lastSeenTimes[lastSeen.count...]
    }

    /// Notes a contact.
    public mutating func saw(_ device: DeviceIndex, at time: Timestamp) {
        guard device.offset < lastSeen.count, time.milliseconds > lastSeen[device.offset] else { return }
        lastSeen[device.offset] = time.milliseconds
        if !isUnsaved[device.offset] {
            isUnsaved[device.offset] = true
            unsaved.append(device)
        }
    }

    /// Whether contacts are known that are not in the journal.
    public var hasUnsaved: Bool { !unsaved.isEmpty }

    /// The contacts that are not in the journal yet, in the order of the devices; they count as saved from now on.
    public mutating func takeUnsaved() -> [Sighting] {
        let sightings = unsaved.sorted().map { device in
            isUnsaved[device.offset] = false
            return Sighting(device: device, at: Timestamp(milliseconds: lastSeen[device.offset]))
        }
        unsaved.removeAll(keepingCapacity: true)
        return sightings
    }

    /// How far the device's download has come, for this order.
    public func download(_ device: DeviceIndex, generation: UInt32) -> DownloadProgress? {
        guard let progress = downloads[device.rawValue], progress.generation == generation else { return nil }
        return progress
    }

    /// Notes progress; bounded by the devices in flight, since each keeps one entry until it is forgotten.
    public mutating func received(_ bytes: Int64, _ device: DeviceIndex, generation: UInt32, at time: Timestamp) {
        downloads[device.rawValue] = DownloadProgress(device: device, generation: generation, bytes: bytes, at: time)
    }

    /// Drops the progress of a device whose download is over, and why it put off the order.
    public mutating func forgetDownload(_ device: DeviceIndex) {
        downloads[device.rawValue] = nil
        deferrals[device.rawValue] = nil
    }

    /// Why the device has put off this order; nil: it has not, or goes on with it.
    public func deferral(_ device: DeviceIndex, generation: UInt32) -> Deferral? {
        guard let deferral = deferrals[device.rawValue], deferral.generation == generation else { return nil }
        return deferral
    }

    /// Notes that a device puts off an order; bounded as the downloads are.
    mutating func deferred(_ why: String, _ device: DeviceIndex, generation: UInt32, at time: Timestamp) {
        let since = deferral(device, generation: generation)?.since ?? time
        let text = String(decoding: why.utf8.prefix(Self.mostDeferralText), as: UTF8.self)
        deferrals[device.rawValue] = Deferral(generation: generation, why: text, since: since, at: time)
    }

    /// Notes that a device goes on with what it put off.
    mutating func goesOn(_ device: DeviceIndex) { deferrals[device.rawValue] = nil }

    /// Every moment moves with a clock that was set; see `Event.clockStepped`.
    mutating func moveAll(by step: Duration) {
        for offset in lastSeen.indices where lastSeen[offset] != .min { lastSeen[offset] += step.milliseconds }
        downloads = downloads.mapValues { progress in
            var moved = progress
            moved.at.move(by: step)
            return moved
        }
        deferrals = deferrals.mapValues { deferral in
            var moved = deferral
            moved.since.move(by: step)
            moved.at.move(by: step)
            return moved
        }
    }

    /// The last contact of the online device that was silent for longest; nil: no device is online.
    func earliestSighting(_ devices: DeviceTable, notBefore: Timestamp) -> Timestamp? {
        var earliest = Int64.max
        for offset in devices.indices where devices.statuses[offset] == .online {
            earliest = min(earliest, max(lastSeen[offset], notBefore.milliseconds))
        }
        return earliest == .max ? nil : Timestamp(milliseconds: earliest)
    }
}
