import Crypto
import FleetCore
import FleetFiles
import Foundation
import Logging
import Synchronization
import TerminalAgent

/// A gateway and a site in memory, around an agent on storage that forgets. They survive the agent.
final class AgentWorld {
    static let slots = "/slots", state = "/state"

    /// What the gateway offers; nil: nothing.
    var offer: OfferedRelease?
    var bytes: [String: [UInt8]] = [:]
    /// The action that is to be dropped, and from which poll on.
    var cancelled: UInt32?
    /// What the gateway heard of each action, as `execution/finished`.
    private(set) var words: [String] = []
    /// The versions that the device said it runs.
    private(set) var said: [String] = []
    /// Whether the terminal is in use, how often it is asked before it is not.
    var busyFor = 0
    /// What the health check says of a version.
    var isHealthy: (String) -> Bool = { _ in true }
    /// Whether the install command writes things of its own, and how it ends.
    var install: CommandEnd = .exited(0, said: "")
    /// How the restart of a version ends, and what the version command prints.
    var restart: (String) -> CommandEnd = { _ in .exited(0, said: "") }, version = ""
    /// Why what the gateway offers makes no sense; nil: it does.
    var nonsense: String?
    /// After which time the gateway wants the next poll, and whether it answers none.
    var interval = Duration.zero, isDeaf = false
    /// What the agent said of its progress, and what it logged as a warning.
    private(set) var progress: [String] = []
    let warnings = Warnings()
    /// Bytes of a piece, and the piece of a file after which the line breaks once.
    var piece = 4
    var breakAfter: Int?
    /// What the gateway says of a file's state, and how much of it the gateway says it has sent.
    var tag = "\"1\"", sent: Int64?
    /// Bytes that were fetched, and files that were asked for.
    fileprivate(set) var fetchedBytes = 0, fetches = 0
    /// The boot of the machine.
    var boot = 1
    /// Commands that ran, by name, with what they were told.
    private(set) var ran: [String] = []
    /// Ends the agent when nothing is left to do.
    private(set) var bell = EndBell()
    var disk = ModelDisk()
    /// Polls so far that had nothing to offer.
    private var idlePolls = 0
    /// What is done before a command runs, or a poll is answered.
    var before: (String) -> Void = { _ in }
    var trust: any ReleaseTrust = GatewayTrust()

