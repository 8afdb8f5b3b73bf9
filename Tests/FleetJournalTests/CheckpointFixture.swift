import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import FleetJournal

/// The engine of a few terminals on a real journal. Its defaults exist only in tests.
struct CheckpointFixture {
    let directory: TemporaryDirectory
    var journal: SQLiteJournal
    var loop: EngineLoop
    var now = Timestamp(milliseconds: 1_772_550_000_000)

    static let old = Version(1, 0, 0), new = Version(2, 0, 0)

    /// - Parameter interval: Facts after which a checkpoint is kept.
    init(interval: UInt64 = .max, devices: Int = 12, in directory: TemporaryDirectory? = nil) throws {
        self.directory = try directory ?? TemporaryDirectory()
        journal = try self.directory.open()
        loop = try EngineLoop(log: journal, link: NoDeviceLink(), now: now, options: Self.options(interval))
        try run(.configure(FleetSettings(name: "shops")))
        try run(.addReleases([Release(version: Self.new)]))
        try run(
            .register(
                (0..<devices).map {
                    DeviceRecord(
                        id: "pos-\($0)", site: "site-\($0)", region: "region-\($0 % 2)", firmware: Self.old,
                        status: .online)
                }))
        try run(
            .draft(
                UpdateDefinition(
                    id: "u", release: Self.new, selector: .all, strategy: .immediate(offline: .queue))))
        try run(.start(update: "u"))
    }

    static func options(_ interval: UInt64) -> EngineLoop.Options {
        var options = EngineLoop.Options()
        options.checkpointInterval = interval
        options.checkpointAtEnd = 1
        return options
    }

    mutating func run(_ command: Command) throws {
        let origin = Origin(operatorName: "kim", source: "test")
        let reply = loop.step([.command(command, origin, ticket: 1)], now: now).first
        if let refusal = reply?.refusal { throw refusal }
    }

    /// Devices come to report, a minute apart; some finish, some fail, some turn bad.
    mutating func play(_ reports: Range<Int>) {
        for number in reports {
            now = now + .minutes(1)
            let device = DeviceIndex(UInt32(number * 7 % 12))
            let generation = loop.state.order(for: device)?.generation
            let bodies: [Report.Body] = [
                .reached(.installing), .contacted(firmware: number % 3 == 0 ? Self.old : Self.new),
                .gaveUp(FailureCause(code: "hash mismatch", isPermanent: false)), .restarted,
            ]
            let report = Report(device: device, generation: generation, body: bodies[number % 4])
            _ = loop.step([.report(report)], now: now)
        }
    }

    /// Ends in good order, with a checkpoint.
    mutating func end() throws {
        loop.shutDown(now: now)
        try journal.close()
    }
}

/// A log in front of a journal that knows no checkpoints.
final class EveryFact: FactLog {
    private let journal: SQLiteJournal

    init(_ journal: SQLiteJournal) { self.journal = journal }

    func append(_ facts: [Fact]) throws(FactLogError) { try journal.append(facts) }
    func replay(_ body: ([Fact]) -> Void) throws(FactLogError) { try journal.replay(body) }
}

extension TemporaryDirectory {
    var checkpoint: String { state + "/checkpoint" }

    /// What recovery gives, compared with a replay of everything. Gives the facts that the checkpoint spared.
    func expectTruth(sourceLocation: SourceLocation = #_sourceLocation) throws -> Int {
        for mode in [SQLiteJournal.Mode.readOnly, .readWrite] {
            let journal = try open(mode)
            let short = try EngineLoop(reading: journal), long = try EngineLoop(reading: EveryFact(journal))
            #expect(short.state == long.state, sourceLocation: sourceLocation)
            #expect(short.feed.facts == long.feed.facts, sourceLocation: sourceLocation)
            #expect(short.state.orders == long.state.orders, sourceLocation: sourceLocation)
            try journal.close()
        }
        return try sparedFacts()
    }

    /// Facts that need not be replayed.
    func sparedFacts(feedCapacity: Int = 10_000) throws -> Int {
        let journal = try open(.readOnly)
        var spared = 0, replayed = 0
        try journal.recover(feedCapacity: feedCapacity) {
            spared = Int($0.state.revision)
        } _: {
            replayed += $0.count
        }
        #expect(spared + replayed == journal.factCount)
        try journal.close()
        return spared
    }
}
