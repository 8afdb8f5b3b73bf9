/// What the giver of a command draws once and sends along each time: a command of a key that is known is not carried out
/// again.
public struct CommandKey: Hashable, Sendable {
    /// Its halves; together 128 bits that nobody else draws.
    public var high, low: UInt64

    /// The key of these halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

extension CommandKey: LosslessStringConvertible {
    /// 32 hexadecimal digits.
    public var description: String { Self.digits(high) + Self.digits(low) }

    /// The key of 32 hexadecimal digits, as `description` writes them; nil: the text is another.
    public init?(_ text: String) {
        guard text.utf8.count == 32, let high = UInt64(text.prefix(16), radix: 16),
            let low = UInt64(text.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
        guard description == text else { return nil }
    }

    private static func digits(_ half: UInt64) -> String {
        let digits = String(half, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// One command that was decided lately.
struct RecentCommand: Hashable, Sendable {
    /// The fact that says it, counted from 1.
    var revision: UInt64
    var at: Timestamp
    var record: CommandRecord
    /// Why it was refused; nil: it was carried out.
    var refusal: Refusal?
}

/// The latest commands, so that one which is sent again is known, and one that was decided on what was shown before
/// them too.
struct RecentCommands: Hashable, Sendable {
    /// As many are remembered at least, and twice as many at most. One is looked for among them from the latest on: people
    /// and scripts give a few a minute, each of which waits for a disk anyway.
    static let capacity = 4096

    var entries: [RecentCommand] = []
    /// The number of the latest fact whose command is forgotten.
    var forgottenUpTo: UInt64 = 0

    mutating func remember(_ entry: RecentCommand) {
        if entries.count == 2 * Self.capacity {
            forgottenUpTo = entries[Self.capacity - 1].revision
            entries.removeFirst(Self.capacity)
        }
        entries.append(entry)
    }

    /// The command of this key, if it was given lately.
    func entry(of key: CommandKey) -> RecentCommand? {
        entries.last { $0.record.origin.key == key }
    }

    /// The latest command about an object that was carried out behind this fact and that somebody else gave.
    func change(of object: String, since basis: UInt64, notBy origin: Origin) -> RecentCommand? {
        entries.reversed().prefix { $0.revision > basis }.first { entry in
            entry.refusal == nil && entry.record.object == object
                && (entry.record.origin.user, entry.record.origin.operatorName) != (origin.user, origin.operatorName)
        }
    }

    mutating func moveAll(by step: Duration) {
        for index in entries.indices { entries[index].at.move(by: step) }
    }
}

extension FleetState {
    /// The answer to a command that was given before, by its key: outer nil, it was not.
    func earlierAnswer(_ command: Command, _ origin: Origin) -> Refusal?? {
        guard let key = origin.key, let entry = recentCommands.entry(of: key) else { return nil }
        guard entry.record.verb == command.verb, entry.record.object == command.object,
            entry.record.origin.user == origin.user
        else {
            return .some(
                Refusal(
                    "the key of this command was used for `\(entry.record.verb)` of \(entry.record.object)",
                    remedy: "draw a key of its own for each command"))
        }
        return .some(entry.refusal)
    }

    /// Refuses a command that was decided on what is not so any more. Pausing is the safe direction and is never too
    /// late; a rollback has the revision of its preview besides.
    func expectFresh(_ command: Command, _ origin: Origin) throws(Refusal) {
        guard let basis = origin.basis, command.canBeTooLate else { return }
        guard basis <= revision else {
            throw Refusal(
                "this was decided on record \(basis), and the journal ends with \(revision)",
                remedy: "look at \(command.object) as it is now: the journal may be an older copy")
        }
        guard basis >= recentCommands.forgottenUpTo else {
            throw Refusal("this was decided on a view that is too old", remedy: "look at the present one")
        }
        if let change = recentCommands.change(of: command.object, since: basis, notBy: origin) {
            let record = change.record
            throw Refusal(
                "\(record.origin.operatorName) gave `\(record.verb)` for \(record.object) at \(change.at.iso), after "
                    + "what this was decided on",
                remedy: "look at it as it is now, and decide again")
        }
        guard command.letsGatesGoOn, let update = update(command.object), update.gateChangedIn > basis else { return }
        throw Refusal(
            "the gates of \(update.id) have changed since this was decided", remedy: "look at them as they are now")
    }
}

extension Command {
    /// Whether it rests on what was seen of its object. New devices and releases have none but their number.
    fileprivate var canBeTooLate: Bool {
        switch self {
        case .pause, .register, .addReleases: false
        default: true
        }
    }

    /// Whether it means the gates as they were seen: an update that goes on after a pause goes on past an inconclusive
    /// one too.
    fileprivate var letsGatesGoOn: Bool {
        switch self {
        case .approve, .resume: true
        default: false
        }
    }
}
