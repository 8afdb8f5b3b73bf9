import FleetCore
import FleetFiles
import Foundation
import Logging

/// The agent of one terminal: it asks the machine for the next step, makes the state durable, and then does what the step
/// says. All on the thread that calls `run`.
public final class TerminalAgent {
    /// The parts of a machine that the agent works with.
    public struct Surroundings {
        var disk: any Disk
        var link: any GatewayLink
        var commands: any CommandRunner
        var trust: any ReleaseTrust
        /// Names the present boot of the machine.
        var boot: String
        var bell: EndBell
        var logger: Logger
        var pace: PollPace

        /// Surroundings of these parts.
        public init(
            disk: any Disk, link: any GatewayLink, commands: any CommandRunner, trust: any ReleaseTrust, boot: String,
            bell: EndBell, logger: Logger, pace: PollPace = PollPace()
        ) {
            self.disk = disk
            self.link = link
            self.commands = commands
            self.trust = trust
            self.boot = boot
            self.bell = bell
            self.logger = logger
            self.pace = pace
        }
    }

    /// How long the gateway's answer is waited for right before the switch.
    static let longestListening = Duration.seconds(5)
    /// Tries of the check after a switch where there is no health command, and what runs has to be asked for.
    static let versionTries = 5

    let settings: AgentSettings
    let surroundings: Surroundings
    let slots: SlotPair
    let stateFile: StateFile
    var machine: AgentMachine
    private var saved: AgentState
    /// Whether the state was damaged, and nobody was told yet.
    private var wasDamaged: Bool
    var pace: PollPace
    /// What runs, as it was read last, and when that was.
    var runs: String?, readAt = ContinuousClock.now
    /// What runs though another slot is in use, as it was read last.
    var stray: Stray?
    /// Whether a command has put another slot into use, which was taken back, since this was last set.
    var hasMovedCurrent = false
    /// What the gateway was told of the device last; nil: it is to be told.
    var described: [String]?
    /// What a poll said while the agent did something else.
    var interruption: AgentInput?

    var link: any GatewayLink { surroundings.link }
    var bell: EndBell { surroundings.bell }
    var logger: Logger { surroundings.logger }

    /// An agent that goes on from what its state folder says. The caller holds the folder's `AgentLock`.
    public init(_ settings: AgentSettings, _ surroundings: Surroundings) throws {
        self.settings = settings
        self.surroundings = surroundings
        slots = SlotPair(surroundings.disk, folder: settings.slots)
        stateFile = StateFile(surroundings.disk, folder: settings.state)
        pace = surroundings.pace
        (saved, wasDamaged) = try stateFile.readOrSetAside()
        let needsVersion = settings.version != nil
        machine = AgentMachine(
            state: saved,
            ways: .init(
                restarts: settings.restart != nil, reboots: settings.restart?.reboots ?? false,
                healthTries: settings.health?.tries ?? (needsVersion ? Self.versionTries : 1)))
        // An older agent did not write down in which boot it was.
        if saved.gaveUp != nil, saved.gaveUpIn == nil { machine.state.gaveUpIn = surroundings.boot }
    }

    /// Works until the bell says that it is to end.
    /// - Throws: What keeps it from working: storage that is not what it has to be.
    public func run() throws {
        if wasDamaged {
            logger.error(
                "the state was damaged, and is begun anew from the slots", metadata: ["aside": "\(stateFile.aside)"])
        }
        try slots.prepare()
        try surroundings.commands.endLeftovers()
        if let work = machine.state.work, work.installations > 0, [.fetching, .installing].contains(work.stage) {
            try takeBack(work)
        }
        try readVersion()
        let inUse = try slots.inUse()
        if let work = machine.state.work {
            logger.notice("going on", metadata: ["release": "\(work.release.version)", "stage": "\(work.stage)"])
        }
        var input = AgentInput.started(boot: surroundings.boot, inUse: inUse, runs: runs)
        while true {
            var step = machine.take(input)
            guard try save(&step) else { return }
            for tell in step.tells { say(noting(tell)) }
            guard let next = try perform(step.next) else { return }
            input = next
        }
    }

    /// Makes the state durable. Without that nothing goes on, so that a full disk is waited for, once what the agent itself
    /// has laid there is gone.
    /// - Parameter step: What follows, which is another where the release has to be given up.
    /// - Returns: False: the agent is to end.
    private func save(_ step: inout AgentStep) throws -> Bool {
        guard machine.state != saved else { return true }
        var failures = 0, hasMadeRoom = false
        while true {
            do {
                try stateFile.write(machine.state)
                break
            } catch let failure as StorageFailure {
                failures += 1
                logger.error("the state cannot be written, and nothing goes on", metadata: ["reason": "\(failure)"])
                guard !bell.isEnding else { return false }
                if failure.isFull, !hasMadeRoom, try makesRoom(failure, &step) {
                    hasMadeRoom = true
                    continue
                }
                bell.wait(atMost: pace.backoff(failures))
                guard !bell.isEnding else { return false }
            }
        }
        note()
        saved = machine.state
        return true
    }

    /// Empties the slot that is being filled, where nothing that is durable leads into it: an install command may have filled
    /// the disk that holds the state too.
    private func makesRoom(_ failure: StorageFailure, _ step: inout AgentStep) throws -> Bool {
        guard let slot = machine.slotToSpare(durable: saved) else { return false }
        do {
            try endLeftovers()
            try slots.clear(slot, keeping: nil)
        } catch let other as StorageFailure {
            logger.error("no room can be made for the state", metadata: ["reason": "\(other)"])
            return false
        }
        logger.warning("a slot that is not in use was emptied for the state", metadata: ["slot": "\(slot.rawValue)"])
        step = machine.gaveRoom(failure.description) ?? step
        return true
    }

