import FleetCore

/// A chain of stores in the regions of the sample fleet, of any size, with terminals that behave like a real chain's:
/// most are online on a mix of releases, some are away for a day, a few were never seen, and one region's mirror
/// serves broken downloads.
public struct FleetGenerator: Sendable {
    /// Terminals to make, at least 1.
    public var devices: Int
    /// What everything is drawn from: the same seed and size give the same chain.
    public var seed: UInt64
    /// The release that the chain's update brings.
    public var release: Release
    /// The region whose mirror is bad.
    public var badRegion = "west"

    /// What was made.
    public struct Chain: Hashable, Sendable {
        /// The terminals, store by store.
        public var devices: [DeviceRecord]
        /// How they behave. Without a start.
        public var simulation: SimulationProfile
        /// A progressive update with a small canary, `chain-VERSION`.
        public var update: UpdateDefinition
    }

    /// A generator of a chain of so many terminals, for an update to this release.
    public init(devices: Int, seed: UInt64 = 1, release: Release) {
        self.devices = max(1, devices)
        self.seed = seed
        self.release = release
    }

    /// Makes the chain.
    public func chain() -> Chain {
        var records: [DeviceRecord] = []
        records.reserveCapacity(devices)
        var store = 0
        while records.count < devices {
            store += 1
            records += terminals(ofStore: store, atMost: devices - records.count)
        }
        return Chain(devices: records, simulation: profile(records), update: update)
    }

    /// A draw for a thing of the chain: 0..<count.
    private func draw(_ what: String, _ count: Int) -> Int {
        Int(StableHash.of(what, seed: seed) % UInt64(max(1, count)))
    }

    private func terminals(ofStore store: Int, atMost most: Int) -> [DeviceRecord] {
        let region = pick(Region.all, draw("region \(store)", 100)) { $0.share }
        let city = region.cities[draw("city \(store)", region.cities.count)]
        let size = pick(Self.storeSizes, draw("size \(store)", 100)) { $0.share }
        let number = String(repeating: "0", count: max(0, 4 - "\(store)".count)) + "\(store)"
        let street = Self.streets[draw("street \(store)", Self.streets.count)]
        let firmware = pick(Self.firmwares, draw("firmware \(store)", 100)) { $0.share }.version
        return (1...min(size.terminals, most)).map { place in
            let id = "pos-\(city.code)-\(number)-\(place)"
            return DeviceRecord(
                id: id, name: "\(street) - Terminal \(place)", address: "https://\(id).retailcorp.com:8443",
                site: "\(city.code.uppercased())-\(number)", region: region.name, location: city.name,
                tags: [Tag("priority", size.priority), Tag("type", size.type)], timeZone: region.timeZone,
                firmware: terminalFirmware(id, store: firmware), status: status(id))
        }
    }

    /// Most terminals run what their store runs.
    private func terminalFirmware(_ id: String, store: Version) -> Version {
        guard draw("strays \(id)", 100) < 12 else { return store }
        return pick(Self.firmwares, draw("stray \(id)", 100)) { $0.share }.version
    }

    private func status(_ id: String) -> DeviceStatus {
        switch draw("status \(id)", 1000) {
        case ..<4: .unknown
        case ..<44: .offline
        default: .online
        }
    }

    private func pick<Choice>(_ choices: [Choice], _ draw: Int, share: (Choice) -> Int) -> Choice {
        var place = draw
        for choice in choices.dropLast() {
            place -= share(choice)
            if place < 0 { return choice }
        }
        return choices[choices.count - 1]
    }
}

// MARK: - What it is made of

extension FleetGenerator {
    private struct StoreSize {
        var share: Int, terminals: Int, type: String, priority: String
    }

