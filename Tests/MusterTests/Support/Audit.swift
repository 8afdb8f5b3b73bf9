import FleetCore
import FleetEngine
import FleetJournal

/// What the journal of a scratch fleet says happened.
struct Audit {
    let facts: [Fact]

    /// Reads the journal as it stands, without changing it.
    init(directory: String, fleet: String = "sample-fleet") throws {
        let journal = try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly)
        var facts: [Fact] = []
        try journal.replay { facts += $0 }
        try journal.close()
        self.facts = facts
    }

    init(_ scratch: ScratchFleet) throws { try self.init(directory: scratch.state) }

    /// Commands that were carried out, in order.
    var accepted: [CommandRecord] {
        facts.compactMap { if case .commandAccepted(let command) = $0.event { command } else { nil } }
    }

    /// Commands that a person gave at a console, but for the end of its engine.
    var operatorCommands: [CommandRecord] {
        accepted.filter { $0.origin.source == "console" && $0.verb != "stop" }
    }

    /// How often a console's command of this word was carried out.
    func count(of verb: String) -> Int { operatorCommands.filter { $0.verb == verb }.count }
}
