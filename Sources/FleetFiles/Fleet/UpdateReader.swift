import FleetCore

/// An update as it was read, with the places that later checks point at.
struct ReadUpdate {
    var definition: UpdateDefinition
    var scope: FileScope
    var idPlace: Place?
    var releasePlace: Place?
    var selectorPlace: Place?
    /// Whether nothing is wrong in its file.
    var isSound = true
}

/// Reads one file of `updates/`.
struct UpdateReader {
    private static let keys = [
        "version", "id", "title", "release", "devices", "strategy", "offline", "window", "missed", "phases",
        "on-failure", "expires", "allow-downgrade", "approval", "in-flight", "starts-per-minute", "freeze-override",
        "seed",
    ]

    /// What a phase's gate is where it says nothing.
    var gateDefaults: Gate
    /// The names of the fleet's tags; nil if the devices could not be read.
    var knownTags: [String]?

    func read(_ root: YamlValue, scope: FileScope) -> ReadUpdate? {
        guard let map = root.map("an update", known: Self.keys) else { return nil }
        map.checkFormatVersion()
        let id = map.required("id", "patch-2.4.1")?.identifier()
        let release = map.required("release", "2.4.1")?.version()
        let selector = map.required("devices", "all")?.selector(knownTags: knownTags)
        let window = WindowReader.read(map["window"])
        let strategy = strategy(map)
        let title = map["title"]?.text()
        let options = options(map)
        guard let id, let release, let selector, let strategy else { return nil }
        var definition = UpdateDefinition(
            id: id, title: title ?? "", release: release, selector: selector, strategy: strategy, window: window)
        options(&definition)
        return ReadUpdate(
            definition: definition, scope: scope, idPlace: map["id"]?.place, releasePlace: map["release"]?.place,
            selectorPlace: map["devices"]?.place)
    }

    /// What else an update can say, to be set once the update exists.
    private func options(_ map: YamlMap) -> (inout UpdateDefinition) -> Void {
        let allowsDowngrade = map["allow-downgrade"]?.flag() ?? false
        let requiresApproval = GateReader.approval(map["approval"]) ?? false
        let inFlight = map["in-flight"]?.integer(in: 1...10_000_000)
        let startsPerMinute = map["starts-per-minute"]?.integer(in: 1...10_000_000)
        let freezeOverride = map["freeze-override"]?.text()
        let seed = map["seed"]?.integer(in: 0...Int.max).map(UInt64.init)
        return { update in
            update.allowsDowngrade = allowsDowngrade
            update.requiresApproval = requiresApproval
            update.inFlight = inFlight
            update.startsPerMinute = startsPerMinute
            update.freezeOverride = freezeOverride
            update.seed = seed
        }
    }

    private enum StrategyName: String, CaseIterable {
        case immediate, scheduled, progressive
        case onConnect = "on-connect"

        /// The keys that only this strategy knows.
        var ownKeys: [String] {
            switch self {
            case .immediate: ["offline"]
            case .scheduled: ["missed"]
            case .progressive: ["phases", "on-failure"]
            case .onConnect: ["expires"]
            }
        }
    }

    private func strategy(_ map: YamlMap) -> Strategy? {
        let names = StrategyName.allCases.map { ($0.rawValue, $0) }
        guard let name = map.required("strategy", "progressive")?.choice(names) else { return nil }
        refuseForeignKeys(map, name)
        switch name {
        case .immediate:
            return .immediate(offline: map["offline"]?.choice([("skip", .skip), ("queue", .queue)]) ?? .skip)
        case .scheduled:
            _ = map.required("window", "{local: \"02:00-04:00\"}")
            let policies: [(String, MissedPolicy)] = [
                ("next-window", .nextWindow), ("on-connect", .onConnect), ("skip", .skip),
            ]
            return .scheduled(missed: map["missed"]?.choice(policies) ?? .nextWindow)
        case .progressive:
            let policies: [(String, FailurePolicy)] = [("roll-back", .rollBack), ("pause", .pause)]
            let onFailure = map["on-failure"]?.choice(policies) ?? .rollBack
            return .progressive(phases: phases(map), onFailure: onFailure)
        case .onConnect: return .onConnect(expires: map["expires"]?.duration(atLeast: .seconds(1)))
        }
    }

    /// A key of another strategy would do nothing here, and its author believes that it does.
    private func refuseForeignKeys(_ map: YamlMap, _ name: StrategyName) {
        for other in StrategyName.allCases where other != name {
            for key in other.ownKeys where map.has(key) {
                map.error(
                    at: key, "`\(key)` has no meaning in \(article(name)) update",
                    "remove it, or use `strategy: \(other.rawValue)`")
            }
        }
    }

    private func article(_ name: StrategyName) -> String {
        (name == .immediate || name == .onConnect ? "an " : "a ") + name.rawValue
    }

    private func phases(_ map: YamlMap) -> [PhaseDefinition] {
        guard let list = map.required("phases", "[{name: everyone, percent: 100}]"), let items = list.items(atMost: 100)
        else { return [] }
        if items.isEmpty { list.error("`phases` is empty", "name at least one phase, the last with `percent: 100`") }
        var phases: [PhaseDefinition] = []
        for item in items {
            guard let phase = phase(item, number: phases.count + 1, before: phases.last) else { continue }
            phases.append(phase)
        }
        if let last = phases.last, last.percent < 100, phases.count == items.count {
            list.document.scope.warning(
                items.last?.place, "the last phase ends at \(last.percent)%, so the other devices are never updated",
                "end with `percent: 100`")
        }
        return phases
    }

    private func phase(_ item: YamlValue, number: Int, before: PhaseDefinition?) -> PhaseDefinition? {
        guard let map = item.map("a phase", known: ["name", "percent", "gate", "wait"]) else { return nil }
        let name = map["name"]?.text() ?? "phase \(number)"
        let gate = GateReader.read(map["gate"], defaults: gateDefaults)
        let wait = map["wait"]?.duration() ?? .zero
        guard let value = map.required("percent", "100"), let percent = value.integer(in: 1...100) else { return nil }
        if let before, percent <= before.percent {
            value.error(
                "phase `\(name.shown)` reaches \(percent)% after `\(before.name)` with \(before.percent)%",
                "percentages are cumulative and must rise")
        }
        return PhaseDefinition(name: name, percent: percent, gate: gate, wait: wait)
    }
}

extension YamlMap {
    /// Notes a problem at a key.
    func error(at key: String, _ message: String, _ remedy: String) {
        scope.error(keyPlace(key), message, remedy)
    }
}
