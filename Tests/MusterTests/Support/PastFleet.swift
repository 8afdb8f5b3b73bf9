import FleetCore
import FleetEngine
import FleetJournal
import Foundation

/// A scratch fleet with a past whose every moment is known: two operators, one refusal, one update that was started,
/// paused and resumed.
struct PastFleet {
    /// When the engine started.
    static let start = Timestamp(iso: "2026-03-03T15:00:00Z") ?? .distantPast
    static let update = "past"

    let scratch: ScratchFleet
    /// What the journal holds.
    let facts: [Fact]

    init() throws {
        scratch = try ScratchFleet()
        try FileManager.default.createDirectory(atPath: scratch.state, withIntermediateDirectories: true)
        let journal = try SQLiteJournal.open(directory: scratch.state, fleet: "sample-fleet", mode: .readWrite)
        var loop = try EngineLoop(log: journal, link: NoDeviceLink(), now: Self.start)
        Self.prepare(&loop)
        Self.operate(&loop)
        try journal.close()
        facts = try Audit(scratch).facts
    }

    private static func prepare(_ loop: inout EngineLoop) {
        let files = Origin(operatorName: "kim", source: "files")
        let devices = (0..<4).map {
            DeviceRecord(
                id: "till-\($0)", site: "store-\($0)", region: "west", firmware: Version(1, 0, 0), status: .online)
        }
        let update = UpdateDefinition(
            id: update, release: Version(2, 0, 0), selector: .all, strategy: .immediate(offline: .skip))
        let commands: [Command] = [
            .configure(FleetSettings(name: "sample-fleet")), .addReleases([Release(version: Version(2, 0, 0))]),
            .register(devices), .draft(update),
        ]
        _ = loop.step(commands.map { .command($0, files, ticket: 0) }, now: start)
    }

    private static func operate(_ loop: inout EngineLoop) {
        let steps: [(minute: Int, Command, who: String, reason: String)] = [
            (1, .start(update: update), "kim", ""),
            (2, .pause(update: update), "lee", "tills are slow, \u{1b}[31m\"wait\"\u{1b}[0m"),
            (3, .cancel(update: "nope"), "lee", "wrong one"),
            (4, .resume(update: update), "kim", ""),
        ]
        for (minute, command, who, reason) in steps {
            let origin = Origin(operatorName: who, source: "console", reason: reason)
            _ = loop.step([.command(command, origin, ticket: 0)], now: start + .minutes(minute))
        }
    }

    /// Runs the program; `FLEET` stands for the fleet's directory.
    func run(_ arguments: String...) throws -> MusterRun {
        try MusterRun(arguments.map { $0 == "FLEET" ? scratch.fleet : $0 }, scratch)
    }

    /// The number of the first fact of this kind.
    func number(where isMeant: (Event) -> Bool) -> Int {
        (facts.firstIndex { isMeant($0.event) } ?? -2) + 1
    }

    /// The numbers of the facts that are of commands.
    var commands: [Int] {
        facts.indices.filter { facts[$0].event.kind == .commandAccepted || facts[$0].event.kind == .commandRefused }
            .map { $0 + 1 }
    }
}