    private func note() {
        let work = machine.state.work
        guard work?.stage != saved.work?.stage || work?.action != saved.work?.action else { return }
        guard let work else { return logger.info("nothing is under way") }
        var fields: Logger.Metadata = [
            "release": "\(work.release.version)", "action": "\(work.action)", "stage": "\(work.stage)",
            "slot": "\(work.slot)",
        ]
        if let cause = work.cause { fields["cause"] = "\(cause)" }
        logger.info("stage", metadata: fields)
    }

    /// The first word of an order says that those before it are forgotten.
    private func noting(_ tell: AgentTell) -> AgentTell {
        guard wasDamaged, case .proceeding(let action, let what) = tell else { return tell }
        wasDamaged = false
        return .proceeding(
            action, "\(what); agent.json was damaged, lies as agent.json.damaged, and was begun anew from the slots")
    }

    // MARK: - What runs

    /// What runs is read anew after so long, while there is nothing to do: somebody else may have changed it. The record of a
    /// slot costs nothing to read.
    var versionReadInterval: Duration { settings.version == nil ? .zero : settings.versionEvery }

    /// Reads what runs, from the site's command or from the slot in use: what was told is nowhere in it. A slot that was
    /// not started says nothing of what runs.
    func readVersion() throws {
        readAt = .now
        runs = nil
        let former = stray
        stray = nil
        if let command = settings.version {
            let end = try run(command) { bell.isEnding }
            if case .exited(0, let said) = end { take(printedVersion(said), former) }
        } else if machine.state.notRestartedIn != surroundings.boot, let slot = try slots.inUse() {
            runs = try slots.record(of: slot)?.version
        }
    }

    /// What is printed is what runs, unless the slot in use holds another.
    private func take(_ printed: String?, _ former: Stray?) {
        stray = printed.flatMap { stray(of: $0) }
        if stray == nil { runs = printed }
        guard let stray, stray != former else { return }
        logger.warning("what runs is not what is in use", metadata: ["reason": "\(stray.text)"])
    }

    /// A version that lies in a slot that is not in use, or that was given up since the machine started, and not in the slot
    /// in use.
    private func stray(of version: String) -> Stray? {
        guard let inUse = linked() else { return nil }
        let recorded = inUse.flatMap { recordedVersion(of: $0) }
        let others = Slot.allCases.filter { $0 != inUse }.map { recordedVersion(of: $0) }
        var givenUp = [machine.state.gaveUpIn == surroundings.boot ? machine.state.gaveUp : nil]
        if let work = machine.state.work, work.stage.isPastTheSwitch, work.formerVersion != work.release.version {
            givenUp.append(work.release.version)
        }
        // A slot that says nothing of itself may hold it.
        let isElsewhere = (inUse == nil || recorded != nil) && others.contains(version)
        guard version != recorded, givenUp.contains(version) || isElsewhere else { return nil }
        return Stray(version: version, inUse: inUse, recorded: recorded)
    }

    /// Runs a command of the site that is to put no slot into use: a link that it has moved is put back.
    /// - Returns: nil: it was stopped.
    func run(_ command: AgentSettings.Command, isStopped: () -> Bool) throws -> CommandEnd? {
        let before = linked()
        let end = surroundings.commands.run(
            command, environment(machine.state.work), isInstallation: false, isStopped: isStopped)
        if let before, linked() != before {
            let what = ["command": "\(command.words[0])"] as Logger.Metadata
            logger.warning("a command had put another slot into use, which is taken back", metadata: what)
            hasMovedCurrent = true
            try slots.use(before)
        }
        return end
    }

    /// The slot in use, or that none is; nil: the link leads to no slot, and says nothing.
    private func linked() -> Slot?? {
        do { return .some(try slots.inUse()) } catch { return nil }
    }

    private func recordedVersion(of slot: Slot) -> String? { (try? slots.record(of: slot))?.version }

    /// The first word that is a version. One of another kind is known by an order, or by the record of a slot: without
    /// that, any word of a message could be one.
    private func printedVersion(_ text: String) -> String? {
        let words = text.split(separator: " ").map(String.init)
        if let version = words.first(where: { Version($0) != nil }) { return version }
        let known = [machine.state.work?.release.version, machine.state.gaveUp] + Slot.allCases.map(recordedVersion)
        return words.first(where: known.contains)
    }

    /// All that the site's commands are told, beside `PATH` and `LANG`.
    func environment(_ work: Work?) -> [(name: String, value: String)] {
        var values = [
            ("MUSTER_DEVICE", settings.device), ("MUSTER_SLOTS", settings.slots), ("MUSTER_CURRENT", slots.current),
        ]
        guard let work else { return values }
        let goesBack = [.returning, .restartingBack, .checkingBack].contains(work.stage)
        let target = goesBack ? work.former : work.slot, other = goesBack ? work.slot : work.former
        // What ran may not be known, but what is gone back to is what that slot says.
        let version = goesBack ? work.formerVersion ?? work.former.flatMap(recordedVersion) : work.release.version
        let otherVersion = goesBack ? work.release.version : work.formerVersion
        values += [
            ("MUSTER_VERSION", version ?? ""), ("MUSTER_SLOT", target.map(slots.folder(of:)) ?? ""),
            ("MUSTER_FILES", target.map(slots.files(of:)) ?? ""), ("MUSTER_FORMER_VERSION", otherVersion ?? ""),
            ("MUSTER_FORMER_SLOT", other.map(slots.folder(of:)) ?? ""), ("MUSTER_GOES_BACK", goesBack ? "1" : "0"),
        ]
        return values
    }
}
