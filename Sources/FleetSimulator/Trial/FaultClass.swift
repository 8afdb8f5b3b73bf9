/// What a trial can make go wrong.
public enum FaultClass: String, CaseIterable, Hashable, Sendable {
    // Devices.
    /// Away for days, back with the fleet moved on.
    case away
    /// A link that comes and goes.
    case flapping
    /// Power lost during a download, an installation, or at rest.
    case powerCut = "power-cut"
    /// Says that it is done and runs the old release.
    case lie
    /// Restarts after an installation and is not heard of.
    case silence
    /// Gives up every attempt.
    case refusal
    /// Reports of orders that are stale, not yet given, or somebody else's, twice and out of turn.
    case babble
    /// A second terminal under the id of the first.
    case twin
    /// Reports of a terminal that the registry does not know.
    case stranger

    // Network.
    case loss
    case duplication
    case reordering
    /// A store, or a set of terminals, that cannot be reached for a while.
    case partition

    // Journal.
    /// A write that fails: nothing of the commit is there.
    case failedWrite = "failed-write"
    /// A write of which a part is there.
    case tornWrite = "torn-write"
    /// A sync that fails: the commit may be there or not.
    case failedSync = "failed-sync"
    /// Power lost while a commit is written: what was not synced is gone.
    case powerLoss = "power-loss"
    /// No room until someone makes some.
    case fullDisk = "full-disk"

    // The engine's process.
    /// Killed between two steps.
    case crash
    /// Killed with a commit durable, and nothing of it sent or answered.
    case crashAfterCommit = "crash-after-commit"
    /// An engine that was believed dead goes on after another took up its journal.
    case zombie

    // The engine's clock.
    /// Set, by anything from seconds to a year, either way.
    case clockStep = "clock-step"
    /// Runs faster or slower than it should.
    case clockDrift = "clock-drift"
    /// A night in which a zone of the fleet changes its clocks.
    case clockChange = "clock-change"

    // Operators.
    /// A command sent again, as after a dropped line.
    case repetition
    /// A rollback confirmed by a preview that is no longer true, or with the wrong id.
    case staleConfirmation = "stale-confirmation"
    /// A command that was decided on what the fleet was some time ago.
    case staleView = "stale-view"
    /// Settings, terminals and drafts that change under way.
    case revision
    /// A known release brought again with other bytes.
    case alteredRelease = "altered-release"

    // Devices that call by themselves.
    /// A terminal that is in no file calls in, and describes itself.
    case newcomer
    /// Two terminals are seen to call by one id.
    case clone

    /// Classes that are asked for by one name.
    public enum Group: String, CaseIterable, Sendable {
        case device, network, journal, crash, clock, `operator`
    }

    /// Its group.
    public var group: Group {
        switch self {
        case .away, .flapping, .powerCut, .lie, .silence, .refusal, .babble, .twin, .stranger, .newcomer, .clone:
            .device
        case .loss, .duplication, .reordering, .partition: .network
        case .failedWrite, .tornWrite, .failedSync, .powerLoss, .fullDisk: .journal
        case .crash, .crashAfterCommit, .zombie: .crash
        case .clockStep, .clockDrift, .clockChange: .clock
        case .repetition, .staleConfirmation, .staleView, .revision, .alteredRelease: .operator
        }
    }
}

/// How often each class of fault was fired.
public struct FaultCounts: Hashable, Sendable {
    private var counts = [Int](repeating: 0, count: FaultClass.allCases.count)

    /// No fault yet.
    public init() {}

    /// The count of one class.
    public subscript(fault: FaultClass) -> Int {
        get { counts[Self.place(fault)] }
        set { counts[Self.place(fault)] = newValue }
    }

    /// Adds the counts of another run.
    public mutating func add(_ other: FaultCounts) {
        for place in counts.indices { counts[place] += other.counts[place] }
    }

    private static let places: [FaultClass: Int] = Dictionary(
        uniqueKeysWithValues: FaultClass.allCases.enumerated().map { ($0.element, $0.offset) })

    private static func place(_ fault: FaultClass) -> Int { places[fault] ?? 0 }
}
