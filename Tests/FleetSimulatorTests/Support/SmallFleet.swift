import FleetCore
import FleetEngine
import FleetSimulator

/// Small fleets with terminals that take exactly as long as a test can count: 1 s to answer, 1 s to download, 60 s to
/// install, 30 s to restart.
enum SmallFleet {
    /// A Tuesday, noon in New York.
    static let start = Timestamp(milliseconds: 1_772_557_200_000)
    static let old = Version(1, 0, 0)
    static let new = Version(2, 0, 0)
    /// From a start until the terminal has confirmed.
    static let whole = Duration.seconds(92)

    static func device(
        _ id: String, site: String? = nil, region: String = "east", zone: String = "America/New_York",
        firmware: Version = old, status: DeviceStatus = .online
    ) -> DeviceRecord {
        DeviceRecord(
            id: id, site: site ?? "S-\(id)", region: region, timeZone: zone, firmware: firmware, status: status)
    }

    /// So many terminals, each in a store of its own.
    static func devices(_ count: Int, status: DeviceStatus = .online) -> [DeviceRecord] {
        (1...count).map { device(name($0), status: status) }
    }

    /// `t-01`, `t-02` ...
    static func name(_ number: Int) -> String { number < 10 ? "t-0\(number)" : "t-\(number)" }

    static func update(
        _ strategy: Strategy, id: String = "u", release: Version = new, devices: String = "all",
        window: WindowSchedule? = nil
    ) throws -> UpdateDefinition {
        UpdateDefinition(
            id: id, release: release, selector: try Selector(parsing: devices), strategy: strategy, window: window)
    }

    static func phase(
        _ percent: Int, threshold: Int = 9500, wait: Duration = .zero, _ change: (inout Gate) -> Void = { _ in }
    ) -> PhaseDefinition {
        var gate = Gate(threshold: threshold)
        change(&gate)
        return PhaseDefinition(name: "p\(percent)", percent: percent, gate: gate, wait: wait)
    }

    static func script(
        _ devices: [DeviceRecord], _ updates: UpdateDefinition...,
        change: (inout HeadlessScript) throws -> Void = { _ in }
    ) rethrows -> HeadlessScript {
        var profile = SimulationProfile()
        profile.answer = .seconds(1)...(.seconds(1))
        profile.bytesPerSecond = 1000...1000
        profile.install = .seconds(60)...(.seconds(60))
        profile.restart = .seconds(30)...(.seconds(30))
        let releases = [(1, 1), (2, 2), (3, 3)].map { number, digit in
            Release(
                version: Version(UInt32(number), 0, 0),
                artifacts: [
                    Artifact(name: "app.bin", size: 1000, sha256: String(repeating: "\(digit)", count: 64))
                ])
        }
        var script = HeadlessScript(
            settings: FleetSettings(name: "small"), devices: devices, releases: releases, updates: updates,
            starts: updates.map(\.id), profile: profile, start: start)
        try change(&script)
        return script
    }

    /// A rule by which these devices always fail in this way.
    static func failing(
        _ selector: String, _ kind: SimulatedFailure, rate: Int = 10_000, release: Version? = new
    ) throws -> SimulatedFailureRule {
        SimulatedFailureRule(
            release: release, devices: try Selector(parsing: selector), rate: rate, kinds: [WeightedFailure(kind)])
    }
}

/// A moment of a small fleet's run, from its start.
func after(_ duration: Duration) -> Timestamp { SmallFleet.start + duration }
