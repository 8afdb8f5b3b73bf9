import FleetCore

/// Reads the configuration of a terminal's agent.
public enum AgentFile {
    /// What came of it: the settings, unless something is wrong with them, and what that is, by file and place.
    public struct Result: Sendable {
        /// The settings; nil if there was an error.
        public var settings: AgentSettings?
        /// What is wrong, and what looks wrong.
        public var problems: [FileProblem]
    }

    /// Reads a file.
    public static func read(file: String) -> Result {
        let scope = FileScope(path: file, log: ProblemLog())
        let settings = YamlDocument.root(ofFile: file, scope: scope).flatMap { AgentFileReader($0).settings }
        let problems = scope.log.summary().listed
        return Result(settings: scope.log.errorCount == 0 ? settings : nil, problems: problems)
    }
}

/// Reads the mapping. What it names on this machine is looked at when the agent starts.
struct AgentFileReader {
    private static let keys = [
        "version", "gateway", "device", "state", "slots", "install-command", "restart-command", "health-command",
        "version-command", "busy-command", "poll-wait", "attributes", "signed-releases",
    ]
    /// The longest that a gateway of Muster holds a poll.
    private static let longestPollWait = Duration.minutes(5)

    private(set) var settings: AgentSettings?

    init(_ root: YamlValue) {
        guard let map = root.map("an agent", known: Self.keys) else { return }
        map.checkFormatVersion()
        let gateway = map.required("gateway", "{url: \"https://ops.example.com:8443\", token-file: /etc/muster/token}")
            .flatMap(Self.gateway)
        let device = map.required("device", "pos-nyc-001").flatMap(Self.device)
        let state = map.required("state", "/var/lib/muster-agent").flatMap(Self.path)
        let slots = map.required("slots", "/srv/till").flatMap(Self.path)
        // The rest is read all the same, so that one run names everything.
        var settings = AgentSettings(
            gateway: gateway ?? .init(url: "", tokenFile: ""), device: device ?? "", state: state ?? "",
            slots: slots ?? "")
        settings.readCommands(map)
        if let wait = map["poll-wait"]?.duration(atLeast: .seconds(1)) {
            settings.pollWait = wait
            if wait > Self.longestPollWait { map["poll-wait"]?.error("`poll-wait` is longer than 5m", "shorten it") }
        }
        settings.attributes = map["attributes"].map(Self.attributes) ?? []
        settings.signedReleases = map["signed-releases"].flatMap(Self.signedReleases)
        if let state, let slots, state == slots {
            map["slots"]?.error("`slots` is the folder of the state", "name another folder")
        }
        if gateway != nil, device != nil, state != nil, slots != nil { self.settings = settings }
    }

    private static func gateway(_ value: YamlValue) -> AgentSettings.Gateway? {
        guard let map = value.map("a gateway", known: ["url", "tenant", "token-file", "ca-file"]) else { return nil }
        let url = map.required("url", "https://ops.example.com:8443").flatMap { PlainURL.read($0, isSecret: true) }
        let token = map.required("token-file", "/etc/muster/token").flatMap(path)
        let tenant = map["tenant"]?.identifier()
        let authority = map["ca-file"].flatMap(path)
        guard let url, let token else { return nil }
        var gateway = AgentSettings.Gateway(url: url, tokenFile: token)
        if let tenant { gateway.tenant = tenant }
        gateway.caFile = authority
        return gateway
    }

    private static func device(_ value: YamlValue) -> String? {
        guard let text = value.text() else { return nil }
        if let problem = DeviceRecord.problem(ofID: text) {
            value.error("`device` is `\(text.shown)`: \(problem)")
            return nil
        }
        return text
    }

    /// A whole path that the system takes as it stands.
    static func path(_ value: YamlValue) -> String? {
        guard let text = value.text() else { return nil }
        guard text.hasPrefix("/"), text.count > 1, !text.hasSuffix("/"), !text.utf8.contains(0) else {
            value.error(value.named("is `\(text.shown)`, not a whole path"), "begin it with /, without one at its end")
            return nil
        }
        return text
    }

    /// The most attributes that a gateway of Muster keeps beside the version that the agent adds.
    private static let mostAttributes = DeviceAttributes.mostNames - 1

    private static func attributes(_ value: YamlValue) -> [Tag] {
        guard let map = value.table("attributes with their values") else { return [] }
        if map.keys.count > mostAttributes {
            value.error("\(map.keys.count) attributes are more than \(mostAttributes)", "leave some out")
        }
        return map.keys.compactMap { name in
            guard let item = map[name], let text = item.text() else { return nil }
            if ["firmware", "version"].contains(name) {
                item.error("`\(name)` is said by the agent itself, as it is read back", "remove the key")
            }
            if name.utf8.count > DeviceAttributes.mostNameBytes || text.utf8.count > DeviceAttributes.mostValueBytes {
                item.error(
                    "`\(name.shown)` is longer than a gateway keeps",
                    "names have \(DeviceAttributes.mostNameBytes) bytes at most, values "
                        + "\(DeviceAttributes.mostValueBytes)")
            }
            return Tag(name, text)
        }.sorted()
    }

    private static func signedReleases(_ value: YamlValue) -> AgentSettings.SignedReleases? {
        guard let map = value.map("signed releases", known: ["metadata-url", "root-file", "folder"]) else { return nil }
        let url = map.required("metadata-url", "https://ops.example.com:8443/DEFAULT/tuf/metadata")
            .flatMap { PlainURL.read($0, isSecret: false) }
        let root = map.required("root-file", "/etc/muster/root.json").flatMap(path)
        let folder = map.required("folder", "/var/lib/muster-agent/tuf").flatMap(path)
        guard let url, let root, let folder else { return nil }
        return .init(metadataURL: url, rootFile: root, folder: folder)
    }
}
