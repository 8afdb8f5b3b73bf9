@testable import Alerts
import FleetCore

/// A fleet whose rollouts are told fact by fact. Its defaults exist only here.
struct Story {
    var machine = FleetMachine()
    var now = Timestamp(milliseconds: 1_772_550_000_000)
    private(set) var facts: [Fact] = []

    static let release = Version(2, 0, 0)

    /// So many devices, one at a site each, all online.
    init(
        devices: Int = 4, status: DeviceStatus = .online, ids: (Int) -> String = { "pos-\($0)" },
        _ change: (inout FleetSettings) -> Void = { _ in }
    ) {
        var settings = FleetSettings(name: "shop")
        settings.limits.inFlight = 100_000
        settings.retry.attempts = 1
        change(&settings)
        machine.takeUp(now: now)
        command(.configure(settings))
        command(.addReleases([Release(version: Version(1, 0, 0)), Release(version: Self.release)]))
        command(
            .register(
                (0..<devices).map { index in
                    DeviceRecord(
                        id: ids(index), name: "Till", address: "", site: "site-\(index)", region: "north",
                        location: "", tags: [], timeZone: "Etc/UTC", firmware: Version(1, 0, 0), status: status)
                }))
    }

    mutating func command(_ command: Command) {
        if let refusal = machine.handle(command, Origin(operatorName: "kim", source: "test"), now: now) {
            preconditionFailure("\(refusal)")
        }
        settle()
    }

    mutating func pass(_ time: Duration) {
        now = now + time
        settle()
    }

    private mutating func settle() {
        machine.tick(now: now)
        facts += machine.takeFacts()
    }

    /// Drafts and starts an update of all devices.
    mutating func start(_ id: String, _ strategy: Strategy = .immediate(offline: .skip)) {
        command(.draft(UpdateDefinition(id: id, release: Self.release, selector: .all, strategy: strategy)))
        command(.start(update: id))
    }

    /// Two phases, each with a gate.
    static func phases(_ onFailure: FailurePolicy, timeout: Duration = .hours(72)) -> Strategy {
        var gate = Gate(threshold: 9000)
        gate.timeout = timeout
        return .progressive(
            phases: [
                PhaseDefinition(name: "canary", percent: 50, gate: gate),
                PhaseDefinition(name: "rest", percent: 100, gate: gate),
            ], onFailure: onFailure)
    }

    /// Every device under way says this.
    mutating func all(_ body: Report.Body) {
        for order in machine.state.orders {
            machine.handle(Report(device: order.device, generation: order.generation, body: body), now: now)
        }
        settle()
    }

    /// Every device under way installs, restarts, and reports the version it was to bring up.
    mutating func succeed() {
        let orders = machine.state.orders
        all(.reached(.installing))
        all(.restarted)
        for order in orders {
            machine.handle(Report(device: order.device, body: .contacted(firmware: order.release)), now: now)
        }
        settle()
    }

    mutating func report(_ device: DeviceIndex, _ firmware: Version) {
        machine.handle(Report(device: device, body: .contacted(firmware: firmware)), now: now)
        settle()
    }

    static let broken = FailureCause(code: "hash mismatch", isPermanent: true)

    /// The alerts of all facts.
    var alerts: [Alert] { Story.alerts(facts) }

    static func alerts(_ facts: [Fact]) -> [Alert] {
        var state = FleetState()
        let reader = AlertReader(fleet: "shop")
        return facts.compactMap { fact in
            state.apply(fact)
            return reader.alert(fact, number: state.revision, in: state)
        }
    }
}
