import FleetCore
import FleetEngine

/// The operators of a trial: they do what operators do, repeat themselves, confirm what they have not looked at, and
/// change files under way.
struct TrialOperator {
    private let script: TrialScript
    private var random: TrialRandom
    private var ticket: UInt64 = 0
    private var last: Command?
    /// What was sent lately, as it was sent: an operator whose line dropped sends it again.
    private var sent: [(command: Command, origin: Origin)] = []
    private static let mostSent = 8
    /// Views that were looked at some time ago.
    private var views: [UInt64] = []
    /// The view that is looked at now.
    private var view: UInt64 = 0
    /// The revision of a blast radius that was looked at some time ago, by update.
    private var previews: [(update: String, revision: UInt64)] = []
    private(set) var counts = FaultCounts()
    /// Noor and ada share a user: they are one person.
    private static let people = [
        (name: "kim", user: "kim"), (name: "ada", user: "shop"), (name: "noor", user: "shop"),
    ]

    init(_ script: TrialScript, random: TrialRandom) {
        self.script = script
        self.random = random
    }

    /// The commands by which an empty journal is filled.
    mutating func firstCommands() -> [EngineInput] {
        let commands: [Command] =
            [.addReleases(script.heldReleases), .configure(script.settings), .register(script.devices)]
            + script.updates.map { .draft($0) }
        return commands.map { ask($0, source: "files") }
    }

    /// What an operator does now, by what the engine shows.
    mutating func act(_ state: FleetState) -> [EngineInput] {
        look(state)
        if script.has(.repetition), random.chance(250), let repeated = sendAgain() { return repeated }
        if let last, script.has(.repetition), random.chance(150) {
            counts[.repetition] += 1
            return [ask(last), ask(last)]
        }
        if let command = answer(state) {
            last = command
            return [ask(command)]
        }
        guard let command = script.has(.revision) && random.chance(200) ? revision(state) : command(state) else {
            return []
        }
        last = command
        return [ask(command)]
    }

    /// A release that is known, with other bytes.
    mutating func alterRelease() -> EngineInput {
        counts[.alteredRelease] += 1
        var release = random.one(of: script.releases)
        release.artifacts[0].sha256 = TrialScript.digest(9)
        return ask(.addReleases([release]), source: "files")
    }

    /// Lets go on whatever waits for an operator.
    mutating func settle(_ state: FleetState) -> [EngineInput] {
        var inputs: [EngineInput] = []
        look(state)
        for update in state.updates {
            if let proposal = update.proposal, random.chance(800) {
                // With and without a look at what would be sent back.
                let isShown = proposal.deed == .rollBack && ticket % 2 == 0
                let shown = isShown ? state.rollbackRevision(update.index) : nil
                inputs.append(ask(.approve(update: update.id, preview: shown)))
            }
            switch update.status {
            case .paused where random.chance(600): inputs.append(ask(.resume(update: update.id)))
            case .awaitingApproval where random.chance(600): inputs.append(ask(.approve(update: update.id)))
            case .draft where update.kind == .ordinary && random.chance(800):
                inputs.append(ask(.start(update: update.id)))
            default: break
            }
        }
        for id in waiting(state) where random.chance(600) { inputs.append(ask(.accept(device: id))) }
        return inputs
    }

    /// Devices that wait for an operator.
    private func waiting(_ state: FleetState) -> [String] {
        state.devices.indices.map { DeviceIndex(UInt32($0)) }.filter { state.devices.lifecycle($0) == .registered }
            .map(state.devices.id)
    }

    /// What an operator says to a device that waits, if anything; now and then to one that does not.
    private mutating func answer(_ state: FleetState) -> Command? {
        guard script.has(.newcomer) || script.has(.clone), state.devices.count > 0 else { return nil }
        let waiting = waiting(state)
        guard random.chance(waiting.isEmpty ? 15 : 400) else { return nil }
        let any = DeviceIndex(UInt32(random.number(0...state.devices.count - 1)))
        let device = waiting.isEmpty ? state.devices.id(any) : random.one(of: waiting)
        return random.chance(700) ? .accept(device: device) : .refuse(device: device)
    }

