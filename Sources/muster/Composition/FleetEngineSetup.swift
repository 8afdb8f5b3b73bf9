import EngineSocket
import FleetCore
import FleetEngine
import FleetFiles
import FleetJournal
import FleetSimulator
import Foundation
import TerminalClients

/// Puts an engine together: journal, link, files.
struct FleetEngineSetup: Sendable {
    /// The fleet as its files say it.
    var takeover: FleetTakeover
    var definition: FleetDefinition { takeover.definition }
    /// The fleet's directory, where it is looked up which releases are signed.
    var fleet: String
    /// Where the journal lies.
    var directory: String
    /// Whose the state folder has to be, and is from now on; nil: it is made for this engine alone.
    var owner: FleetOwner?
    /// If set, terminals are simulated, so many times faster than the wall clock.
    var simulationSpeed: Double?
    /// Updates to start if they are drafts.
    var starts: [String] = []
    /// Who starts them.
    var operatorName: String
    /// Told of what the files say that the engine refuses.
    var onRefusal: @Sendable (Refusal) -> Void = { _ in }
    /// How real devices are reached; nil: they are not.
    var link: (any DeviceLink & Sendable)?
    /// The clock of terminals that are simulated, and reached as if they were not; nil: the wall's.
    var simulationClock: SimulationClock?
    /// What the gateway cannot deliver; nil: there is none that would say it.
    var deliveryFaults: DeliveryFaults?
    /// Where the times of commits are kept; nil: nobody asks for them.
    var commitTimes: CommitTimes?

    /// Says to the engine which releases may be sent, whoever gives the command.
    private var voucher: SignedReleaseVoucher { SignedReleaseVoucher(fleet: fleet, state: directory) }

    /// For how long it holds the journal.
    var holder = SQLiteJournal.Holder.engine

    /// Whether a state is one of simulated terminals.
    static func isSimulated(_ directory: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(directory)/\(RecordFile.terminalsName)")
    }

    /// The driver of this engine, with everything replayed and the files taken over.
    func makeDriver() throws -> any EngineDriver {
        let journal = try SQLiteJournal.open(
            directory: directory, fleet: definition.settings.name, mode: .readWrite, holder: holder)
        try owner?.take(directory)
        if let simulationClock { return try makeSimulatedTime(journal, simulationClock) }
        guard let speed = simulationSpeed else {
            let clock = WallClock()
            let log: any FactLog = commitTimes.map { TimedLog(journal, $0) } ?? journal
            var options = EngineLoop.Options()
            options.ordersAreFetched = true
            options.filesLeftOut = takeover.leftOut
            var loop = try EngineLoop(
                log: log, link: link ?? NoDeviceLink(), now: clock.now, steadyTime: clock.steadyTime, options: options,
                voucher: voucher)
            loop.deliveryFaults = deliveryFaults
            takeOverFiles(&loop, now: clock.now)
            return WallClockDriver(loop: loop, clock: clock)
        }
        return try makeSimulation(journal, speed: speed)
    }

    private func makeSimulatedTime(_ journal: SQLiteJournal, _ clock: SimulationClock) throws -> SimulatedTimeDriver {
        var loop = try EngineLoop(
            log: journal, link: link ?? NoDeviceLink(), now: clock.now, steadyTime: clock.steadyTime,
            options: options(speed: clock.speed), voucher: voucher)
        takeOverFiles(&loop, now: clock.now)
        return SimulatedTimeDriver(loop: loop, clock: clock)
    }

    /// What is kept in memory for a while by the clock of the terminals is not written at every turn of the wall's.
    private func options(speed: Double) -> EngineLoop.Options {
        var options = EngineLoop.Options()
        options.filesLeftOut = takeover.leftOut
        options.sightingInterval = .milliseconds(Int64(max(60_000, 10_000 * speed)))
        return options
    }

