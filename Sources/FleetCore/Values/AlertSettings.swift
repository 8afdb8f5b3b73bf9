/// What leaves the box by itself, and how: `alerts` of `fleet.yaml`. It rules nothing and is no fact: a value like the
/// others, so that the reader of files and the sender share it without knowing each other.
public struct AlertSettings: Hashable, Sendable {
    /// Where alerts are posted; nil: nowhere.
    public var webhook: AlertWebhook?
    /// The program that is run for each alert, by its whole path, and its arguments; empty: none.
    public var command: [String] = []
    /// What is alerted.
    public var kinds: Set<AlertKind> = Set(AlertKind.allCases)
    /// The time in which alerts of one cause become one.
    public var collapse: Duration = .minutes(5)

    /// Everything, told to nobody.
    public init() {}
}

/// Where alerts are posted.
public struct AlertWebhook: Hashable, Sendable {
    /// An address of `http` or `https`, without a user in it.
    public var url: String
    /// The file, by its whole path, that holds the secret by which posts are signed.
    public var secretFile: String

    /// An address with its secret.
    public init(url: String, secretFile: String) {
        self.url = url
        self.secretFile = secretFile
    }
}

/// What can be alerted, by its name in `fleet.yaml` and in the alert.
public enum AlertKind: String, CaseIterable, Codable, Sendable {
    /// A gate failed; what its update does about it has begun.
    case gateFailed = "gate-failed"
    /// A gate lacked its sample in time; its update waits for a person.
    case inconclusive
    /// An update has ended before it was through, or was rolled back.
    case halted
    /// An update is through, whatever became of its devices.
    case completed
    /// Devices fell silent after an install.
    case silent
    /// Devices that had completed were seen on another version, or failed otherwise, afterwards.
    case turnedBad = "turned-bad"
    /// The engine failed, was not ended in good order, or was ended while updates were live.
    case engineStopped = "engine-stopped"
}
