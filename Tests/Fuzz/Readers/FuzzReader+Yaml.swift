import Cells
import Console
import FleetCore

@testable import FleetFiles

extension FuzzReader {
    /// The readers of YAML files.
    static let yaml = [
        FuzzReader("fleet", longestInput: 1024, words: yamlWords(fleetWords)) { bytes in
            try YamlFile.check(bytes, read: { root, _ in FleetSettingsReader(root).settings }, accepted: check)
        },
        FuzzReader("update", longestInput: 1024, words: yamlWords(updateWords)) { bytes in
            try YamlFile.check(bytes, read: readUpdate, accepted: check)
        },
        FuzzReader("release", longestInput: 1024, words: yamlWords(releaseWords)) { bytes in
            try YamlFile.check(bytes, read: readRelease, accepted: check)
        },
        FuzzReader("simulation", longestInput: 1024, words: yamlWords(simulationWords)) { bytes in
            try YamlFile.check(
                bytes, read: { root, _ in SimulationReader(root, knownTags: ["till"]).profile }, accepted: check)
        },
        FuzzReader("theme", longestInput: 1024, words: yamlWords(themeWords)) { bytes in
            try YamlFile.check(bytes, read: { ThemeLibrary().theme($0, scope: $1) }, accepted: check)
        },
        FuzzReader("config", words: yamlWords(configWords)) { bytes in
            try YamlFile.check(bytes, read: { root, _ in OperatorConfiguration(root) }, accepted: check)
        },
        FuzzReader("window", longestInput: 256, words: ["02:00-04:00", "24:00", "22:30:15", "-", " "]) { bytes in
            try YamlFile.check(
                Array("local: \"".utf8) + bytes + Array("\"".utf8), read: { root, _ in WindowReader.read(root) },
                accepted: check)
        },
    ]

    private static func yamlWords(_ words: [String]) -> [String] {
        words + ["version: 1\n", "\n  - ", ": ", "{", "}", "[", "]", "\"", "'", "&a ", "*a", "? ", "|\n", "\r\n", "#"]
    }

    private static let fleetWords = [
        "name: ", "time-zone: ", "zones:", "sites:", "heartbeat: {every: 5m, missed: 2}", "limits:", "in-flight: ",
        "per-region: ", "per-site: ", "starts-per-minute: ", "ramp: ", "bytes-per-second-per-region: ", "floor:",
        "untouched: ", "applies-from: ", "freezes:", "from: 2026-11-23T00:00", "until: 2026-12-02", "regions: ",
        "gate: {success: 95%}", "retry:", "attempts: ", "backoff: ", "maximum: ", "deadlines:", "offered: ",
        "downloading: ", "installing: ", "confirming: ", "America/New_York", "90s", "24h", "3d", "alerts:", "webhook:",
        "url: https://a.b/c", "secret-file: /s", "command: [/a, b]", "on: [silent, completed]", "collapse: ",
    ]
    private static let updateWords = [
        "id: ", "title: ", "release: 2.4.0", "devices: all", "strategy: immediate", "strategy: scheduled",
        "strategy: progressive", "strategy: on-connect", "offline: queue", "window:", "local: \"02:00-04:00\"",
        "zone: Europe/Berlin", "on: 2026-03-08", "nights: [mon, tue]", "missed: next-window", "phases:", "name: ",
        "percent: ", "gate:", "success: 97.5%", "minimum-sample: ", "timeout: ", "confidence: 95%",
        "approval: required", "wait: ", "on-failure: pause", "expires: ", "allow-downgrade: true", "in-flight: ",
        "starts-per-minute: ", "freeze-override: ", "seed: ", "region = north and firmware < 2.2.0",
    ]
    private static let releaseWords = [
        "version: 2.4.0", "notes: ", "artifacts:", "file: ", "size: ", "sha256: ",
        String(repeating: "0123456789abcdef", count: 4), "\\0", "../",
    ]
    private static let simulationWords = [
        "seed: ", "start: 2026-03-03T12:00:00Z", "answer: 1s to 20s", "bytes-per-second: 20000 to 200000",
        "install: ", "restart: ", "returns:", "device: ", "after: ", "stays: ", "failures:", "release: ", "devices: ",
        "rate: 2%", "kinds:", "kind: gives-up", "kind: keeps-old-release", "kind: falls-silent", "weight: ", "cause: ",
        "permanent: true", "step: installing", "for: ", " to ",
    ]
    private static let themeWords =
        [
            "name: ", "inherits: dark", "background: light", "minimum-contrast: ", "made-for: [protanopia]", "palette:",
            "rgb: \"#0072b2\"", "c256: ", "c16: ", "roles:", "fg: ", "bg: default", "attrs: [bold, reverse]",
            "glyph: \"✓\"", "ascii: \"+\"", "\\u4e00", "\\u00ad", "\\u0301",
        ] + ThemeRole.Name.allCases.map { "\($0.rawValue):" }
    private static let configWords =
        ["theme: ", "keys:", "ctrl-d", "shift-tab", "f12", "space", "pgup", "\\e", "\\u200b"]
        + ConsoleAction.allCases.map { "\($0.rawValue): [" }
}

