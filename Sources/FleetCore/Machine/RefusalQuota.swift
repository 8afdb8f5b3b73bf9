/// How often a refusal for want of a role is written down. Whoever has no role must not fill the journal with it: of one
/// user and one command, one a minute stands in the audit.
struct RefusalQuota: Sendable {
    /// The time between two of them.
    static let interval = Duration.minutes(1)
    /// Pairs of user and command that are kept in mind; where more come in one interval, the rest leave no fact.
    static let capacity = 1000

    private struct Key: Hashable {
        var user: String
        var verb: String
    }

    private var latest: [Key: Timestamp] = [:]

    /// Whether this one is to be written down; if so, it is the latest.
    mutating func mayRecord(_ record: CommandRecord, at now: Timestamp) -> Bool {
        let origin = record.origin
        let key = Key(user: origin.user.isEmpty ? origin.operatorName : origin.user, verb: record.verb)
        if let last = latest[key], Self.isRecent(last, now) { return false }
        if latest.count >= Self.capacity { latest = latest.filter { Self.isRecent($0.value, now) } }
        guard latest[key] != nil || latest.count < Self.capacity else { return false }
        latest[key] = now
        return true
    }

    /// One that lies ahead was noted before the clock was set back.
    private static func isRecent(_ last: Timestamp, _ now: Timestamp) -> Bool { last <= now && now - last < interval }
}