    /// A terminal on which nothing was installed yet, or on which slot a has a version.
    init(runs version: String? = nil) throws {
        try disk.makeFolder(Self.state)
        try disk.makeFolder(Self.slots)
        if let version {
            for path in ["/slots/a", "/slots/b", "/slots/a/files"] { try disk.makeFolder(path) }
            try disk.write(Array(#"{"version":"\#(version)"}"#.utf8), to: "/slots/a/release.json")
            try disk.write(Array("old \(version)".utf8), to: "/slots/a/files/app")
            try disk.link("/slots/current", to: "a")
        }
        disk.settle()
    }

    /// Offers a release of these files.
    func offer(_ action: UInt32, _ version: String, _ files: [String: String]) {
        bytes = files.mapValues { Array($0.utf8) }
        offer = OfferedRelease(
            action: action, version: version, part: "os",
            files: files.keys.sorted().map { name in
                let bytes = Array((files[name] ?? "").utf8)
                let hash = SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
                return .init(name: name, length: Int64(bytes.count), sha256: hash, url: name)
            })
    }

    static var settings: AgentSettings {
        var settings = AgentSettings(
            gateway: .init(url: "http://127.0.0.1", tokenFile: "/token"), device: "till-1", state: state, slots: slots)
        let time = Duration.seconds(1)
        settings.install = .init(["/install"], within: time)
        settings.restart = .init(command: .init(["/restart"], within: time))
        settings.health = .init(command: .init(["/health"], within: time), tries: 2, every: .milliseconds(1))
        settings.busy = .init(command: .init(["/busy"], within: time), every: .milliseconds(1))
        return settings
    }

    /// Runs an agent until nothing is left to do, or the power fails.
    func run(_ settings: AgentSettings = AgentWorld.settings) throws {
        bell = EndBell()
        idlePolls = 0
        try agent(settings).run()
    }

    func agent(_ settings: AgentSettings = AgentWorld.settings) throws -> TerminalAgent {
        try TerminalAgent(
            settings,
            .init(
                disk: disk, link: Link(self), commands: Commands(self), trust: trust, boot: "boot-\(boot)", bell: bell,
                logger: Logger(label: "test") { [warnings] _ in warnings }, pace: PollPace(shortest: .zero)))
    }

    /// Runs an agent to its end with a power cut at a step, and another one on what is left; false: the step is behind the
    /// end.
    func run(cutAt step: Int, seed: UInt64, reboots: Bool = true) throws -> Bool {
        disk.cutAt = step
        do {
            try run()
            disk.cutAt = nil
            return false
        } catch is ModelDisk.PowerCut {
            disk = disk.afterCut(seed: seed)
            if reboots { boot += 1 }
            try run()
            return true
        }
    }

    /// The slot in use, and the version that its record names.
    var runs: (slot: Slot, version: String)? {
        get throws {
            let pair = SlotPair(disk, folder: Self.slots)
            guard let slot = try pair.inUse(), let record = try pair.record(of: slot) else { return nil }
            return (slot, record.version)
        }
    }

    fileprivate func word(_ text: String) { words.append(text) }
    fileprivate func hasProgress(_ text: String) { progress.append(text) }
    fileprivate func says(_ version: String?) { said.append(version ?? "nothing") }
    fileprivate func runsCommand(_ text: String) { ran.append(text) }
    fileprivate func hasNothing() {
        idlePolls += 1
        if idlePolls >= 2 { bell.end() }
    }
}

/// The gateway's end of the line.
private final class Link: GatewayLink {
    private let world: AgentWorld

    init(_ world: AgentWorld) { self.world = world }

    func poll(holding time: Duration, within longest: Duration) throws(LinkFailure) -> PollAnswer {
        world.before("poll")
        if world.isDeaf { throw .unreachable("no answer in time") }
        var answer = PollAnswer(interval: world.interval)
        if let cancelled = world.cancelled {
            answer.cancel = cancelled
        } else if let offer = world.offer {
            answer.deployment = .init(action: offer.action, url: "offer")
        } else {
            world.hasNothing()
        }
        return answer
    }

    func offer(_ url: String) throws(LinkFailure) -> OfferedRelease {
        guard let offer = world.offer else { throw .refused(404, retryAfter: nil) }
        if let nonsense = world.nonsense { throw .misunderstood("release: \(nonsense)") }
        return offer
    }

    func say(_ feedback: Feedback, of action: UInt32) throws(LinkFailure) {
        let details = feedback.execution == .proceeding ? "" : feedback.details.map { " \($0)" }.joined()
        let word = "\(action) \(feedback.execution)/\(feedback.finished)\(details)"
        if world.words.last != word { world.word(word) }
        if feedback.execution == .proceeding { feedback.details.forEach(world.hasProgress) }
        if feedback.execution == .closed { world.offer = nil }
    }

    func answerCancel(_ feedback: Feedback, of action: UInt32) throws(LinkFailure) {
        world.word("cancel \(action) \(feedback.execution)")
        if feedback.execution == .closed, world.offer?.action == action { world.offer = nil }
        world.cancelled = nil
    }

    func describe(_ attributes: [(name: String, value: String)]) throws(LinkFailure) {
        world.says(attributes.first { $0.name == "firmware" }?.value)
    }

    func standing(of file: OfferedRelease.File) throws(LinkFailure) -> FileStanding {
        FileStanding(tag: world.tag, sent: world.sent)
    }

    func fetch(
        _ file: OfferedRelease.File, from start: Int64, tag: String, into sink: any FetchSink, isStopped: () -> Bool
    ) throws(LinkFailure) -> FetchEnd {
        var place = Int(start)
        let bytes = world.bytes[file.name] ?? []
        world.fetches += 1
        do {
            if start > 0, tag != world.tag {
                try sink.beginAnew()
                place = 0
            }
            var pieces = 0
            while place < bytes.count {
                world.before("piece")
                if isStopped() { return .stopped }
                if world.breakAfter == pieces {
                    world.breakAfter = nil
                    throw LinkFailure.unreachable("the line broke")
                }
                let end = min(place + world.piece, bytes.count)
                try bytes[place..<end].withUnsafeBytes { try sink.take($0) }
                world.fetchedBytes += end - place
                place = end
                pieces += 1
            }
            return .finished
        } catch let failure as LinkFailure { throw failure } catch is ModelDisk.PowerCut {
            // What cannot be thrown through this call stops the run at the next step all the same.
            throw .unreachable("power")
        } catch { throw .unreachable("\(error)") }
    }
}

/// The site's programs.
private final class Commands: CommandRunner {
    private let world: AgentWorld

    init(_ world: AgentWorld) { self.world = world }

    func endLeftovers() throws {}

    func run(
        _ command: AgentSettings.Command, _ environment: [(name: String, value: String)], isInstallation: Bool,
        isStopped: () -> Bool
    ) -> CommandEnd? {
        let values = Dictionary(uniqueKeysWithValues: environment.map { ($0.name, $0.value) })
        let name = String(command.words[0].dropFirst())
        world.before(name)
        if isStopped() { return nil }
        world.runsCommand("\(name) \(values["MUSTER_VERSION"] ?? "")")
        switch name {
        case "install":
            let slot = values["MUSTER_SLOT"] ?? ""
            world.disk.scribble(slot + "/unpacked", Array("unpacked \(values["MUSTER_VERSION"] ?? "")".utf8))
            return world.install
        case "busy":
            world.busyFor -= 1
            return world.busyFor >= 0 ? .exited(1, said: "a sale") : .exited(0, said: "")
        case "health":
            return world.isHealthy(values["MUSTER_VERSION"] ?? "") ? .exited(0, said: "") : .exited(7, said: "no till")
        case "restart": return world.restart(values["MUSTER_VERSION"] ?? "")
        case "version": return .exited(0, said: world.version)
        default: return .exited(0, said: "")
        }
    }
}

/// Keeps what is logged as a warning, or as worse.
struct Warnings: LogHandler {
    private final class Lines: Sendable {
        let texts = Mutex<[String]>([])
    }

    private let lines = Lines()
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    /// What was logged so far, each with its reason.
    var texts: [String] { lines.texts.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let reason = ["file", "reason"].compactMap { event.metadata?[$0] }.map { ": \($0)" }.joined()
        lines.texts.withLock { $0.append("\(event.message)\(reason)") }
    }
}