/// A YAML file in memory, read as `muster` reads it.
private enum YamlFile {
    /// Reads the bytes and looks at what was said of them; returns whether a value came of it without an error.
    static func check<Value>(
        _ bytes: [UInt8], read: (YamlValue, FileScope) throws -> Value?, accepted: (Value) throws -> Void
    ) throws -> Bool {
        let log = ProblemLog()
        let scope = FileScope(path: "file.yaml", log: log)
        let value = try YamlDocument.root(of: bytes, scope: scope).flatMap { try read($0, scope) }
        try log.summary().listed.check(in: bytes)
        guard log.errorCount == 0 else { return false }
        guard let value else { throw BrokenProperty("nothing was read, and nothing was said") }
        try accepted(value)
        return true
    }
}

// MARK: What was accepted

extension FuzzReader {
    @Sendable private static func check(_ settings: FleetSettings) throws {
        try demand(Zone(identifier: settings.timeZone) != nil, "there is no zone \(settings.timeZone)")
        try demand(settings.heartbeat >= .seconds(1) && settings.missedHeartbeats >= 1, "a heartbeat without a time")
        try demand(settings.limits.inFlight >= 1, "no device may be in flight")
        try demand(settings.floor.untouched < settings.floor.appliesFrom, "a floor that lets none update")
        try demand(settings.freezes.allSatisfy { $0.from < $0.until }, "a freeze that ends before it begins")
        try demand(settings.freezes.allSatisfy { LocalDateTime(iso: $0.from.iso) == $0.from }, "a freeze's time")
        try demand(settings.retry.attempts >= 1, "no attempt")
        try demand(settings.retry.backoff <= settings.retry.maximumBackoff, "pauses shrink")
        try demand(AttemptStep.allCases.allSatisfy { settings.deadlines[$0] >= .seconds(1) }, "a deadline of nothing")
        try check(settings.gateDefaults)
        try FactBytes.demandKept(.fleetConfigured(settings))
    }

    private static func check(_ gate: Gate) throws {
        try demand((0...10_000).contains(gate.threshold), "a threshold of \(gate.threshold)")
        try demand((gate.minimumSample ?? 1) >= 1 && gate.timeout >= .seconds(1), "a gate of nothing")
    }

    private static let sampleDevices = [
        DeviceRecord(id: "pos-1", tags: [Tag("till", "1")], timeZone: "Etc/UTC", firmware: Version(2, 3, 1))
    ]

    private static func readUpdate(_ root: YamlValue, scope: FileScope) -> UpdateDefinition? {
        let read = UpdateReader(gateDefaults: Gate(), knownTags: ["till"]).read(root, scope: scope)
        if let read { UpdateChecks(releases: [Version(2, 4, 0)], devices: sampleDevices).check(read) }
        return read?.definition
    }

    @Sendable private static func check(_ update: UpdateDefinition) throws {
        try demand((1...64).contains(update.id.utf8.count), "an id of \(update.id.utf8.count) bytes")
        try demandSame(Version(update.release.description), update.release, "the release is read back")
        try demandSame(try? Selector(parsing: update.selector.source), update.selector, "the selector is read back")
        try demand((update.inFlight ?? 1) >= 1 && (update.startsPerMinute ?? 1) >= 1, "a limit of nothing")
        if let window = update.window { try check(window) }
        switch update.strategy {
        case .immediate: break
        case .scheduled: try demand(update.window != nil, "a scheduled update without a window")
        case .progressive(let phases, _): try check(phases)
        case .onConnect(let expires): try demand((expires ?? .seconds(1)) >= .seconds(1), "it expires at once")
        }
        try FactBytes.demandKept(.updateDrafted(update))
    }

    private static func check(_ phases: [PhaseDefinition]) throws {
        try demand(!phases.isEmpty, "no phase")
        let percentages = phases.map(\.percent)
        try demand(percentages.allSatisfy { (1...100).contains($0) }, "percentages \(percentages)")
        try demand(
            zip(percentages, percentages.dropFirst()).allSatisfy { $0 < $1 }, "phases do not rise: \(percentages)")
        for phase in phases {
            try check(phase.gate)
            try demand(phase.wait >= .zero, "a wait of \(phase.wait)")
        }
    }

