import FleetCore
import FleetEngine

/// Watches an engine from outside and says which promises it breaks. It keeps its own small account of the fleet and its
/// updates, written from what Muster promises, and shares no code with what decides, applies and plans.
///
/// Where the design leaves a rule open, the account follows what the engine does, and says so in a comment.
///
/// Without inputs (only facts are observed) everything is checked that facts alone can tell; what asks for the report,
/// the command or the order behind a fact is checked once a first `stepped` has been observed.
public struct Oracle: Sendable {
    var ledger = Ledger()
    var clock = ElapsedClock()
    var calendar = WallCalendar()
    var epochs = EpochAccount()
    var step = StepAccount()
    var book = CommandBook()
    /// What the fleet is run by.
    var settings = FleetSettings(name: "")
    var releases: [Version: Release] = [:]
    var devices: [DeviceAccount] = []
    /// What an engine must show of each device.
    var standings: [DeviceReading] = []
    var deviceNumbers: [ExactText: Int] = [:]
    var regions = PlaceBook(), sites = PlaceBook()
    /// Attempts under way in the fleet.
    var fleetInFlight = 0
    var updates: [UpdateAccount] = []
    var updateNumbers: [String: Int] = [:]
    /// Started, and not done with.
    var openUpdates: [Int] = []
    /// Every attempt of the fleet; the place is its generation less one.
    var attempts: [AttemptAccount] = []
    /// Until when each region's links are busy with bytes that were asked of them, in elapsed milliseconds.
    var linkFreeAt: [Int64] = []
    /// From when an engine listens, in elapsed milliseconds.
    var listeningSince = Int64.min
    /// The first moment at which something may be overdue, and the next look at what could start.
    var dueAt = Int64.max, startsDueAt = Int64.min
    /// Broken promises of a step, unless it turns out that its engine had stopped.
    var held: [(invariant: Invariant, what: String)] = []

    /// An oracle that knows nothing.
    public init() {}

    /// What was found; the first hundred.
    public var violations: [Violation] { ledger.violations }
    /// How often each invariant was checked, by its number, 1...19; place 0 is not used.
    public var checks: [Int] { ledger.checks }
    /// The latest facts, in order.
    public var recentFacts: [Fact] { ledger.recentFacts }

    /// Takes in what can be seen.
    public mutating func observe(_ observation: Observation) {
        settleHeld(before: observation)
        switch observation {
        case .engineStarted(let epoch, let wall): startEpoch(epoch, wall: wall)
        case .engineEnded(let epoch): epochs.end(epoch)
        case .stepped(let inputs, let epoch, let wall): beginStep(inputs, epoch, wall: wall)
        case .committed(let facts, let epoch):
            expectCurrent(epoch, "a commit")
            commit(facts)
        case .found(let facts, let epoch):
            let current = epochs.current
            ledger.expect(.epochs, epoch <= current, "facts of engine \(epoch) were found during \(current)")
            // They happened before the step was over in which their engine stopped.
            clock.resume()
            // If the clock was set in that step, its facts are the first to say so: what it heard, it heard by them.
            step.hasHeard = step.reports.isEmpty
            commit(facts)
        case .sent(let orders, let epoch):
            expectCurrent(epoch, "an order")
            take(orders)
        case .replied(let replies, let epoch):
            expectCurrent(epoch, "an answer")
            endStep(replies)
        case .shown(let reading): compare(reading)
        }
    }

    /// The runner saw a promise broken that only it can see.
    public mutating func report(_ invariant: Int, _ what: String) {
        ledger.note(invariant)
        ledger.keep(Violation(invariant: invariant, at: ledger.now, what: what))
    }

    /// The runner checked an invariant that only it can see.
    public mutating func noteCheck(_ invariant: Int) {
        ledger.note(invariant)
    }

    /// A step whose engine stopped in it has broken nothing by doing nothing: what is missing is held back until it is
    /// known that the engine went on.
    private mutating func settleHeld(before observation: Observation) {
        guard !held.isEmpty else { return }
        if case .engineEnded = observation { return held.removeAll() }
        believeHeld()
    }

    /// The engine went on after the last step: what it left undone is broken.
    mutating func believeHeld() {
        for (invariant, what) in held { ledger.find(invariant, what) }
        held.removeAll()
    }

    /// Checks, but believes a break only once the engine is seen to go on.
    mutating func expectLater(_ invariant: Invariant, _ isKept: Bool, _ what: @autoclosure () -> String) {
        ledger.note(invariant.rawValue)
        if !isKept, held.count < Ledger.mostViolations { held.append((invariant, what())) }
    }
}
