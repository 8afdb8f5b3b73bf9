/// Windows and freezes at one moment, worked out once per time zone: devices share zones.
struct SiteClock {
    let now: Timestamp
    private let settings: FleetSettings
    private let zones: [Zone]
    /// Zones that windows name themselves.
    private var windowZone: Zone?
    private let window: WindowSchedule?
    private let startedAt: Timestamp
    private let freezeOverridden: Bool
    private var windowStates: [WindowState?]
    private var firstClosings: [Timestamp??]
    private var freezeEnds: [[(freeze: Freeze, until: Timestamp)]?]

    init(_ update: UpdateRecord, _ settings: FleetSettings, zones: [Zone], now: Timestamp) {
        self.now = now
        self.settings = settings
        self.zones = zones
        window = update.definition.window
        windowZone = update.definition.window?.timeZone.flatMap { Zone(identifier: $0) }
        startedAt = update.startedAt ?? now
        freezeOverridden = update.definition.freezeOverride != nil
        windowStates = Array(repeating: nil, count: zones.count)
        firstClosings = Array(repeating: nil, count: zones.count)
        freezeEnds = Array(repeating: nil, count: zones.count)
    }

    /// The window at sites of a zone; nil: the update has none.
    mutating func windowState(_ zone: Int) -> WindowState? {
        guard let window else { return nil }
        if let known = windowStates[zone] { return known }
        let state = window.state(at: now, zone: windowZone ?? zones[zone])
        windowStates[zone] = state
        return state
    }

    /// Whether the first window that an update could use at sites of a zone has closed, or there was none left.
    mutating func hasMissedWindow(_ zone: Int) -> Bool {
        guard let closing = firstClosing(zone) else { return window != nil }
        return closing <= now
    }

    /// Whether no window opens any more at sites of a zone.
    mutating func isOver(_ zone: Int) -> Bool {
        guard let state = windowState(zone) else { return false }
        return !state.isOpen && state.opensAt == nil
    }

    /// When the first window since the update's start closes at sites of a zone; nil: none opens.
    mutating func firstClosing(_ zone: Int) -> Timestamp? {
        guard let window else { return nil }
        if let known = firstClosings[zone] { return known }
        let used = windowZone ?? zones[zone]
        let state = window.state(at: startedAt, zone: used)
        var closing = state.isOpen ? state.closesAt : nil
        if closing == nil, let opening = state.opensAt { closing = window.state(at: opening, zone: used).closesAt }
        firstClosings[zone] = .some(closing)
        return closing
    }

    /// The freeze that holds at sites of a zone in a region, and when it ends.
    mutating func freeze(_ zone: Int, region: String) -> (name: String, until: Timestamp)? {
        guard !freezeOverridden, !settings.freezes.isEmpty else { return nil }
        if freezeEnds[zone] == nil {
            freezeEnds[zone] = settings.freezes.compactMap { freeze in
                freeze.state(at: now, zone: zones[zone]).map { (freeze, $0) }
            }
        }
        let holding = freezeEnds[zone]?.first { $0.freeze.regions.isEmpty || $0.freeze.regions.contains(region) }
        return holding.map { ($0.freeze.name, $0.until) }
    }
}