    private func makeSimulation(_ journal: SQLiteJournal, speed: Double) throws -> SimulatedDriver {
        // The registry's order names devices; it is the journal's order first, then the files'.
        var reading = try EngineLoop(reading: journal)
        let known = reading.state.lastFactAt
        let isNew = reading.state.revision == 0
        let fresh = definition.simulation.start ?? WallClock.now
        _ = reading.assume(takeover.commands, now: fresh)
        let records = reading.state.devices.indices.map { reading.state.devices.record(DeviceIndex(UInt32($0))) }

        let flashLog = try RecordFile(path: "\(directory)/\(RecordFile.terminalsName)")
        let store = FlashStore(flashLog)
        let memory = try store.read()
        let start = memory.start ?? (isNew ? fresh : known)
        if memory.start == nil { store.write(start: start) }
        let now = isNew ? start : max(start, known)
        let world = World(
            records: records, settings: definition.settings, profile: definition.simulation, start: start, now: now,
            flash: memory.flash)
        world.onFlash = { store.write($0) }
        var loop = try EngineLoop(
            log: journal, link: world, now: now, options: options(speed: speed), voucher: voucher)
        takeOverFiles(&loop, now: now)
        return SimulatedDriver(SimulationDriver(loop: loop, world: world), speed: speed)
    }

    private func takeOverFiles(_ loop: inout EngineLoop, now: Timestamp) {
        let files = Origin(operatorName: operatorName, source: "files")
        let changed = KnownReleases.changed(definition.releases, in: loop.state)
        for refusal in loop.run(takeover.commands(without: changed), files, now: now) { onRefusal(refusal) }
        // One by one, and apart from the others: each is refused, and none of them holds up what is new.
        for release in changed.prefix(KnownReleases.mostNamed) {
            for refusal in loop.run([.addReleases([release])], files, now: now) {
                onRefusal(refusal)
                loop.leaveOut(["not taken in: \(KnownReleases.file(release)): \(refusal)"])
            }
        }
        if changed.count > KnownReleases.mostNamed {
            loop.leaveOut(["not taken in: \(changed.count - KnownReleases.mostNamed) more changed releases"])
        }
        let drafts = starts.filter { loop.state.update($0)?.status == .draft }
        let waiting = drafts.filter { !takeover.isDoubtful($0) }
        for update in drafts where takeover.isDoubtful(update) {
            onRefusal(
                Refusal(
                    "\(update) is not started: its file may be one of those that cannot be read",
                    remedy: "mend them, and start the engine again"))
        }
        let origin = Origin(operatorName: operatorName, source: "command line", user: UserName.own)
        for refusal in loop.run(waiting.map { .start(update: $0) }, origin, now: now) { onRefusal(refusal) }
    }
}

extension EngineLoop {
    /// Carries out commands one after the other, in one commit; gives the refusals.
    mutating func run(_ commands: [Command], _ origin: Origin, now: Timestamp) -> [Refusal] {
        step(commands.map { .command($0, origin, ticket: 0) }, now: now).compactMap(\.refusal)
    }
}

/// What simulated terminals keep over the end of the process, in a file: the world's start, then each change of a flash.
final class FlashStore {
    private let file: RecordFile
    private var hasFailed = false
    private static let startMark = UInt8(ascii: "S"), flashMark = UInt8(ascii: "F")

    init(_ file: RecordFile) {
        self.file = file
    }

    /// The start of the world, and the last flash of every terminal that has one, by id.
    func read() throws -> (start: Timestamp?, flash: [FlashRecord]) {
        var start: Timestamp?
        var latest: [ExactText: FlashRecord] = [:]
        try file.replay { bytes in
            switch bytes.first {
            case Self.startMark: start = Timestamp(iso: String(decoding: bytes.dropFirst(), as: UTF8.self))
            case Self.flashMark:
                if let record = FlashRecord(bytes: Array(bytes.dropFirst())) { latest[record.device] = record }
            default: break
            }
        }
        return (start, latest.values.sorted { $0.device < $1.device })
    }

    func write(start: Timestamp) { write([Self.startMark] + Array(start.iso.utf8)) }
    func write(_ record: FlashRecord) { write([Self.flashMark] + record.bytes) }

    /// A terminal whose flash cannot be written has had a power cut as far as its next life is concerned.
    private func write(_ bytes: [UInt8]) {
        do {
            try file.append(bytes)
        } catch {
            // Once: a disk that is full fails at each of thousands of terminals.
            if !hasFailed { printError("muster: \(error)") }
            hasFailed = true
        }
    }
}
