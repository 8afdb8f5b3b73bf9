import FleetCore
import FleetEngine
import FleetJournal

/// Facts after which the probe stops by itself, should nobody kill it.
private let limit = 1_000_000

/// An engine whose terminals never come to rest, so that it keeps one checkpoint after another; it prints the number of
/// facts after each step as `durable`.
func keepCheckpoints(_ journal: SQLiteJournal) throws {
    var options = EngineLoop.Options()
    options.checkpointInterval = 1
    var now = Timestamp(milliseconds: 1_772_550_000_000 + Int64(journal.factCount) * 1000)
    var loop = try EngineLoop(log: journal, link: NoDeviceLink(), now: now, options: options)
    let origin = Origin(operatorName: "probe", source: "test")
    let devices = (0..<500).map {
        DeviceRecord(id: "pos-\($0)", site: "site-\($0)", firmware: Version(1, 0, 0), status: .online)
    }
    _ = loop.step([.command(.register(devices), origin, ticket: 0)], now: now)
    while journal.factCount < limit {
        now = now + .seconds(1)
        let count = UInt32(journal.factCount)
        let report = Report(device: DeviceIndex(count % 500), body: .contacted(firmware: Version(1, 0, count % 60_000)))
        _ = loop.step([.report(report)], now: now)
        say("durable \(journal.factCount)")
    }
}
