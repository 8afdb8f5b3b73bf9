import FleetCore

extension AgentSettings {
    /// The most words of a command, its path included.
    private static let mostWords = 64
    /// The longest that any of them may be given.
    private static let longestTime = Duration.days(1)
    /// The most tries of a health check.
    private static let mostTries = 1000

    /// Reads the site's programs: a list of words, or a mapping with `run` and what goes with it.
    mutating func readCommands(_ map: YamlMap) {
        install = Self.command(map["install-command"], within: .minutes(30))?.command
        if let (command, more) = Self.command(map["version-command"], within: .seconds(30), ["every"]) {
            version = command
            if let every = more?["every"].flatMap(Self.time) { versionEvery = every }
        }
        if let (command, more) = Self.command(map["restart-command"], within: .minutes(5), ["reboots"]) {
            restart = Restart(command: command, reboots: more?["reboots"]?.flag() ?? false)
        }
        if let (command, more) = Self.command(map["health-command"], within: .seconds(30), ["tries", "every"]) {
            health = Health(command: command)
            if let tries = more?["tries"]?.integer(in: 1...Self.mostTries) { health?.tries = tries }
            if let every = more?["every"].flatMap(Self.time) { health?.every = every }
        }
        if let (command, more) = Self.command(map["busy-command"], within: .seconds(10), ["every"]) {
            busy = Busy(command: command)
            if let every = more?["every"].flatMap(Self.time) { busy?.every = every }
        }
    }

    private static func command(
        _ value: YamlValue?, within standard: Duration, _ more: [String] = []
    ) -> (command: Command, more: YamlMap?)? {
        guard let value else { return nil }
        if case .sequence = value.node { return words(value).map { (Command($0, within: standard), nil) } }
        guard let map = value.map("a list of words, or a command", known: ["run", "within"] + more) else { return nil }
        let words = map.required("run", "[/usr/local/lib/till/install]").flatMap(words)
        let time = map.has("within") ? map["within"].flatMap(time) : standard
        guard let words, let time else { return nil }
        return (Command(words, within: time), map)
    }

    private static func time(_ value: YamlValue) -> Duration? {
        guard let time = value.duration(atLeast: .milliseconds(1)) else { return nil }
        guard time <= longestTime else {
            value.error(value.named("is longer than a day"), "shorten it")
            return nil
        }
        return time
    }

    private static func words(_ value: YamlValue) -> [String]? {
        guard let items = value.items(atMost: mostWords) else { return nil }
        guard let first = items.first else {
            value.error(value.named("is empty"), "write it like [/usr/local/lib/till/install, --quiet]")
            return nil
        }
        guard let program = AgentFileReader.path(first) else { return nil }
        let rest = items.dropFirst().compactMap { item -> String? in
            guard let text = item.text() else { return nil }
            if text.utf8.contains(0) { item.error("an argument with a NUL", "programs cannot be given one") }
            return text
        }
        return [program] + rest
    }
}
