/// The assignments of one update, as columns, in the order of the frozen target list; the skipped come after it.
public struct AssignmentTable: Equatable, Sendable {
    var devices: [DeviceIndex]
    var states: [AssignmentState]
    var steps: [AttemptStep]
    var attempts: [UInt8]
    /// Numbers of `EndReason`s in `reasons`; `noReason`: none.
    var reasonNumbers: [UInt16]
    /// The version before the device installed anything, as a number of the registry's versions; `noVersion`: no attempt
    /// has begun.
    var previousVersions: [UInt16]
    /// The version to bring the device to, where each has its own: rollbacks. Empty otherwise.
    var targetVersions: [UInt16]
    var startedAt: [Int64]
    /// When the present step began; while retrying, when the next attempt is due.
    var stepSince: [Int64]
    var endedAt: [Int64]
    var generations: [UInt32]
    /// Completed devices that were later seen on another version.
    var turnedBad: Bitset
    /// Those that wait and whose device is online and in service: the ones that may be offered something.
    var ready: Bitset
    /// Positions with a live assignment, in no particular but a reproducible order.
    var live: [UInt32] = []
    /// Positions by device number, for look-ups by device.
    private var byDevice: [UInt32]
    public internal(set) var reasons = Interner<EndReason>()

    /// What the look-up by device has allocated.
    var lookUpBytes: Int { byDevice.capacity * MemoryLayout<UInt32>.stride }

    static let noReason = UInt16.max
    static let noVersion = UInt16.max
    static let never = Int64.min

    /// Assignments of these targets, then of the skipped.
    init(targets: [DeviceIndex], skipped: [Skip], state: AssignmentState, targetVersions: [UInt16] = []) {
        let count = targets.count + skipped.count
        devices = targets + skipped.map(\.device)
        states = Array(repeating: state, count: targets.count) + Array(repeating: .skipped, count: skipped.count)
        steps = Array(repeating: .offered, count: count)
        attempts = Array(repeating: 0, count: count)
        reasonNumbers = Array(repeating: Self.noReason, count: count)
        previousVersions = Array(repeating: Self.noVersion, count: count)
        self.targetVersions = targetVersions
        startedAt = Array(repeating: Self.never, count: count)
        stepSince = Array(repeating: Self.never, count: count)
        endedAt = Array(repeating: Self.never, count: count)
        generations = Array(repeating: 0, count: count)
        turnedBad = Bitset(capacity: count)
        ready = Bitset(capacity: count)
        let all = devices
        byDevice = (0..<UInt32(count)).sorted { all[Int($0)] < all[Int($1)] }
        for (offset, skip) in skipped.enumerated() { setReason(targets.count + offset, skip.reason) }
    }

    /// How many there are, the skipped included.
    public var count: Int { states.count }
    /// The device at a position.
    public func device(_ position: Position) -> DeviceIndex { devices[position] }
    /// The state at a position.
    public func state(_ position: Position) -> AssignmentState { states[position] }
    /// How far the attempt has come; only while in progress.
    public func step(_ position: Position) -> AttemptStep? { states[position] == .inProgress ? steps[position] : nil }
    /// Attempts begun.
    public func attempt(_ position: Position) -> Int { Int(attempts[position]) }
    /// Why it ended, or why the last attempt failed.
    public func reason(_ position: Position) -> EndReason? {
        let number = reasonNumbers[position]
        return number == Self.noReason ? nil : reasons[Int(number)]
    }
    /// Whether a completed device was later seen on another version.
    public func hasTurnedBad(_ position: Position) -> Bool { turnedBad[position] }
    /// Names the order of the last attempt.
    public func generation(_ position: Position) -> UInt32 { generations[position] }
    /// When the first attempt started.
    public func startedAt(_ position: Position) -> Timestamp? { Self.moment(startedAt[position]) }
    /// When it ended.
    public func endedAt(_ position: Position) -> Timestamp? { Self.moment(endedAt[position]) }
    /// When the present step began; while retrying, when the next attempt is due.
    public func stepSince(_ position: Position) -> Timestamp? { Self.moment(stepSince[position]) }

    private static func moment(_ milliseconds: Int64) -> Timestamp? {
        milliseconds == never ? nil : Timestamp(milliseconds: milliseconds)
    }

    /// The position of a device; nil: the update does not name it.
    public func position(of device: DeviceIndex) -> Position? {
        var low = 0, high = byDevice.count
        while low < high {
            let middle = (low + high) / 2
            if devices[Int(byDevice[middle])] < device { low = middle + 1 } else { high = middle }
        }
        guard low < byDevice.count, devices[Int(byDevice[low])] == device else { return nil }
        return Int(byDevice[low])
    }

    mutating func setReason(_ position: Position, _ reason: EndReason) {
        reasonNumbers[position] = UInt16(reasons.intern(reason))
    }

    mutating func addLive(_ position: Position) { live.append(UInt32(position)) }

    mutating func removeLive(_ position: Position) {
        guard let slot = live.firstIndex(of: UInt32(position)) else { return }
        live.swapAt(slot, live.count - 1)
        live.removeLast()
    }
}
