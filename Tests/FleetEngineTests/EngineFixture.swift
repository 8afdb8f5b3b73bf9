import FleetCore
import FleetEngine

/// A log that can be told to fail, and says what was durable when.
final class FailingLog: FactLog {
    private(set) var facts: [Fact] = []
    /// Appends that still succeed; nil: all do.
    var appendsLeft: Int?
    private(set) var appends = 0
    /// Whether it is still the engine's own.
    var isOwn = true

    func confirm() throws(FactLogError) {
        guard isOwn else { throw FactLogError("another engine runs here", remedy: "stop") }
    }

    func append(_ facts: [Fact]) throws(FactLogError) {
        if let left = appendsLeft {
            guard left > 0 else { throw FactLogError("the disk is full", remedy: "make room") }
            appendsLeft = left - 1
        }
        appends += 1
        self.facts += facts
    }

    func replay(_ body: ([Fact]) -> Void) { body(facts) }
}

/// A link that remembers what was sent, and how much was durable by then.
final class RecordingLink: DeviceLink {
    let log: FailingLog
    private(set) var sent: [(order: Order, durableFacts: Int)] = []

    init(_ log: FailingLog) { self.log = log }

    func send(_ orders: [Order]) { sent += orders.map { ($0, log.facts.count) } }
}

/// An engine with a few terminals. Its defaults exist only in tests.
struct EngineFixture {
    let log = FailingLog()
    let link: RecordingLink
    var loop: EngineLoop
    var now = Timestamp(milliseconds: 1_772_550_000_000)

    static let old = Version(1, 0, 0), new = Version(2, 0, 0)

    init(devices: Int = 5, options: EngineLoop.Options = EngineLoop.Options()) throws {
        link = RecordingLink(log)
        loop = try EngineLoop(log: log, link: link, now: now, options: options)
        command(.configure(FleetSettings(name: "fixture")))
        command(.addReleases([Release(version: Self.old), Release(version: Self.new)]))
        command(
            .register(
                (0..<devices).map {
                    DeviceRecord(
                        id: "pos-\($0)", site: "site-\($0)", region: "region-\($0 % 2)", firmware: Self.old,
                        status: .online)
                }))
        command(
            .draft(
                UpdateDefinition(
                    id: "u", release: Self.new, selector: .all, strategy: .immediate(offline: .skip))))
    }

    @discardableResult
    mutating func command(_ command: Command) -> EngineReply? {
        loop.step([.command(command, Origin(operatorName: "kim", source: "test"), ticket: 7)], now: now).first
    }

    mutating func contact(_ device: UInt32, _ firmware: Version) {
        let report = Report(device: DeviceIndex(device), body: .contacted(firmware: firmware))
        _ = loop.step([.report(report)], now: now)
    }
}
