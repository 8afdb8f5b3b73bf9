import FleetCore
import Foundation

/// Reads `alerts` of `fleet.yaml`. What it names on this machine is looked at by `check`, apart from the text.
struct AlertReader {
    /// The most words of a command, its path included.
    static let mostWords = 64

    private(set) var settings = AlertSettings()
    /// Where the file of the secret is named.
    private var secret: YamlValue?

    /// nil, with the problems noted, if it is no mapping.
    init?(_ value: YamlValue) {
        guard let map = value.map("alerts", known: ["webhook", "command", "on", "collapse"]) else { return nil }
        readWebhook(map["webhook"])
        settings.command = map["command"].map(Self.words) ?? []
        if let kinds = map["on"] { settings.kinds = Self.kinds(kinds) }
        if let collapse = map["collapse"]?.duration() { settings.collapse = collapse }
        if settings.collapse > .days(1) { map["collapse"]?.error("`collapse` is longer than a day", "shorten it") }
        if !map.has("webhook"), !map.has("command") {
            value.error("alerts that go nowhere", "add a `webhook` or a `command`")
        }
    }

    private mutating func readWebhook(_ value: YamlValue?) {
        guard let map = value?.map("a webhook", known: ["url", "secret-file"]) else { return }
        let url = map.required("url", "https://alerts.example.com/muster").flatMap(Self.url)
        secret = map.required("secret-file", "/etc/muster/webhook.secret")
        let file = secret.flatMap(Self.path)
        if let url, let file { settings.webhook = AlertWebhook(url: url, secretFile: file) }
    }

    private static func url(_ value: YamlValue) -> String? {
        guard let text = value.text() else { return nil }
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let parts = URLComponents(string: text),
            let scheme = parts.scheme, ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty
        else {
            value.error("`url` is no address of http or https", "write it like https://alerts.example.com/muster")
            return nil
        }
        // What is secret does not belong in a file that is shown, copied and kept in a repository.
        guard parts.user == nil, parts.password == nil else {
            value.error("`url` holds a user or a password", "leave it out: posts are signed by the secret")
            return nil
        }
        if scheme == "http", !["localhost", "127.0.0.1", "[::1]", "::1"].contains(host) {
            value.document.scope.warning(
                value.place, "alerts go over the network without TLS", "use an address of https")
        }
        return text
    }

    /// A whole path that the system takes as it stands.
    private static func path(_ value: YamlValue) -> String? {
        guard let text = value.text() else { return nil }
        guard text.hasPrefix("/"), !text.hasSuffix("/"), !text.utf8.contains(0) else {
            value.error(value.named("is `\(text.shown)`, not the whole path of a file"), "begin it with /")
            return nil
        }
        return text
    }

    private static func words(_ value: YamlValue) -> [String] {
        guard let items = value.items(atMost: mostWords) else { return [] }
        guard let first = items.first else {
            value.error("`command` is empty", "write it like [/usr/local/bin/page, --team, tills]")
            return []
        }
        guard let program = path(first) else { return [] }
        let rest = items.dropFirst().compactMap { item -> String? in
            guard let text = item.text() else { return nil }
            if text.utf8.contains(0) { item.error("an argument with a NUL", "programs cannot be given one") }
            return text
        }
        return [program] + rest
    }

    private static func kinds(_ value: YamlValue) -> Set<AlertKind> {
        guard let items = value.items(atMost: 100) else { return [] }
        if items.isEmpty { value.error("`on` is empty", "name what is alerted, or leave it out for everything") }
        let choices = AlertKind.allCases.map { ($0.rawValue, $0) }
        return Set(items.compactMap { $0.choice(choices) })
    }
}

extension AlertReader {
    /// Notes what is wrong with the secret's file. Others than its owner may have no right to look at it, so one that is
    /// not seen is a warning: whoever checks a fleet need not be whoever runs it.
    func check() {
        guard let file = settings.webhook?.secretFile, let secret else { return }
        var status = stat()
        guard stat(file, &status) == 0 else {
            let why = String(cString: strerror(errno))
            return secret.document.scope.warning(
                secret.place, "the secret `\(file.shown)` cannot be looked at: \(why)",
                "the engine does not start without it")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return secret.error("the secret `\(file.shown)` is no plain file", "name a file")
        }
        if status.st_mode & 0o007 != 0 {
            secret.error(
                "everybody may read or change the secret `\(file.shown)`", "chmod 600 it, and draw a new secret")
        }
    }
}