    private static let storeSizes = [
        StoreSize(share: 14, terminals: 1, type: "kiosk", priority: "low"),
        StoreSize(share: 22, terminals: 2, type: "standard", priority: "medium"),
        StoreSize(share: 22, terminals: 3, type: "standard", priority: "medium"),
        StoreSize(share: 16, terminals: 4, type: "standard", priority: "medium"),
        StoreSize(share: 10, terminals: 5, type: "outlet", priority: "medium"),
        StoreSize(share: 8, terminals: 6, type: "flagship", priority: "high"),
        StoreSize(share: 8, terminals: 8, type: "flagship", priority: "high"),
    ]

    private static let firmwares = [
        (share: 34, version: Version(2, 5, 0)), (share: 22, version: Version(2, 4, 1)),
        (share: 16, version: Version(2, 4, 0)), (share: 12, version: Version(2, 3, 1)),
        (share: 8, version: Version(2, 2, 8)), (share: 5, version: Version(2, 1, 5)),
        (share: 3, version: Version(2, 0, 5)),
    ]

    private static let streets = [
        "Main Street", "Market Square", "Union Station", "Riverside Mall", "Oak Avenue", "Harbor Point", "Airport",
        "University", "Lakeview Center", "Old Town", "Grand Avenue", "Central Plaza",
    ]

    private var update: UpdateDefinition {
        func phase(_ name: String, _ percent: Int, _ threshold: Int, wait: Duration) -> PhaseDefinition {
            PhaseDefinition(name: name, percent: percent, gate: Gate(threshold: threshold), wait: wait)
        }
        let phases = [
            phase("canary", 1, 9000, wait: .hours(1)), phase("pilot", 10, 9300, wait: .hours(2)),
            phase("early", 30, 9700, wait: .hours(4)), phase("broad", 60, 9700, wait: .hours(4)),
            phase("everyone", 100, 9700, wait: .zero),
        ]
        return UpdateDefinition(
            id: "chain-\(release.version)", title: "New till screen, chain-wide", release: release.version,
            selector: .all, strategy: .progressive(phases: phases, onFailure: .rollBack))
    }

    private func profile(_ records: [DeviceRecord]) -> SimulationProfile {
        var profile = SimulationProfile()
        profile.seed = seed
        // A download takes 20 seconds to 4 minutes, whatever the size of the sample's files.
        let size = max(240, release.size)
        profile.bytesPerSecond = size / 240...size / 20
        profile.returns = records.compactMap(simulatedReturn)
        profile.failures = [badMirror, baseFailures].compactMap { $0 }
        return profile
    }

    /// Nine in ten of those that are away come back within two days.
    private func simulatedReturn(_ record: DeviceRecord) -> SimulatedReturn? {
        guard record.status == .offline, draw("returns \(record.id)", 10) < 9 else { return nil }
        return SimulatedReturn(device: record.id, after: .minutes(20 + draw("after \(record.id)", 46 * 60)))
    }

    private var badMirror: SimulatedFailureRule? {
        guard let devices = try? Selector(parsing: "region = \(badRegion)") else { return nil }
        return SimulatedFailureRule(
            release: release.version, devices: devices, rate: 6500,
            kinds: [
                WeightedFailure(
                    .givesUp(FailureCause(code: "hash mismatch", isPermanent: false), at: .downloading), weight: 40),
                WeightedFailure(.givesUp(FailureCause(code: "disk full", isPermanent: false), at: .installing)),
            ])
    }

    private var baseFailures: SimulatedFailureRule? {
        SimulatedFailureRule(
            release: release.version, rate: 120,
            kinds: [
                WeightedFailure(
                    .givesUp(FailureCause(code: "hash mismatch", isPermanent: false), at: .downloading), weight: 5),
                WeightedFailure(
                    .givesUp(FailureCause(code: "disk full", isPermanent: false), at: .installing), weight: 8),
                WeightedFailure(
                    .givesUp(FailureCause(code: "wrong model", isPermanent: true), at: .offered), weight: 1),
                WeightedFailure(.keepsOldRelease, weight: 2), WeightedFailure(.fallsSilent(.hours(6)), weight: 2),
            ])
    }
}
