import FleetCore

/// A command that was sent and that the engine has not answered yet: nobody knows whether it is carried out.
public struct UnansweredCommand: Hashable, Sendable {
    /// For how long an answer may take before the screen says that it is waited for.
    static let patience = Duration.seconds(1)

    /// What was sent.
    public var command: Command
    /// When, by the clock that `render` is given.
    public var sentAt: Timestamp

    /// A command that was sent at this moment.
    public init(_ command: Command, sentAt: Timestamp) {
        self.command = command
        self.sentAt = sentAt
    }
}

extension ConsoleState {
    /// What is said of commands that wait for their answer for longer than a moment; nil: none does.
    func outstanding(at now: Timestamp) -> String? {
        guard let oldest = unanswered.min(by: { $0.sentAt < $1.sentAt }) else { return nil }
        let age = now - oldest.sentAt
        guard age >= UnansweredCommand.patience else { return nil }
        let more = unanswered.count - 1
        let others = more > 0 ? " and \(NumberText.count(more, "command")) more" : ""
        let command = "\(oldest.command.verb) \(oldest.command.object)"
        return "\(command)\(others): sent, not answered for \(DurationText.short(age))"
    }
}
