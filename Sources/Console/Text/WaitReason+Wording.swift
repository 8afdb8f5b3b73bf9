import FleetCore

extension WaitReason {
    /// What holds a device, for a column.
    func text(_ times: TimeText) -> String {
        switch self {
        case .notStarted: "draft, not started"
        case .awaitingApproval: "awaits approval"
        case .secondPerson(let name): "2nd person: \(name) started it"
        case .paused(let reason): reason.description
        case .window(let opensAt?): "window \(times.short(opensAt))"
        case .window(nil): "no window opens again"
        // The moment before the name: where there is little room, the end is cut.
        case .freeze(let name, let until): "frozen to \(times.short(until)): \(name)"
        case .gate(let phase): "gate of \(phase)"
        case .soak(let phase, let until): "soak to \(times.short(until)): \(phase)"
        case .approval(let phase): "approval after \(phase)"
        case .limit(let scope): scope.description
        case .rate(let until): "rate to \(times.short(until))"
        case .bandwidth(let region, let until): "bandwidth to \(times.short(until)): \(region)"
        case .floor(let site, let working): "floor at \(site): \(working) working"
        case .offline(let since?): "since \(times.short(since))"
        case .offline(nil): "next contact"
        case .neverSeen: "first contact"
        case .nextContact: "next contact"
        case .backingOff(let until): "next try \(times.short(until))"
        case .busy(let update): "busy with \(update)"
        case .due: "starts next"
        }
    }

    /// The same where no word such as OFFLINE stands beside it.
    func wholeText(_ times: TimeText) -> String {
        switch self {
        case .offline(nil): "offline"
        case .offline: "offline \(text(times))"
        case .neverSeen: "never seen"
        default: text(times)
        }
    }

    /// Why not now, in a sentence.
    func sentence(_ times: TimeText) -> String {
        switch self {
        case .notStarted: "The update is a draft and has not been started."
        case .awaitingApproval: "The update waits for an operator's approval."
        case .secondPerson(let name): "Started by \(name); another person must approve it."
        case .paused(let reason): "The update is held: \(reason)."
        case .window(let opensAt?): "Outside its window, which opens \(times.short(opensAt))."
        case .window(nil): "Its window has closed and does not open again."
        case .freeze(let name, let until): "Frozen for \(name) until \(times.short(until))."
        case .gate(let phase): "Its phase opens once the gate of \(phase) has passed."
        case .soak(let phase, let until): "The soak after \(phase) lasts until \(times.short(until))."
        case .approval(let phase): "An operator must approve after \(phase)."
        case .limit(let scope): "The \(scope) is reached."
        case .rate(let until): "The limit of starts a minute is reached until \(times.short(until))."
        case .bandwidth(let region, let until): "The links of \(region) are full until \(times.short(until))."
        case .floor(let site, let working): "\(site) keeps its floor: \(NumberText.count(working, "terminal")) working."
        case .offline(let since?): "Offline since \(times.short(since)); it gets the order at its next contact."
        case .offline(nil): "Offline; it gets the order at its next contact."
        case .nextContact: "It is offered the release at its next contact."
        case .neverSeen: "Never seen; it gets the order at its first contact."
        case .backingOff(let until): "It waits after a failed attempt; the next is at \(times.short(until))."
        case .busy(let update): "It takes part in \(update), which comes first."
        case .due: "Nothing: it starts at the engine's next step."
        }
    }

    /// How it is drawn.
    var role: Role {
        switch self {
        case .paused, .freeze: .held
        case .offline, .neverSeen: .offline
        case .awaitingApproval, .secondPerson, .approval: .caution
        default: .waiting
        }
    }

    /// The word of a device that waits for it.
    var word: String {
        switch self {
        case .paused: "HELD"
        case .freeze: "FROZEN"
        case .offline: "OFFLINE"
        case .neverSeen: "NEVER SEEN"
        case .due: "DUE"
        default: "WAITING"
        }
    }
}
