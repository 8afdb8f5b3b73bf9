/// How terminals are driven by SSH: `push` of `fleet.yaml`. It rules nothing and is no fact: a value like the others, so that
/// the reader of files and the driver share it without knowing each other.
public struct PushSettings: Hashable, Sendable {
    /// A program on a terminal, by its whole path, and its arguments. A word `{files}`, `{version}` or `{device}` stands for the
    /// folder of the release's files, its version, or the device's id; as a word of its own and never as a part of one, so
    /// that no shell reads it.
    public typealias Words = [String]

    /// The folder on a terminal that belongs to the driver, by its whole path.
    public var folder: String
    /// Installs a release whose files have been proven. It has ended when the release is installed.
    public var install: Words
    /// Prints the version that the terminal runs, as the first line.
    public var version: Words
    /// Brings what was installed to work; empty: the installation does.
    public var restart: Words = []
    /// Whether the terminal boots anew by `restart`: then nothing that it says before counts.
    public var reboots = false
    /// Ends with 0 once the terminal works; empty: the version says it all.
    public var health: Words = []
    /// The file that OpenSSH is configured by, in place of the operator's own; nil: that.
    public var sshConfiguration: String?
    /// Terminals that are pushed to at once. The default is that of the fleet's `in-flight`: an order that waits for its turn
    /// here uses up its time to be answered.
    public var atOnce = 100
    /// How long each step may take.
    public var limits = Limits()

    /// How long each step may take.
    public struct Limits: Hashable, Sendable {
        /// Until a terminal has answered and let the driver in.
        public var connect: Duration = .seconds(10)
        /// A question: what it runs, or how its health is.
        public var answer: Duration = .seconds(30)
        /// A transfer that does not move.
        public var stall: Duration = .seconds(60)
        /// The hashing of what is there.
        public var verify: Duration = .minutes(10)
        /// `install`.
        public var install: Duration = .minutes(30)
        /// From the begin of `restart` until the terminal has told its version and works.
        public var confirm: Duration = .minutes(10)

        /// The default limits.
        public init() {}
    }

    /// The least that a site has to say.
    public init(folder: String, install: Words, version: Words) {
        self.folder = folder
        self.install = install
        self.version = version
    }
}

extension PushSettings {
    /// The words of a command that stand for something.
    public static let places = ["{files}", "{version}", "{device}"]

    /// A command with what its places stand for.
    public static func filled(_ words: Words, files: String, version: String, device: String) -> Words {
        words.map { word in
            switch word {
            case "{files}": files
            case "{version}": version
            case "{device}": device
            default: word
            }
        }
    }
}
