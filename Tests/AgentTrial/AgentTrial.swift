import Crypto
import Foundation

/// An update over many real `muster agent` processes, over TLS, a part of which are killed, cut, full, unwell or lie; and
/// what came of it, by the journal on one side and by the bytes in the slots on the other.
public struct AgentTrial: Sendable {
    /// How the update goes over the fleet.
    public enum Strategy: String, Sendable {
        /// Phase by phase, with gates.
        case progressive
        /// All at once.
        case immediate
    }

    /// Terminals, and how many of each hundred misbehave.
    public var devices = 200, misdeedPercent = 20
    /// What everything is drawn from.
    public var seed: UInt64 = 1
    /// How the update goes over the fleet.
    public var strategy = Strategy.progressive
    /// The threshold of every gate, in percent; where one fails, all go back.
    public var threshold = 50
    /// How long the whole may take, by the wall clock.
    public var deadline = Duration.seconds(600)
    /// Whether the fleet signs its releases, and every agent installs nothing else.
    public var isSigned = true
    /// Whether it is measured what agents cost while they wait, which takes a while.
    public var measuresIdle = true
    /// The `muster` that is tried.
    public var program: String

    static let fleetName = "trial", update = "spring", fileName = "till.bin"
    static let old = "1.0.0", new = "2.0.0"
    static let oldBytes = 64 << 10, fileBytes = 256 << 10
    /// A line is cut so often, after as many bytes at most.
    private static let cutsOfOne = 6, longestCut = 48 << 10
    /// An agent is killed so often, within this time after the start.
    private static let killsOfOne = 8, killTime = 30_000
    /// Between two looks at everything, in microseconds; and how often the journal is read.
    private static let glance: useconds_t = 20_000, readInterval = Duration.milliseconds(400)

    /// A trial of the standard size.
    public init(program: String) { self.program = program }

    /// Runs it.
    public func run() throws -> AgentOutcome {
        let root = NSTemporaryDirectory() + "muster-agents-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        var random = TrialRandom(seed: seed)
        let ids = (1...devices).map { "till-\($0)" }
        let fleet = try TrialFleet(devices: ids, trial: self, in: root, program: program)
        let misdeeds = misdeeds(ids, try TrialTerminal.canMount(in: root), &random)
        let terminals = try ids.map { try TrialTerminal($0, misdeeds[$0], in: root, program: program) }
        defer { terminals.forEach { $0.end() } }
        try fleet.start()
        let lines = try configure(terminals, fleet, &random)
        return try course(terminals, lines, fleet, &random)
    }

    private func course(
        _ terminals: [TrialTerminal], _ lines: [CuttingLine], _ fleet: TrialFleet, _ random: inout TrialRandom
    ) throws -> AgentOutcome {
        let began = ContinuousClock.now
        for terminal in terminals { try terminal.start() }
        try wait(until: began + deadline, "all have called in", terminals) {
            $0.contacts == terminals.count
        } _: {
            try TrialReading(fleet)
        }
        let idle = measuresIdle ? IdleFigures.measure(terminals.compactMap(\.processID)) : nil
        for terminal in terminals where terminal.misdeed?.isKilled == true {
            terminal.plan(kills: (0..<Self.killsOfOne).map { _ in .milliseconds(random.below(Self.killTime)) })
        }
        let started = ContinuousClock.now
        try fleet.muster("update", "start", fleet.fleet, Self.update, "--state", fleet.state, "--yes")
        let reading = try wait(until: began + deadline, "the update is over", terminals) {
            $0.isOver
        } _: {
            try TrialReading(fleet)
        }
        let took = ContinuousClock.now - started
        fleet.stop()
        return try AgentOutcome(
            reading, terminals, cuts: lines.reduce(0) { $0 + $1.cutCount }, took: took, idle: idle)
    }

    /// Looks after the terminals until something holds of the journal.
    @discardableResult
    private func wait(
        until deadline: ContinuousClock.Instant, _ what: String, _ terminals: [TrialTerminal],
        _ holds: (TrialReading) -> Bool, _ read: () throws -> TrialReading
    ) throws -> TrialReading {
        var next = ContinuousClock.now
        while true {
            for terminal in terminals { try terminal.tend() }
            if ContinuousClock.now >= next {
                let reading = try read()
                if holds(reading) { return reading }
                guard ContinuousClock.now < deadline else {
                    throw Tool.Failure(description: "not in time: \(what); \(reading.summary)")
                }
                next = .now + Self.readInterval
            }
            usleep(Self.glance)
        }
    }

    // MARK: - The parts

    private func configure(
        _ terminals: [TrialTerminal], _ fleet: TrialFleet, _ random: inout TrialRandom
    ) throws -> [CuttingLine] {
        var lines: [CuttingLine] = []
        for terminal in terminals {
            var port = fleet.port
            if terminal.misdeed?.isCut == true {
                let lengths = (0..<Self.cutsOfOne).map { _ in 1 + random.below(Self.longestCut) }
                lines.append(try CuttingLine(to: fleet.port, cutting: lengths))
                port = lines[lines.count - 1].port
            }
            try terminal.configure(
                url: "https://127.0.0.1:\(port)", authority: fleet.authority, token: try fleet.token(of: terminal.id),
                root: isSigned ? fleet.signedRoot : nil)
        }
        return lines
    }

    /// Drawn by the seed, each kind as often as the others. Disks that are full are for those who may mount one.
    private func misdeeds(
        _ ids: [String], _ canMount: Bool, _ random: inout TrialRandom
    ) -> [String: AgentMisdeed] {
        let kinds = AgentMisdeed.allCases.filter { canMount || $0.diskBytes == nil }
        let drawn = ids.map { (random.next(), $0) }.sorted { $0.0 < $1.0 }.prefix(devices * misdeedPercent / 100)
        return Dictionary(uniqueKeysWithValues: drawn.enumerated().map { ($1.1, kinds[$0 % kinds.count]) })
    }

    /// The update, as a file of the fleet.
    var updateFile: String {
        let head =
            "version: 1\nid: \(Self.update)\nrelease: \(Self.new)\ndevices: all\nstrategy: \(strategy.rawValue)\n"
        if strategy == .immediate { return head + "offline: queue\n" }
        let phases = [("canary", 5), ("early", 40), ("everyone", 100)].map { name, percent in
            "  - {name: \(name), percent: \(percent), gate: {success: \(threshold)%, timeout: 10m}, wait: 1s}"
        }
        return head + "phases:\n" + phases.joined(separator: "\n") + "\non-failure: roll-back\n"
    }

    /// The bytes of a release's file: the same for a release at any time, and other than those of another.
    static func contents(of version: String) -> Data {
        var random = TrialRandom(seed: version == old ? 11 : 22), bytes = Data()
        let count = version == old ? oldBytes : fileBytes
        while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    static func hash(_ bytes: Data) -> String { SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined() }
    static func hash(of version: String) -> String { version == old ? oldHash : newHash }
    private static let oldHash = hash(contents(of: old)), newHash = hash(contents(of: new))
}

/// SplitMix64, so that a trial can be repeated.
struct TrialRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