    @Sendable private static func check(_ window: WindowSchedule) throws {
        try demand(
            (0..<86_400).contains(window.opensAt) && (0..<86_400).contains(window.closesAt), "times of \(window)")
        try demand(window.opensAt != window.closesAt, "a window without a length")
        try demandSame(ClockText.parse(ClockText.text(window.opensAt)), window.opensAt, "the time is read back")
        try demandSame(ClockText.parse(ClockText.text(window.closesAt)), window.closesAt, "the time is read back")
        try demand(window.timeZone.map { Zone(identifier: $0) != nil } ?? true, "a zone that there is not")
        switch window.recurrence {
        case .once(let date): try demandSame(LocalDate(iso: date.iso), date, "the date is read back")
        case .weekly(let days): try demand(!days.isEmpty && Set(days).count == days.count, "the nights of \(window)")
        }
    }

    private static func readRelease(_ root: YamlValue, scope: FileScope) throws -> Release? {
        let reader = ReleaseReader(digest: { _ in String(repeating: "0", count: 64) })
        let release = reader.read(root, expected: "2.4.0", folder: "/nowhere", scope: scope)?.release
        // The files are missing, so that what was read of artifacts has to be looked at in spite of the errors.
        for artifact in release?.artifacts ?? [] {
            try demand((0...Int64(ReleaseReader.largestArtifact)).contains(artifact.size), "a size of \(artifact.size)")
            try demand(artifact.sha256.utf8.count == 64, "a hash of \(artifact.sha256.utf8.count) digits")
            try demand((1...255).contains(artifact.name.utf8.count), "a name of \(artifact.name.utf8.count) bytes")
            try demand(!artifact.name.utf8.contains { $0 == 47 || $0 < 0x20 }, "a file's name: \(artifact.name)")
        }
        return release
    }

    @Sendable private static func check(_ release: Release) throws {
        try demandSame(release.version, Version(2, 4, 0), "the version is the one of the file's name")
        try demand(release.size >= 0, "a size of \(release.size)")
        try FactBytes.demandKept(.releaseAdded(release))
    }

    @Sendable private static func check(_ profile: SimulationProfile) throws {
        try demand(profile.answer.lowerBound >= .zero && profile.install.lowerBound >= .zero, "a span below nothing")
        try demand(profile.bytesPerSecond.lowerBound >= 1, "a link without speed")
        if let start = profile.start { try demandSame(Timestamp(iso: start.iso), start, "the start is read back") }
        for rule in profile.failures {
            try demand((0...10_000).contains(rule.rate), "a rate of \(rule.rate)")
            try demand(!rule.kinds.isEmpty && rule.kinds.allSatisfy { $0.weight >= 1 }, "no kinds of failures")
        }
        for one in profile.returns {
            try demand(one.after >= .zero && (one.stays ?? .seconds(1)) >= .seconds(1), "a return of \(one)")
        }
    }

    @Sendable private static func check(_ theme: Theme) throws {
        try demandSame(theme.roles.map(\.name), ThemeRole.Name.allCases, "every role is there")
        try demand((1...21).contains(theme.minimumContrast), "a contrast of \(theme.minimumContrast)")
        for role in theme.roles {
            if let glyph = role.glyph {
                try demandSame(TextWidth.columns(of: glyph), 1, "columns of \(glyph.debugDescription)")
                try demandSame(TextWidth.sanitised(glyph), glyph, "a glyph can be drawn")
            }
            try demand(role.ascii.map { $0.utf8.count == 1 } ?? true, "an ASCII sign")
        }
        for finding in ThemeCheck.problems(theme) { try Printable.check(finding.description) }
    }

    @Sendable private static func check(_ configuration: OperatorConfiguration) throws {
        let keymap = Keymap(
            overrides: configuration.keys.map { Keymap.Override(action: $0.action, keys: $0.keys) })
        for problem in keymap.problems {
            try demand(problem.description.utf8.count <= 10_000, "a long message")
        }
        for action in ConsoleAction.allCases {
            for text in keymap.keyTexts(for: action) {
                try demand(
                    TextWidth.sanitised(text) == text, "a key that a terminal would act on: \(text.debugDescription)")
                try demandSame(KeyText.key(text).flatMap(keymap.action), action, "the key \(text) gives its action")
            }
        }
    }
}
