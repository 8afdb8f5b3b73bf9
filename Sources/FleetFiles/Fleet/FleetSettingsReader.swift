import FleetCore

/// Reads `fleet.yaml`.
struct FleetSettingsReader {
    private static let keys = [
        "version", "name", "time-zone", "zones", "sites", "heartbeat", "limits", "floor", "freezes", "gate", "retry",
        "deadlines", "access", "four-eyes", "alerts", "push",
    ]

    /// What a fleet is called that has no name; its file is refused.
    static let unnamed = ""

    var settings = FleetSettings(name: FleetSettingsReader.unnamed)
    var zones = ZoneMap()
    /// The regions and sites that the file names, with their places.
    var namedRegions: [(name: String, place: Place?)] = []
    var namedSites: [(name: String, place: Place?)] = []
    /// What leaves the box by itself; nil: nothing.
    private(set) var alerts: AlertReader?
    /// How terminals are driven by SSH; nil: they are not.
    private(set) var push: PushReader?
    /// Whether that is all that the file says of alerts.
    private(set) var knowsAlerts = false

    init(_ root: YamlValue?) {
        guard let map = root?.map("a fleet", known: Self.keys) else { return }
        map.checkFormatVersion()
        if let name = map.required("name", "my-fleet")?.identifier() { settings.name = name }
        if let zone = map["time-zone"]?.zone() { settings.timeZone = zone }
        zones.fleet = settings.timeZone
        readZones(map)
        readHeartbeat(map["heartbeat"])
        readLimits(map["limits"])
        readFloor(map["floor"])
        readFreezes(map["freezes"])
        settings.gateDefaults = GateReader.read(map["gate"], defaults: Gate())
        readRetry(map["retry"])
        let offered = readDeadlines(map["deadlines"])
        warnOfHastyDeadline(offered ?? map["heartbeat"])
        settings.access = AccessReader.read(map["access"])
        readFourEyes(map["four-eyes"])
        let errorsBefore = map.scope.log.errorCount
        alerts = map["alerts"].flatMap { AlertReader($0) }
        // A key that was probably meant to be this one says that there are some.
        knowsAlerts = map.scope.log.errorCount == errorsBefore && !map.mistyped.contains("alerts")
        push = map["push"].flatMap { PushReader($0) }
        push?.check(settings.deadlines)
    }

    private mutating func readZones(_ map: YamlMap) {
        if let regions = map["zones"]?.table("regions with their time zones") {
            for region in regions.keys {
                zones.regions[region] = regions[region]?.zone()
                namedRegions.append((region, regions.keyPlace(region)))
            }
        }
        if let sites = map["sites"]?.table("sites with their time zones") {
            for site in sites.keys {
                zones.sites[site] = sites[site]?.zone()
                namedSites.append((site, sites.keyPlace(site)))
            }
        }
    }

    private mutating func readHeartbeat(_ value: YamlValue?) {
        guard let map = value?.map("a heartbeat", known: ["every", "missed"]) else { return }
        if let every = map["every"]?.duration(atLeast: .seconds(1)) { settings.heartbeat = every }
        if let missed = map["missed"]?.integer(in: 1...1000) { settings.missedHeartbeats = missed }
    }

    private mutating func readLimits(_ value: YamlValue?) {
        let keys = ["in-flight", "per-region", "per-site", "starts-per-minute", "ramp", "bytes-per-second-per-region"]
        guard let map = value?.map("limits", known: keys) else { return }
        if let limit = map["in-flight"]?.integer(in: 1...10_000_000) { settings.limits.inFlight = limit }
        settings.limits.inFlightPerRegion = map["per-region"]?.integer(in: 1...10_000_000)
        settings.limits.inFlightPerSite = map["per-site"]?.integer(in: 1...10_000_000)
        settings.limits.startsPerMinute = map["starts-per-minute"]?.integer(in: 1...10_000_000)
        settings.limits.ramp = map["ramp"]?.duration()
        settings.limits.bytesPerSecondPerRegion =
            map["bytes-per-second-per-region"]?.integer(in: 1...1_000_000_000_000).map(Int64.init)
        if settings.limits.ramp != nil, settings.limits.startsPerMinute == nil {
            map["ramp"]?.error("`ramp` without `starts-per-minute`", "say how many starts the ramp leads to")
        }
    }

