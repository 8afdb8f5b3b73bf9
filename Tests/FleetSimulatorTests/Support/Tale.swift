import FleetCore
import FleetEngine
import FleetSimulator

/// A made-up course of observations, told to an oracle: two stores with two terminals each, and an update `u` from 1.0.0
/// to 2.0.0 that has been started.
struct Tale {
    static let old = Version(1, 0, 0), new = Version(2, 0, 0)
    static let update = UpdateIndex(0)
    static let refusal = Refusal("no", remedy: "yes")

    private(set) var oracle = Oracle()
    var now: Timestamp
    private(set) var records: [DeviceRecord] = []
    private var ticket: UInt64 = 0

    /// Tells everything up to the start of the update, as facts only.
    init(
        _ strategy: Strategy = .immediate(offline: .queue), at start: Timestamp = SmallFleet.start, sizes: [Int] = [4],
        settings: (inout FleetSettings) -> Void = { _ in }, update: (inout UpdateDefinition) -> Void = { _ in }
    ) {
        now = start
        var fleet = FleetSettings(name: "small"), definition = Self.definition("u", strategy)
        settings(&fleet)
        update(&definition)
        records = (0..<4).map { number in
            DeviceRecord(
                id: "d\(number)", site: number < 2 ? "A" : "B", region: "east", timeZone: "America/New_York",
                firmware: Self.old, status: .online, lastSeen: start)
        }
        commit(.engineStarted)
        accept("add releases", "2 releases", .releaseAdded(Self.release(1)), .releaseAdded(Self.release(2)))
        accept("configure", "small", .fleetConfigured(fleet))
        accept("register", "4 devices", records.map { .deviceRegistered($0) })
        accept("draft", "u", .updateDrafted(definition))
        accept("start", "u", .updateStarted(Self.update, targets: Self.devices, skipped: [], phaseSizes: sizes))
    }

    static let devices = (0..<4).map { DeviceIndex($0) }

    static func definition(_ id: String, _ strategy: Strategy) -> UpdateDefinition {
        UpdateDefinition(id: id, release: new, selector: .all, strategy: strategy)
    }

    static func release(_ number: UInt32, digit: UInt32? = nil) -> Release {
        let digest = String(repeating: "\(digit ?? number)", count: 64)
        return Release(
            version: Version(number, 0, 0), artifacts: [Artifact(name: "app.bin", size: 1000, sha256: digest)])
    }

    static func order(_ device: UInt32, generation: UInt32, release: Version = new, size: Int64 = 1000) -> Order {
        Order(
            device: DeviceIndex(device), update: update, attempt: 1, generation: generation, release: release,
            size: size, isRollback: false)
    }

    /// Which invariants were broken, in their order.
    var broken: [Int] { Set(oracle.violations.map(\.invariant)).sorted() }

    mutating func observe(_ observation: Observation) { oracle.observe(observation) }

    /// One commit, now.
    mutating func commit(_ events: Event...) { commit(events) }

    mutating func commit(_ events: [Event], epoch: Int = 1) {
        oracle.observe(.committed(events.map { Fact(at: now, $0) }, epoch: epoch))
    }

    /// A commit that an operator's command brings about.
    mutating func accept(_ verb: String, _ object: String, _ events: Event...) { accept(verb, object, events) }

    mutating func accept(_ verb: String, _ object: String, _ events: [Event]) {
        let origin = Origin(operatorName: "ana", source: "test")
        commit([.commandAccepted(CommandRecord(verb: verb, object: object, origin: origin))] + events)
    }

    /// Attempts begin, in one commit.
    mutating func begin(_ devices: UInt32..., attempt: Int = 1) {
        commit(devices.map { .attemptStarted(Self.update, DeviceIndex($0), attempt: attempt) })
    }

    /// A device has confirmed what the update brings.
    mutating func complete(_ device: UInt32) {
        commit(.firmwareReported(DeviceIndex(device), Self.new), .assignmentCompleted(Self.update, DeviceIndex(device)))
    }

    /// An attempt has failed for good.
    mutating func fail(_ device: UInt32) { commit(Self.failure(device)) }

    static func failure(_ device: UInt32) -> Event {
        .attemptFailed(update, DeviceIndex(device), .reports(old), retryAt: nil)
    }

    /// An engine that is seen from now on.
    mutating func takeUp(epoch: Int = 1) {
        oracle.observe(.engineStarted(epoch: epoch, wall: now))
        commit([.engineStarted], epoch: epoch)
    }

    /// A whole step.
    mutating func step(
        _ reports: [Report] = [], commands: [Command] = [], _ events: [Event] = [], orders: [Order] = [],
        refusal: Refusal? = nil, epoch: Int = 1
    ) {
        var inputs = reports.map { EngineInput.report($0) }, replies: [EngineReply] = []
        for command in commands {
            ticket += 1
            inputs.append(.command(command, Origin(operatorName: "ana", source: "test"), ticket: ticket))
            replies.append(EngineReply(ticket: ticket, refusal: refusal))
        }
        oracle.observe(.stepped(inputs, epoch: epoch, wall: now))
        if !events.isEmpty { commit(events, epoch: epoch) }
        if !orders.isEmpty { oracle.observe(.sent(orders, epoch: epoch)) }
        oracle.observe(.replied(replies, epoch: epoch))
    }

    /// Nothing moves any more.
    mutating func checkRest(_ waits: [WaitReading]) { oracle.checkRest(waits, at: now) }

    /// The engine takes another step, so that what was held back is believed.
    mutating func goOn(epoch: Int = 1) { oracle.observe(.stepped([], epoch: epoch, wall: now)) }
}

extension Report {
    static func contact(_ device: UInt32, _ firmware: Version) -> Report {
        Report(device: DeviceIndex(device), body: .contacted(firmware: firmware))
    }
}