    /// Every command has a reason of its own, so that its fact can be told from all others.
    private mutating func ask(_ command: Command, source: String = "console") -> EngineInput {
        ticket += 1
        let person = random.one(of: Self.people)
        var origin = Origin(operatorName: person.name, source: source, reason: "command \(ticket)", user: person.user)
        guard source == "console" else { return .command(command, origin, ticket: ticket) }
        origin.key = CommandKey(high: script.seed, low: ticket)
        origin.basis = basis()
        sent.append((command, origin))
        if sent.count > Self.mostSent { sent.removeFirst() }
        return .command(command, origin, ticket: ticket)
    }

    private mutating func look(_ state: FleetState) {
        if state.revision != view { views.append(state.revision) }
        if views.count > Self.mostSent { views.removeFirst() }
        view = state.revision
    }

    /// What a command is decided on: what is shown, mostly.
    private mutating func basis() -> UInt64? {
        if script.has(.staleView), random.chance(150), let old = views.first {
            counts[.staleView] += 1
            return old
        }
        return random.chance(700) ? view : nil
    }

    /// The same command under the same key, once or twice, whatever has become of it and of the engine that it went to; now
    /// and then another command under that key, which is nobody's right.
    private mutating func sendAgain() -> [EngineInput]? {
        guard !sent.isEmpty else { return nil }
        let (command, origin) = random.chance(500) ? sent[sent.count - 1] : random.one(of: sent)
        counts[.repetition] += 1
        let asked = random.chance(50) ? Command.pause(update: "u0") : command
        return (0...random.number(0...1)).map { _ in
            ticket += 1
            return .command(asked, origin, ticket: ticket)
        }
    }

    // MARK: - Choices

    private mutating func command(_ state: FleetState) -> Command? {
        guard !state.updates.isEmpty else { return nil }
        let drafts = state.updates.filter { $0.status == .draft }
        if !drafts.isEmpty, random.chance(700) { return .start(update: random.one(of: drafts).id) }
        let update = random.one(of: state.updates)
        switch random.number(0...99) {
        case ..<20: return .pause(update: update.id)
        case ..<50: return .resume(update: update.id)
        case ..<65: return .approve(update: update.id)
        case ..<73: return .cancel(update: update.id)
        case ..<83: return rollback(update, state)
        case ..<90: return .retryFailed(update: update.id)
        case ..<94: return .decommission(device: random.one(of: script.devices).id)
        case ..<97: return .pause(update: "u0")
        default: return .start(update: update.id)
        }
    }

    private mutating func rollback(_ update: UpdateRecord, _ state: FleetState) -> Command {
        let current = state.rollbackRevision(update.index)
        let known = previews.last { $0.update == update.id }?.revision
        previews.append((update.id, current))
        guard script.has(.staleConfirmation), random.chance(400) else {
            return .rollBack(update: update.id, confirmation: update.id, preview: random.chance(500) ? current : nil)
        }
        counts[.staleConfirmation] += 1
        if random.chance(500) { return .rollBack(update: update.id, confirmation: "u", preview: nil) }
        return .rollBack(update: update.id, confirmation: update.id, preview: known ?? current &+ 1)
    }

    /// Files that are read again and say something new.
    private mutating func revision(_ state: FleetState) -> Command {
        counts[.revision] += 1
        switch random.number(0...3) {
        case 0:
            var settings = state.settings
            settings.limits = script.limits(&random)
            return .configure(settings)
        case 1:
            return .draft(script.update(random.number(1...script.updates.count + 2), &random))
        default: return .register([device(state)])
        }
    }

    private mutating func device(_ state: FleetState) -> DeviceRecord {
        guard state.devices.count > 0, random.chance(900) else {
            return DeviceRecord(
                id: "new-\(random.number(1...9))", site: "S1", region: "region-1",
                timeZone: random.one(of: TrialScript.zones), firmware: script.releases[0].version)
        }
        let index = DeviceIndex(UInt32(random.number(0...state.devices.count - 1)))
        var record = state.devices.record(index)
        switch random.number(0...3) {
        case 0: record.site = "S\(random.number(1...5))"
        case 1: record.region = "region-\(random.number(1...4))"
        case 2: record.timeZone = random.one(of: TrialScript.zones)
        default:
            record.lifecycle =
                record.lifecycle == .active ? random.one(of: [.decommissioned, .registered]) : .active
        }
        return record
    }
}