    private mutating func readFloor(_ value: YamlValue?) {
        guard let map = value?.map("a site floor", known: ["untouched", "applies-from"]) else { return }
        if let untouched = map["untouched"]?.integer(in: 0...1_000_000) { settings.floor.untouched = untouched }
        if let from = map["applies-from"]?.integer(in: 1...1_000_000) { settings.floor.appliesFrom = from }
        if settings.floor.untouched >= settings.floor.appliesFrom {
            value?.error(
                "a floor of \(settings.floor.untouched) at sites of \(settings.floor.appliesFrom) lets none of them update",
                "`applies-from` must be larger than `untouched`")
        }
    }

    private mutating func readFreezes(_ value: YamlValue?) {
        for item in value?.items() ?? [] {
            guard let map = item.map("a freeze", known: ["name", "from", "until", "regions"]) else { continue }
            let name = map.required("name", "holiday trading")?.text()
            let from = map.required("from", "2026-11-23T00:00").flatMap(Self.localTime)
            let until = map.required("until", "2026-12-02T00:00").flatMap(Self.localTime)
            let regions = map["regions"]?.items()?.compactMap { $0.text() } ?? []
            guard let name, let from, let until else { continue }
            if until <= from {
                map["until"]?.error(
                    "freeze `\(name.shown)` ends before it begins", "`until` is the first moment after it")
            }
            settings.freezes.append(Freeze(name: name, from: from, until: until, regions: regions))
        }
    }

    private static func localTime(_ value: YamlValue) -> LocalDateTime? {
        guard let text = value.text() else { return nil }
        if let date = LocalDate(iso: text) { return LocalDateTime(date: date, secondOfDay: 0) }
        if let moment = LocalDateTime(iso: text) { return moment }
        value.error(value.named("is `\(text.shown)`, not a local time"), "write it like 2026-11-23T00:00 or 2026-11-23")
        return nil
    }

    private mutating func readRetry(_ value: YamlValue?) {
        guard let map = value?.map("a retry policy", known: ["attempts", "backoff", "maximum"]) else { return }
        if let attempts = map["attempts"]?.integer(in: 1...100) { settings.retry.attempts = attempts }
        if let backoff = map["backoff"]?.duration() { settings.retry.backoff = backoff }
        if let maximum = map["maximum"]?.duration() { settings.retry.maximumBackoff = maximum }
        if settings.retry.maximumBackoff < settings.retry.backoff {
            value?.error("`maximum` is shorter than `backoff`", "the pauses grow from `backoff` to `maximum`")
        }
    }

    private mutating func readFourEyes(_ value: YamlValue?) {
        guard let map = value?.map("what needs two people", known: ["update-over", "rollback-over"]) else { return }
        let sizes = 0...10_000_000
        settings.fourEyes.updateOver = map["update-over"]?.integer(in: sizes)
        settings.fourEyes.rollbackOver = map["rollback-over"]?.integer(in: sizes)
        if map.isEmpty {
            value?.error("`four-eyes` names no size", "say `update-over` or `rollback-over`, or leave it out")
        }
    }

    /// - Returns: What the file says of the first step.
    private mutating func readDeadlines(_ value: YamlValue?) -> YamlValue? {
        let keys = ["offered", "downloading", "installing", "confirming"]
        guard let map = value?.map("deadlines", known: keys) else { return nil }
        let shortest = Duration.seconds(1)
        if let limit = map["offered"]?.duration(atLeast: shortest) { settings.deadlines.offered = limit }
        if let limit = map["downloading"]?.duration(atLeast: shortest) { settings.deadlines.downloading = limit }
        if let limit = map["installing"]?.duration(atLeast: shortest) { settings.deadlines.installing = limit }
        if let limit = map["confirming"]?.duration(atLeast: shortest) { settings.deadlines.confirming = limit }
        return map["offered"]
    }

    /// Devices without an order are told to call in once a heartbeat: one that is given up before cannot have heard of it.
    private func warnOfHastyDeadline(_ value: YamlValue?) {
        guard settings.deadlines.offered < settings.heartbeat else { return }
        value?.document.scope.warning(
            value?.place,
            "`offered` of `deadlines`, \(DurationText.short(settings.deadlines.offered)), is shorter than `every` of "
                + "`heartbeat`, \(DurationText.short(settings.heartbeat)): a terminal that calls in may be given up before "
                + "it has heard of its order",
            "make `offered` longer than `every`, or let terminals call in more often")
    }
}
