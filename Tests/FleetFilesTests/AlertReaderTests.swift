import FleetCore
import FleetFiles
import Foundation
import Testing

/// `alerts` of `fleet.yaml`.
struct AlertReaderTests {
    private static let head = "version: 1\nname: test-fleet\nzones: {north: America/New_York, south: America/Chicago}\n"
    private static let good = "url: \"https://a.example/x\", secret-file: /nowhere/secret"

    @Test(
        arguments: [
            (
                "alerts: []",
                "4:9: `alerts` must be alerts with keys and values, not a list; known keys: webhook, command, on, collapse"
            ),
            ("alerts: {collapse: 1m}", "4:9: alerts that go nowhere; add a `webhook` or a `command`"),
            ("alerts: {comand: [/bin/x]}", "4:10: unknown key `comand`; did you mean `command`?"),
            ("alerts: {command: []}", "4:19: `command` is empty; write it like [/usr/local/bin/page, --team, tills]"),
            (
                "alerts: {command: page me}",
                "4:19: `command` must be a list, not one text; write each item on a line of its own after `- `"
            ),
            ("alerts: {command: [page]}", "4:20: `command` is `page`, not the whole path of a file; begin it with /"),
            (
                "alerts: {command: [/bin/x], on: []}",
                "4:33: `on` is empty; name what is alerted, or leave it out for everything"
            ),
            ("alerts: {command: [/bin/x], on: [silence]}", "4:34: `on` is `silence`; did you mean `silent`?"),
            ("alerts: {command: [/bin/x], collapse: 2d}", "4:39: `collapse` is longer than a day; shorten it"),
            (
                "alerts: {webhook: {url: \"ftp://a.example\", secret-file: /s/t}}",
                "4:25: `url` is no address of http or https; write it like https://alerts.example.com/muster"
            ),
            (
                "alerts: {webhook: {url: \"https://kim:pw@a.example\", secret-file: /s/t}}",
                "4:25: `url` holds a user or a password; leave it out: posts are signed by the secret"
            ),
            (
                "alerts: {webhook: {url: \"https://a.example\"}}",
                "4:19: `secret-file` is missing; add a line like `secret-file: /etc/muster/webhook.secret`"
            ),
            (
                "alerts: {webhook: {url: \"https://a.example\", secret-file: secret}}",
                "4:59: `secret-file` is `secret`, not the whole path of a file; begin it with /"
            ),
        ])
    func mistakes(line: String, expected: String) throws {
        let lines = try FleetFixture.lines(["fleet.yaml": Self.head + line])
        #expect(lines.contains("fleet.yaml:\(expected)"), "\(lines)")
    }

    @Test func everythingIsRead() throws {
        let text =
            Self.head + """
                alerts:
                  webhook: {\(Self.good)}
                  command: [/usr/local/bin/page, --team, "all tills"]
                  on: [silent, gate-failed]
                  collapse: 90s
                """
        let result = try FleetFixture.load(["fleet.yaml": text])
        var expected = AlertSettings()
        expected.webhook = AlertWebhook(url: "https://a.example/x", secretFile: "/nowhere/secret")
        expected.command = ["/usr/local/bin/page", "--team", "all tills"]
        expected.kinds = [.silent, .gateFailed]
        expected.collapse = .seconds(90)
        #expect(result.definition?.alerts == expected)
        #expect(
            result.lines == [
                "fleet.yaml:5:54: warning: the secret `/nowhere/secret` cannot be looked at: No such file or directory; "
                    + "the engine does not start without it"
            ])
    }

    @Test func withoutAlertsThereAreNone() throws {
        let result = try FleetFixture.load()
        #expect(result.definition != nil && result.definition?.alerts == nil)
    }

    @Test func noTLSOverANetworkIsSaid() throws {
        let text = Self.head + "alerts: {webhook: {url: \"http://a.example/\", secret-file: /nowhere/secret}}"
        let lines = try FleetFixture.lines(["fleet.yaml": text])
        #expect(
            lines.first == "fleet.yaml:4:25: warning: alerts go over the network without TLS; use an address of https")
    }

    @Test func aSecretForEverybodyIsNone() throws {
        let file = FileManager.default.temporaryDirectory.path + "/muster-secret-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let text = Self.head + "alerts: {webhook: {url: \"https://a.example/\", secret-file: \(file)}}"
        for (mode, isRefused) in [(0o600, false), (0o440, false), (0o644, true), (0o602, true)] {
            try? FileManager.default.removeItem(atPath: file)
            _ = FileManager.default.createFile(
                atPath: file, contents: Data("s".utf8), attributes: [.posixPermissions: mode])
            let result = try FleetFixture.load(["fleet.yaml": text])
            #expect((result.definition == nil) == isRefused, "\(String(mode, radix: 8))")
            let said = result.lines.contains { $0.contains("everybody may read or change the secret") }
            #expect(said == isRefused)
        }
    }
}
