import FleetCore

/// Reads `simulation.yaml`.
struct SimulationReader {
    /// The names of the fleet's tags; nil if the devices could not be read.
    var knownTags: [String]?
    private(set) var profile = SimulationProfile()
    /// The devices that the file names, with their places.
    private(set) var namedDevices: [(name: String, place: Place?)] = []

    init(_ root: YamlValue, knownTags: [String]?) {
        self.knownTags = knownTags
        let keys = [
            "version", "seed", "start", "answer", "bytes-per-second", "install", "restart", "returns", "failures",
        ]
        guard let map = root.map("a simulation", known: keys) else { return }
        map.checkFormatVersion()
        if let seed = map["seed"]?.integer(in: 0...Int.max) { profile.seed = UInt64(seed) }
        profile.start = map["start"].flatMap(Self.moment)
        if let span = map["answer"].flatMap(Self.durations) { profile.answer = span }
        if let span = map["install"].flatMap(Self.durations) { profile.install = span }
        if let span = map["restart"].flatMap(Self.durations) { profile.restart = span }
        if let span = map["bytes-per-second"].flatMap(Self.rates) { profile.bytesPerSecond = span }
        for item in map["returns"]?.items(atMost: 100_000) ?? [] { readReturn(item) }
        for item in map["failures"]?.items() ?? [] { readFailure(item) }
    }

    private static func moment(_ value: YamlValue) -> Timestamp? {
        guard let text = value.text() else { return nil }
        guard let moment = Timestamp(iso: text) else {
            value.error(
                "`\(text.shown)` is not a time", "write it in ISO 8601 with its zone, like 2026-03-03T12:00:00Z")
            return nil
        }
        guard Timestamp.nameable.contains(moment) else {
            value.error("`\(text.shown)` is not in the years 1970 to 2999", "name a moment of those years")
            return nil
        }
        return moment
    }

    /// The two ends of a span `1s to 20s`; one value stands for both.
    private static func ends(_ value: YamlValue) -> (String, String)? {
        guard let text = value.text() else { return nil }
        let words = text.split(separator: " ")
        if words.count == 1 { return (text, text) }
        if words.count == 3, words[1] == "to" { return (String(words[0]), String(words[2])) }
        value.error(value.named("is `\(text.shown)`, not a span"), "write it like `1s to 20s`")
        return nil
    }

    private static func durations(_ value: YamlValue) -> ClosedRange<Duration>? {
        guard let (low, high) = ends(value) else { return nil }
        guard let from = DurationText.parse(low), let to = DurationText.parse(high), from <= to else {
            value.error(value.named("is not a span of time"), "write the shorter first, like `1s to 20s`")
            return nil
        }
        return from...to
    }

    private static func rates(_ value: YamlValue) -> ClosedRange<Int64>? {
        guard let (low, high) = ends(value) else { return nil }
        guard let from = Int64(low), let to = Int64(high), from >= 1, from <= to else {
            value.error(
                value.named("is not a span of bytes a second"), "write the smaller first, like `20000 to 200000`")
            return nil
        }
        return from...to
    }

    private mutating func readReturn(_ item: YamlValue) {
        guard let map = item.map("a return", known: ["device", "after", "stays"]) else { return }
        let device = map.required("device", "pos-la-001")?.text()
        let after = map.required("after", "3h")?.duration()
        let stays = map["stays"]?.duration(atLeast: .seconds(1))
        guard let device, let after else { return }
        namedDevices.append((device, map["device"]?.place))
        profile.returns.append(SimulatedReturn(device: device, after: after, stays: stays))
    }

    private mutating func readFailure(_ item: YamlValue) {
        guard let map = item.map("a failure rule", known: ["release", "devices", "rate", "kinds"]) else { return }
        let release = map["release"]?.version()
        let devices = map.has("devices") ? map["devices"]?.selector(knownTags: knownTags) : .all
        let rate = map.required("rate", "2%")?.basisPoints()
        let list = map.required("kinds", "[{kind: gives-up, cause: hash mismatch}]")
        let kinds = list?.items()?.compactMap(Self.kind) ?? []
        if let list, kinds.isEmpty { list.error("a failure rule without kinds", "say what goes wrong") }
        guard let rate, let devices else { return }
        profile.failures.append(SimulatedFailureRule(release: release, devices: devices, rate: rate, kinds: kinds))
    }

    private enum Kind: String, CaseIterable {
        case givesUp = "gives-up"
        case keepsOldRelease = "keeps-old-release"
        case fallsSilent = "falls-silent"
    }

    private static func kind(_ item: YamlValue) -> WeightedFailure? {
        let keys = ["kind", "weight", "cause", "permanent", "step", "for"]
        guard let map = item.map("a kind of failure", known: keys) else { return nil }
        let kinds = Kind.allCases.map { ($0.rawValue, $0) }
        guard let kind = map.required("kind", "gives-up")?.choice(kinds) else { return nil }
        let weight = map["weight"]?.integer(in: 1...1_000_000) ?? 1
        refuseForeignKeys(map, kind)
        return failure(kind, map).map { WeightedFailure($0, weight: weight) }
    }

    private static func refuseForeignKeys(_ map: YamlMap, _ kind: Kind) {
        let own = kind == .givesUp ? ["cause", "permanent", "step"] : kind == .fallsSilent ? ["for"] : []
        for key in ["cause", "permanent", "step", "for"] where map.has(key) && !own.contains(key) {
            map.error(at: key, "`\(key)` has no meaning for `\(kind.rawValue)`", "remove it")
        }
    }

    private static func failure(_ kind: Kind, _ map: YamlMap) -> SimulatedFailure? {
        switch kind {
        case .keepsOldRelease: return .keepsOldRelease
        case .fallsSilent: return .fallsSilent(map["for"]?.duration(atLeast: .seconds(1)))
        case .givesUp:
            guard let cause = map.required("cause", "hash mismatch")?.text() else { return nil }
            let steps = AttemptStep.allCases.map { ($0.description, $0) }
            let step = map["step"]?.choice(steps) ?? .installing
            return .givesUp(FailureCause(code: cause, isPermanent: map["permanent"]?.flag() ?? false), at: step)
        }
    }
}
