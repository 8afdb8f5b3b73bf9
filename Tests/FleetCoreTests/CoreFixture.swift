@testable import FleetCore

/// A fleet for tests of the core. Its defaults exist only here.
struct CoreFixture {
    var machine = FleetMachine()
    var now = Timestamp(milliseconds: 1_772_550_000_000)

    static let old = Version(1, 0, 0), new = Version(2, 0, 0)

    /// `sites` stores of `terminals` each, in regions `region-0`, `region-1` and so on, all online.
    init(
        sites: Int = 4, terminals: Int = 2, regions: Int = 2, settings change: (inout FleetSettings) -> Void = { _ in }
    ) {
        var settings = FleetSettings(name: "fixture")
        change(&settings)
        machine.takeUp(now: now)
        command(.configure(settings))
        command(.addReleases([Release(version: Self.old), Release(version: Self.new)]))
        let records = (0..<sites).flatMap { site in
            (0..<terminals).map { Self.record(site: site, terminal: $0, regions: regions) }
        }
        command(.register(records))
    }

    static func record(site: Int, terminal: Int, regions: Int = 2) -> DeviceRecord {
        DeviceRecord(
            id: "pos-\(site)-\(terminal)", name: "Terminal \(terminal)", address: "https://pos-\(site)-\(terminal)",
            site: "site-\(site)", region: "region-\(site % regions)", location: "Town \(site)",
            tags: [Tag("type", site % 3 == 0 ? "flagship" : "standard")],
            timeZone: site % 2 == 0 ? "America/New_York" : "America/Phoenix", firmware: old, status: .online)
    }

    @discardableResult
    mutating func command(_ command: Command) -> Refusal? {
        let refusal = machine.handle(command, Origin(operatorName: "kim", source: "test"), now: now)
        machine.tick(now: now)
        return refusal
    }

    /// Gives a command as somebody else than the fixture does.
    @discardableResult
    mutating func command(_ command: Command, _ origin: Origin) -> Refusal? {
        let refusal = machine.handle(command, origin, now: now)
        machine.tick(now: now)
        return refusal
    }

    mutating func report(_ id: String, _ body: Report.Body, generation: UInt32? = nil) {
        guard let device = machine.state.devices.index(of: id) else { return }
        let current = machine.state.order(for: device)?.generation
        machine.handle(Report(device: device, generation: generation ?? current, body: body), now: now)
        machine.tick(now: now)
    }

    @discardableResult
    mutating func introduce(_ id: String, _ attributes: [Tag] = [], firmware: Version? = nil) -> Refusal? {
        let introduction = Introduction(id: id, attributes: attributes, firmware: firmware)
        let refusal = machine.handle(introduction, now: now)
        machine.tick(now: now)
        return refusal
    }

    /// What a device is in the registry.
    func lifecycle(_ id: String) -> DeviceLifecycle? {
        machine.state.devices.index(of: id).map(machine.state.devices.lifecycle)
    }

    mutating func pass(_ duration: Duration) {
        now = now + duration
        machine.tick(now: now)
    }

    /// An immediate update of everything to the new release.
    static func update(_ id: String = "u", strategy: Strategy = .immediate(offline: .queue)) -> UpdateDefinition {
        UpdateDefinition(id: id, release: new, selector: .all, strategy: strategy)
    }

    mutating func start(_ definition: UpdateDefinition) {
        command(.draft(definition))
        command(.start(update: definition.id))
    }

    func state(_ update: String, _ device: String) -> AssignmentState? {
        guard let record = machine.state.update(update), let index = machine.state.devices.index(of: device),
            let position = record.assignments.position(of: index)
        else { return nil }
        return record.assignments.state(position)
    }
}
