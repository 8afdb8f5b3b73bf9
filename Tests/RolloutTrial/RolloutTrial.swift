import FleetCore
import FleetEngine
import Foundation
import TerminalClients

/// A progressive update over many terminals on loopback, a tenth of which are cut, vanish or lie; and what came of it,
/// by the journal on one side and by the terminals' own bytes on the other.
public struct RolloutTrial: Sendable {
    /// Terminals.
    public var devices = 500
    /// What everything is drawn from.
    public var seed: UInt64 = 1
    /// The threshold of every gate, in basis points.
    public var threshold = 8000
    /// Connections that the terminals share: one each, for their polls are held.
    public var connections: Int { devices + 16 }
    /// How long the whole may take, by the wall clock.
    public var deadline = Duration.seconds(180)

    static let old = Version(1, 0, 0), new = Version(2, 0, 0)
    private static let stepDeadline = Duration.minutes(10)
    /// How often the journal is looked at.
    private static let glance = Duration.milliseconds(50)

    /// A trial of the standard size.
    public init() {}

    /// Runs it.
    public func run() async throws -> RolloutOutcome {
        let contents = Contents(seed: seed)
        let fleet = try await LoopbackFleet(plan(contents), connections: connections)
        let terminals = terminals(fleet, contents)
        let began = ContinuousClock.now
        fleet.command(.start(update: "rollout"))
        do {
            let outcome = try await withThrowingDiscardingTaskGroup { group in
                for terminal in terminals { group.addTask { await terminal.live() } }
                defer { group.cancelAll() }
                try await watch(fleet, terminals, until: began + deadline)
                return try await RolloutOutcome(
                    journal: fleet.journal(), terminals, newHashes: contents.new.map(\.bytes.sha256),
                    oldHashes: contents.old.map(\.bytes.sha256), took: ContinuousClock.now - began)
            }
            try await fleet.end()
            return outcome
        } catch {
            try? await fleet.end()
            throw error
        }
    }

    // MARK: - The course

    /// Returns when every update has ended and every terminal that can be heard has said all. Whenever nothing moves
    /// but silent terminals, their deadline passes.
    private func watch(
        _ fleet: LoopbackFleet, _ terminals: [FieldTerminal], until deadline: ContinuousClock.Instant
    ) async throws {
        var journal = try fleet.journal()
        var skips = 0
        while true {
            try await Task.sleep(for: Self.glance)
            try journal.follow()
            let silent = await Set(terminals.filtered { await $0.hasVanished }.map { $0.id })
            let isBusy = await !terminals.filtered { await $0.isBusy }.isEmpty
            if isOver(journal.state), !isBusy { return }
            guard ContinuousClock.now < deadline else { throw Unended(state: Self.summary(journal.state, skips)) }
            guard !isBusy, Self.moves(journal.state).isSubset(of: silent) else { continue }
            skips += 1
            fleet.skip(Self.stepDeadline + .seconds(1))
            // Those that come back do so after some have been missed.
            if skips % 3 == 0 { for terminal in terminals { await terminal.comeBack() } }
        }
    }

    private func isOver(_ state: FleetState) -> Bool {
        !state.updates.isEmpty && state.updates.allSatisfy { $0.status.isFinal && !$0.isOpen }
    }

    /// Devices in progress.
    private static func moves(_ state: FleetState) -> Set<String> {
        var moving: Set<String> = []
        for update in state.updates {
            for position in 0..<update.assignments.count where update.assignments.state(position) == .inProgress {
                moving.insert(state.devices.id(update.assignments.device(position)))
            }
        }
        return moving
    }

    static func summary(_ state: FleetState, _ skips: Int) -> String {
        state.updates.map { "\($0.id) \($0.status) \($0.tally)" }.joined(separator: "; ") + "; \(skips) skips"
    }

    // MARK: - The parts

    private func plan(_ contents: Contents) -> LoopbackFleet.Plan {
        var settings = FleetSettings(name: "loopback")
        // Nobody is missed by the heartbeat: only deadlines are at work here.
        settings.heartbeat = .hours(90)
        settings.deadlines.offered = Self.stepDeadline
        settings.deadlines.downloading = Self.stepDeadline
        settings.deadlines.installing = Self.stepDeadline
        settings.deadlines.confirming = Self.stepDeadline
        settings.retry.backoff = .seconds(1)
        let phases = [("canary", 5), ("early", 40), ("everyone", 100)].map { name, percent in
            PhaseDefinition(name: name, percent: percent, gate: Gate(threshold: threshold), wait: .minutes(5))
        }
        let update = UpdateDefinition(
            id: "rollout", release: Self.new, selector: .all,
            strategy: .progressive(phases: phases, onFailure: .rollBack))
        return LoopbackFleet.Plan(
            settings: settings, devices: (0..<devices).map(record), releases: contents.releases, updates: [update])
    }

    private func record(_ number: Int) -> DeviceRecord {
        DeviceRecord(
            id: id(number), site: "site-\(number / 5)", region: "region-\(number / 5 % 4)", firmware: Self.old,
            status: .online)
    }

    private func id(_ number: Int) -> String { "pos-\(number)" }

    private func terminals(_ fleet: LoopbackFleet, _ contents: Contents) -> [FieldTerminal] {
        let slot = FieldTerminal.Slot(release: Self.old, hashes: contents.old.map(\.bytes.sha256))
        let misdeeds = misdeeds()
        return (0..<devices).map { number in
            let id = id(number)
            return FieldTerminal(
                id, running: slot, misdeed: misdeeds[number], on: Self.new, seed: seed,
                client: DDIClient(device: id, gateway: fleet.address, pool: fleet.pool))
        }
    }

    /// A tenth of the terminals, drawn by the seed, each kind as often as the others.
    private func misdeeds() -> [Int: Misdeed] {
        let order = (0..<devices).sorted {
            StableHash.of(id($0), seed: seed) < StableHash.of(id($1), seed: seed)
        }
        let kinds = Misdeed.allCases
        return Dictionary(
            uniqueKeysWithValues: order.prefix(devices / 10).enumerated().map { ($1, kinds[$0 % kinds.count]) })
    }
}

/// It did not come to its end in time.
public struct Unended: Error, CustomStringConvertible {
    /// Where it stood.
    public var state: String
    public var description: String { "not over in time: \(state)" }
}

/// The files of both releases.
struct Contents: Sendable {
    let old: [(name: String, bytes: Data)], new: [(name: String, bytes: Data)]

    init(seed: UInt64) {
        old = [("app.bin", Self.noise(48 << 10, seed ^ 1)), ("terminal.conf", Self.noise(700, seed ^ 2))]
        new = [("app.bin", Self.noise(200 << 10, seed ^ 3)), ("terminal.conf", Self.noise(900, seed ^ 4))]
    }

    var releases: [(version: Version, files: [(name: String, bytes: Data)])] {
        [(RolloutTrial.old, old), (RolloutTrial.new, new)]
    }

    private static func noise(_ count: Int, _ seed: UInt64) -> Data {
        var words: [UInt64] = []
        var word = StableHash.of("noise", seed: seed) | 1
        for _ in 0..<(count + 7) / 8 {
            word ^= word << 13
            word ^= word >> 7
            word ^= word << 17
            words.append(word)
        }
        return words.withUnsafeBytes { Data($0.prefix(count)) }
    }
}

extension Array where Element: Sendable {
    /// The elements of which something holds that has to be asked.
    func filtered(_ holds: (Element) async -> Bool) async -> [Element] {
        var found: [Element] = []
        for element in self where await holds(element) { found.append(element) }
        return found
    }
}
