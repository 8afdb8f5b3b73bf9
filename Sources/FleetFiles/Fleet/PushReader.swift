import FleetCore

/// Reads `push` of `fleet.yaml`: how terminals with an address of `ssh://` are driven.
struct PushReader {
    /// The most words of a command, its path included.
    static let mostWords = 64
    /// The longest path of the folder, in bytes: names of files come behind it.
    static let longestFolder = 512

    private(set) var settings: PushSettings
    /// Where the time of the installation stands, to be compared with the fleet's own.
    private let install: YamlValue?

    /// nil, with the problems noted, if it is no mapping or lacks what it must say.
    init?(_ value: YamlValue) {
        let keys = [
            "folder", "install", "version", "restart", "reboots", "health", "ssh-config", "at-once", "limits",
        ]
        guard let map = value.map("a push over SSH", known: keys) else { return nil }
        let folder = map.required("folder", "/var/lib/muster").flatMap(Self.folder)
        let install = map.required("install", "[/usr/local/sbin/till-install, \"{files}\"]").flatMap(Self.words)
        let version = map.required("version", "[/bin/cat, /etc/till-version]").flatMap(Self.words)
        settings = PushSettings(folder: folder ?? "", install: install ?? [], version: version ?? [])
        if let words = map["restart"].flatMap(Self.words) { settings.restart = words }
        if let words = map["health"].flatMap(Self.words) { settings.health = words }
        if let reboots = map["reboots"]?.flag() { settings.reboots = reboots }
        if settings.reboots, !map.has("restart") {
            map["reboots"]?.error("`reboots` without `restart`", "say which command boots the terminal anew")
        }
        settings.sshConfiguration = map["ssh-config"].flatMap(Self.path)
        if let count = map["at-once"]?.integer(in: 1...1000) { settings.atOnce = count }
        let limits = map["limits"]?.map(
            "limits of time", known: ["connect", "answer", "stall", "verify", "install", "confirm"])
        self.install = limits?["install"]
        readLimits(limits)
        if folder == nil || install == nil || version == nil { return nil }
    }

    private mutating func readLimits(_ map: YamlMap?) {
        guard let map else { return }
        let fields: [(String, WritableKeyPath<PushSettings.Limits, Duration>)] = [
            ("connect", \.connect), ("answer", \.answer), ("stall", \.stall), ("verify", \.verify),
            ("install", \.install), ("confirm", \.confirm),
        ]
        for (name, field) in fields {
            guard let value = map[name], let limit = value.duration(atLeast: .seconds(1)) else { continue }
            if limit > .days(1) { value.error(value.named("is longer than a day"), "shorten it") }
            settings.limits[keyPath: field] = limit
        }
    }

    /// Notes a limit that the engine's own makes void.
    func check(_ deadlines: StepDeadlines) {
        guard let install, settings.limits.install > deadlines.installing else { return }
        install.error(
            "`install` of `push` is longer than `installing` of `deadlines`, \(DurationText.short(deadlines.installing))",
            "the engine gives the attempt up by then: shorten this one or lengthen that")
    }

    // MARK: - Texts

    /// A whole path that the system takes as it stands.
    private static func path(_ value: YamlValue) -> String? {
        guard let text = value.text() else { return nil }
        guard text.hasPrefix("/"), text.count > 1, !text.hasSuffix("/"), !text.utf8.contains(0) else {
            value.error(value.named("is `\(text.shown)`, not a whole path"), "begin it with /")
            return nil
        }
        return text
    }

    private static func folder(_ value: YamlValue) -> String? {
        guard let text = path(value) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPlain = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
        guard isPlain, text.utf8.count <= longestFolder, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            value.error(
                value.named("is `\(text.shown)`, not the plain path of a folder"),
                "write it like /var/lib/muster, with no `.`, `..` or empty part")
            return nil
        }
        guard !text.contains(where: { "{}".contains($0) }) else {
            let why = "it is one folder for all devices, and nothing stands in for a part of it"
            value.error(value.named("is `\(text.shown)`: \(why)"), "write it without braces")
            return nil
        }
        return text
    }

    private static func words(_ value: YamlValue) -> [String]? {
        guard let items = value.items(atMost: mostWords) else { return nil }
        guard let first = items.first else {
            value.error(value.named("is empty"), "write it like [/usr/local/sbin/till-install, \"{files}\"]")
            return nil
        }
        guard let program = path(first) else { return nil }
        let rest = items.dropFirst().compactMap(word)
        return rest.count == items.count - 1 ? [program] + rest : nil
    }

    private static func word(_ item: YamlValue) -> String? {
        guard let text = item.text() else { return nil }
        guard !text.utf8.contains(0) else {
            item.error("an argument with a NUL", "programs cannot be given one")
            return nil
        }
        for place in PushSettings.places where text.contains(place) && text != place {
            item.error(
                "`\(place)` is a part of a word", "make it a word of its own: in a longer one a shell could read it")
            return nil
        }
        return text
    }
}
