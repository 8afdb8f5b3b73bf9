import FleetCore
import FleetEngine

/// A seeded world of virtual terminals in virtual time. It takes orders as a link, and what the terminals say comes
/// out instant by instant, so that whoever drives it can step the engine at the exact moment.
///
/// The same terminals, profile and orders give the same reports: all chance is drawn from stable hashes.
public final class World: DeviceLink {
    /// Where the world stands.
    public private(set) var now: Timestamp
    /// When something happened last that was no heartbeat.
    public internal(set) var quietSince: Timestamp
    /// Told of every change of a terminal's flash, before anything that follows from it is said.
    public var onFlash: ((FlashRecord) -> Void)?
    /// Told of every attempt that goes wrong, when it does.
    public var onFailure: ((SimulatedFailure) -> Void)?

    let records: [DeviceRecord]
    let profile: SimulationProfile
    let heartbeat: Int64
    let draws: Draws
    let rules: FailureRules
    var terminals: [Terminal]
    private var heap = EventHeap<WorldEvent>()
    /// Links that will change, and terminals that are at something.
    var changesAhead = 0
    private var reports: [Report] = []

    /// The most points at which a download says how far it is.
    static let downloadPoints: Int64 = 20
    /// The least time between two of them.
    static let downloadInterval: Int64 = 10_000

    /// A world of these terminals.
    ///
    /// - Parameters:
    ///   - records: The terminals in the order of registration. Those that are online are linked from the start; the
    ///     others come back as the profile says.
    ///   - settings: Their heartbeat is that of the terminals.
    ///   - profile: How the terminals behave, and the seed of all chance.
    ///   - start: When the world began: the profile's returns count from here.
    ///   - now: Where it is taken up; nil: at its start.
    ///   - flash: What terminals had in flash, for a world that is taken up again. Unknown ids are ignored.
    ///   - failureRateOverride: Basis points that take the place of the rates of the profile's rules.
    public init(
        records: [DeviceRecord], settings: FleetSettings, profile: SimulationProfile, start: Timestamp,
        now: Timestamp? = nil, flash: [FlashRecord] = [], failureRateOverride: Int? = nil
    ) {
        self.records = records
        self.profile = profile
        self.now = now ?? start
        quietSince = self.now
        heartbeat = max(1, settings.heartbeat.milliseconds)
        draws = Draws(seed: profile.seed)
        rules = FailureRules(profile.failures, rateOverride: failureRateOverride)
        terminals = records.map { Terminal(Flash(running: $0.firmware), isLinked: $0.status == .online) }
        let places = indexRecords(flash.isEmpty && profile.returns.isEmpty)
        for record in flash {
            if let device = places[record.device] { terminals[device].flash = record.flash }
        }
        for entry in profile.returns {
            if let device = places[entry.device] { plan(entry, device, start: start) }
        }
        for device in terminals.indices { takeUp(device) }
    }

    private func indexRecords(_ isUnneeded: Bool) -> [ExactText: Int] {
        guard !isUnneeded else { return [:] }
        return Dictionary(
            records.indices.map { (ExactText(records[$0].id), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// When the next thing happens by itself; nil: never, unless an order comes.
    public var nextEventAt: Timestamp? {
        while let event = heap.first, isStale(event) { heap.removeFirst() }
        return heap.first.map { Timestamp(milliseconds: $0.at) }
    }

    /// Lets everything happen that is due until an instant, which becomes the world's now, and gives what the
    /// terminals said, in order. Called at `nextEventAt` it gives the reports of one instant.
    public func takeReports(through instant: Timestamp) -> [Report] {
        while let event = heap.first, event.at <= instant.milliseconds {
            heap.removeFirst()
            guard !isStale(event) else { continue }
            now = max(now, Timestamp(milliseconds: event.at))
            handle(event)
        }
        now = max(now, instant)
        defer { reports.removeAll(keepingCapacity: true) }
        return reports
    }

    /// Whether nothing but heartbeats will happen unless an order comes.
    public var isSettled: Bool { changesAhead == 0 }
    /// What a terminal has in flash.
    public func flash(_ device: DeviceIndex) -> Flash { terminals[device.offset].flash }
    /// Whether a terminal can be heard now.
    public func isReachable(_ device: DeviceIndex) -> Bool { terminals[device.offset].isReachable }

    // MARK: - Words shared by the aspects

    func say(_ device: Int, _ body: Report.Body, generation: UInt32? = nil) {
        guard terminals[device].isLinked else { return }
        reports.append(Report(device: DeviceIndex(UInt32(device)), generation: generation, body: body))
    }

    func schedule(_ kind: EventKind, _ device: Int, at time: Timestamp) {
        heap.insert(WorldEvent(at: time.milliseconds, device: UInt32(device), kind: kind))
    }

    /// Sets when a terminal's work comes to its next point; nil: it is at nothing.
    func setAct(_ device: Int, _ time: Timestamp?) {
        if terminals[device].actAt != Terminal.never { changesAhead -= 1 }
        terminals[device].actAt = time?.milliseconds ?? Terminal.never
        guard let time else { return }
        changesAhead += 1
        schedule(.act, device, at: time)
    }

    /// Changes a terminal's flash and tells of it.
    func write(_ device: Int, _ change: (inout Flash) -> Void) {
        change(&terminals[device].flash)
        onFlash?(FlashRecord(device: records[device].id, flash: terminals[device].flash))
    }

    private func isStale(_ event: WorldEvent) -> Bool {
        switch event.kind {
        case .connect, .disconnect: false
        case .act: terminals[Int(event.device)].actAt != event.at
        case .heartbeat: terminals[Int(event.device)].heartbeatAt != event.at
        }
    }

    private func handle(_ event: WorldEvent) {
        let device = Int(event.device)
        if event.kind != .heartbeat { quietSince = now }
        switch event.kind {
        case .disconnect:
            changesAhead -= 1
            disconnect(device)
        case .connect:
            changesAhead -= 1
            connect(device)
        case .heartbeat: beat(device)
        case .act:
            setAct(device, nil)
            act(device)
        }
    }
}
