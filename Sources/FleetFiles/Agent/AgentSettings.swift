import FleetCore

/// How the agent of one terminal works: the content of its configuration file.
public struct AgentSettings: Hashable, Sendable {
    /// Where it calls in.
    public struct Gateway: Hashable, Sendable {
        /// Scheme, host and port, without a slash at its end.
        public var url: String
        /// The fleet's name, or `DEFAULT`.
        public var tenant: String = "DEFAULT"
        /// The file of the device's token.
        public var tokenFile: String
        /// Who signs the gateway's certificate, as a PEM file; nil: those whom the system trusts.
        public var caFile: String?

        /// A gateway at an address.
        public init(url: String, tokenFile: String) {
            self.url = url
            self.tokenFile = tokenFile
        }
    }

    /// A program of the site, by its list of arguments.
    public struct Command: Hashable, Sendable {
        /// The program's whole path and its arguments. No shell sees them.
        public var words: [String]
        /// How long it may take before it is ended with all that it started.
        public var within: Duration

        /// A program that may take so long.
        public init(_ words: [String], within: Duration) {
            self.words = words
            self.within = within
        }
    }

    /// The command that starts what was switched to.
    public struct Restart: Hashable, Sendable {
        /// The command.
        public var command: Command
        /// Whether it restarts the machine: the agent then waits for its own end.
        public var reboots = false

        /// A command that restarts.
        public init(command: Command, reboots: Bool = false) {
            self.command = command
            self.reboots = reboots
        }
    }

    /// The check after a switch.
    public struct Health: Hashable, Sendable {
        /// Ends with 0 when the terminal works.
        public var command: Command
        /// How often it is tried before the agent goes back.
        public var tries = 5
        /// The time between two tries.
        public var every = Duration.seconds(5)

        /// A check.
        public init(command: Command, tries: Int = 5, every: Duration = .seconds(5)) {
            self.command = command
            self.tries = tries
            self.every = every
        }
    }

    /// Whether a sale is under way.
    public struct Busy: Hashable, Sendable {
        /// Ends with 0 when the terminal may be worked on, and with anything else while it is in use.
        public var command: Command
        /// How often it is asked.
        public var every = Duration.seconds(30)

        /// A question.
        public init(command: Command, every: Duration = .seconds(30)) {
            self.command = command
            self.every = every
        }
    }

    /// Releases that are installed only if they are signed (The Update Framework).
    public struct SignedReleases: Hashable, Sendable {
        /// Where the metadata is.
        public var metadataURL: String
        /// The root that the terminal was given.
        public var rootFile: String
        /// Where the metadata that was verified is kept.
        public var folder: String

        /// Signed releases of these parts.
        public init(metadataURL: String, rootFile: String, folder: String) {
            self.metadataURL = metadataURL
            self.rootFile = rootFile
            self.folder = folder
        }
    }

    /// Where it calls in.
    public var gateway: Gateway
    /// The device's id.
    public var device: String
    /// The folder of the agent's own state.
    public var state: String
    /// The folder with the slots `a` and `b`, and the link `current`.
    public var slots: String
    /// Installs files into the slot that is not in use; nil: the files are the release.
    public var install: Command?
    /// Starts what was switched to; nil: the switch is enough.
    public var restart: Restart?
    /// Checks what was started; nil: nothing does.
    public var health: Health?
    /// Says which version runs; nil: the slot in use does.
    public var version: Command?
    /// How often it is asked while there is nothing to do.
    public var versionEvery = Duration.minutes(2)
    /// Says whether the terminal is in use; nil: it never is.
    public var busy: Busy?
    /// How long the gateway may hold a poll.
    public var pollWait = Duration.minutes(2)
    /// What else the device says of itself, sorted by name.
    public var attributes: [Tag] = []
    /// Nil: a release counts by the hashes that the gateway names.
    public var signedReleases: SignedReleases?

    /// An agent with what it cannot do without.
    public init(gateway: Gateway, device: String, state: String, slots: String) {
        self.gateway = gateway
        self.device = device
        self.state = state
        self.slots = slots
    }
}
