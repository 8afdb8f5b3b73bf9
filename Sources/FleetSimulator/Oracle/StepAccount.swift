import FleetCore
import FleetEngine

/// What one step of an engine was given, and what has come of it so far.
struct StepAccount {
    /// Which step, counted over all engines; an engine's start is one.
    var number = 0
    /// Whether a step was ever seen: before that, facts are all there is.
    var isSeen = false
    /// An engine has started and its first commit has not come.
    var isStart = false
    /// The reports, in order.
    var reports: [Report] = []
    /// The commands, in order, and what became of each.
    var commands: [CommandAccount] = []
    /// The devices that introduced themselves, and whether they were answered.
    var introductions: [(introduction: Introduction, ticket: UInt64, isAnswered: Bool)] = []
    /// The reports have been taken in.
    var hasHeard = true
    /// The wall clock of its machine.
    var wall = Timestamp.distantPast
    /// Facts came of it.
    var hasFacts = false
    /// Attempts before its commit; later ones began in it.
    var attemptsBefore = 0
    /// Devices that said in it what they run, and that was news.
    var told: [Int] = []
    /// Devices before its commit; later ones were registered in it.
    var devicesBefore = 0
    /// The command whose facts are being written, and whether it had an effect.
    var inHand: CommandRecord?
    /// Whether that command had an effect.
    var hasEffect = false

    /// A command and what became of it.
    struct CommandAccount {
        /// What was asked, as the audit should tell it.
        var command: Command, record: CommandRecord
        /// Names it in the answer.
        var ticket: UInt64
        /// What the journal says of it; nil: nothing.
        var outcome: Outcome?
        /// It was answered.
        var isAnswered = false
    }

    /// What the journal says of a command.
    enum Outcome: Equatable {
        case accepted
        case refused(Refusal)
    }

    /// Begins a step.
    mutating func begin(_ inputs: [EngineInput], wall: Timestamp, attempts: Int, devices: Int) {
        reports.removeAll(keepingCapacity: true)
        told.removeAll(keepingCapacity: true)
        if !commands.isEmpty { commands.removeAll() }
        if !introductions.isEmpty { introductions.removeAll() }
        number += 1
        isSeen = true
        isStart = false
        self.wall = wall
        hasFacts = false
        inHand = nil
        hasEffect = false
        attemptsBefore = attempts
        devicesBefore = devices
        hasHeard = inputs.isEmpty
        for input in inputs {
            switch input {
            case .report(let report): reports.append(report)
            case .command(let command, let origin, let ticket):
                let record = CommandRecord(verb: command.verb, object: command.object, origin: origin)
                commands.append(CommandAccount(command: command, record: record, ticket: ticket))
            // Virtual terminals report; none calls by its id. Nor has their operator an account on a machine.
            case .call, .request: break
            case .introduction(let introduction, let ticket): introductions.append((introduction, ticket, false))
            }
        }
    }

    /// Forgets what was given: an engine's start is given nothing.
    mutating func forgetInputs(attempts: Int, devices: Int) {
        isStart = false
        reports = []
        commands = []
        introductions = []
        hasHeard = true
        attemptsBefore = attempts
        devicesBefore = devices
    }

    init() {}
}

/// The course of a step: inputs, one commit, orders, answers.
extension Oracle {
    mutating func beginStep(_ inputs: [EngineInput], _ epoch: Int, wall: Timestamp) {
        expectCurrent(epoch, "a step")
        expectOrdersOfStart()
        step.begin(inputs, wall: wall, attempts: attempts.count, devices: devices.count)
    }

    /// Takes in the facts of one commit.
    mutating func commit(_ facts: [Fact]) {
        guard !facts.isEmpty else { return }
        // What an engine finds on taking up belongs to the last step of the one before; its own first facts do not.
        if step.isStart, facts.contains(where: { $0.event == .engineStarted }) {
            step.forgetInputs(attempts: attempts.count, devices: devices.count)
        }
        step.hasFacts = true
        step.inHand = nil
        for fact in facts { take(fact) }
        endCommand()
        checkCommit()
    }

    mutating func endStep(_ replies: [EngineReply]) {
        if !step.hasHeard { hear() }
        clock.advance(to: step.wall)
        ledger.now = clock.wall
        checkReplies(replies)
        checkReports()
        checkOrders()
        checkLiveness()
    }

    /// Takes in who was heard, which holds back silences and the deadlines of downloads.
    mutating func hear() {
        step.hasHeard = true
        clock.advance(to: step.wall)
        let now = clock.elapsed
        var isHeld: Set<Int> = []
        for report in step.reports {
            let device = report.device.offset
            guard devices.indices.contains(device) else { continue }
            if case .twoUnderOneID = report.body, devices[device].isActive { isHeld.insert(device) }
            devices[device].heardAt = now
            devices[device].knownAt = now
            if case .received = report.body, let generation = report.generation, standings[device].liveUpdate != nil,
                !devices[device].isHeld, !isHeld.contains(device)
            {
                devices[device].downloading = generation
                devices[device].downloadAt = now
            }
        }
    }
}
