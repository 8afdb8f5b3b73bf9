/// What must hold after every step, by the numbers under which trials report it.
enum Invariant: Int, CaseIterable, Sendable {
    /// In flight, starts a minute, bytes a second, attempts and their pauses: nothing above what is allowed.
    case limits = 1
    /// Windows and freezes.
    case calendar = 2
    /// One live assignment per device.
    case oneLive = 3
    /// No phase opens below its threshold, sample or wait.
    case gates = 4
    /// Nothing starts after a failed gate.
    case failedGates = 5
    /// State after a crash equals the replay.
    case replay = 6
    /// Every command is in the audit exactly once, however often it came, and none is done on what somebody else has
    /// changed since it was decided.
    case audit = 7
    /// The floor of a site.
    case floor = 8
    /// A rollback goes to what the device had before.
    case rollbackGoal = 9
    /// Each report counts once; counters equal the fold.
    case counters = 10
    /// Final states are never left.
    case finalStates = 11
    /// Nothing is acknowledged before it is durable.
    case durability = 12
    /// Only the current epoch writes.
    case epochs = 13
    /// Only what was approved is served.
    case approvedBytes = 14
    /// A device sees only its own orders.
    case ownOrders = 15
    /// No offers where nothing may be offered.
    case offers = 16
    /// Everything ends, or waits for something with a name.
    case liveness = 17
    /// The same seed gives the same trace.
    case sameTrace = 18
    /// What is larger than one person may do is done by two.
    case secondPerson = 19
}
