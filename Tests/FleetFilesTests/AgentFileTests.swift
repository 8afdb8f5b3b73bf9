import FleetCore
import FleetFiles
import Foundation
import Testing

/// The configuration of a terminal's agent.
struct AgentFileTests {
    private static let head = """
        version: 1
        gateway: {url: "https://ops.example.com:8443", token-file: /etc/muster/token}
        device: pos-nyc-001
        state: /var/lib/muster-agent
        slots: /srv/till

        """

    private func read(_ text: String) throws -> (settings: AgentSettings?, lines: [String]) {
        let scratch = try ScratchDirectory(["agent.yaml": text])
        let path = "\(scratch.path)/agent.yaml"
        let result = withExtendedLifetime(scratch) { AgentFile.read(file: path) }
        return (result.settings, result.problems.map { $0.description.replacing(path, with: "agent.yaml") })
    }

    @Test(arguments: [
        (
            "instal-command: [/bin/x]",
            "6:1: unknown key `instal-command`; did you mean `install-command`?"
        ),
        (
            "install-command: install",
            "6:18: `install-command` must be a list of words, or a command with keys and values, not one text; known keys: run, within"
        ),
        (
            "install-command: [install]",
            "6:19: `install-command` is `install`, not a whole path; begin it with /, without one at its end"
        ),
        (
            "install-command: []",
            "6:18: `install-command` is empty; write it like [/usr/local/lib/till/install, --quiet]"
        ),
        (
            "install-command: {within: 1m}",
            "6:18: `run` is missing; add a line like `run: [/usr/local/lib/till/install]`"
        ),
        ("install-command: {run: [/bin/x], within: 2d}", "6:42: `within` is longer than a day; shorten it"),
        ("health-command: {run: [/bin/x], tries: 0}", "6:40: `tries` is 0; it must be from 1 to 1000"),
        ("version-command: {run: [/bin/x], every: 0s}", "6:41: `every` is 0s; it must be longer"),
        ("poll-wait: 10m", "6:12: `poll-wait` is longer than 5m; shorten it"),
        (
            "attributes: {firmware: \"1\"}",
            "6:24: `firmware` is said by the agent itself, as it is read back; remove the key"
        ),
        (
            "signed-releases: {folder: /x/y}",
            "6:18: `metadata-url` is missing; add a line like `metadata-url: https://ops.example.com:8443/DEFAULT/tuf/metadata`"
        ),
    ])
    func mistakes(line: String, expected: String) throws {
        let (settings, lines) = try read(Self.head + line + "\n")
        #expect(settings == nil)
        #expect(lines.contains("agent.yaml:\(expected)"), "\(lines)")
    }

    @Test func whatIsRequiredIsNamedAtOnce() throws {
        let (settings, lines) = try read("version: 1\ngateway: {url: \"ftp://x\"}\n")
        #expect(settings == nil)
        #expect(lines.count == 5, "\(lines)")
    }

    @Test func aTokenWithoutTLSIsWarnedOf() throws {
        let (settings, lines) = try read(Self.head.replacing("https", with: "http"))
        #expect(settings != nil)
        #expect(
            lines == [
                "agent.yaml:2:16: warning: the token goes over the network without TLS; use an address of https"
            ])
    }

    @Test func everythingHasItsDefault() throws {
        let settings = try #require(try read(Self.head).settings)
        #expect(settings.gateway.tenant == "DEFAULT" && settings.gateway.caFile == nil)
        #expect(settings.install == nil && settings.restart == nil && settings.health == nil)
        #expect(settings.version == nil && settings.busy == nil && settings.signedReleases == nil)
        #expect(settings.versionEvery == .minutes(2))
        #expect(settings.pollWait == .minutes(2) && settings.attributes.isEmpty)
    }

    /// The example of the README, as it stands there.
    @Test func theExampleOfTheReadmeIsRead() throws {
        let readme = try String(contentsOfFile: Checkout.path("README.md"), encoding: .utf8)
        let block = try #require(
            readme.components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
                .first { $0.contains("busy-command") })
        let (settings, lines) = try read(block)
        #expect(lines == [])
        var expected = AgentSettings(
            gateway: .init(url: "https://ops.example.com:8443", tokenFile: "/etc/muster/token"),
            device: "pos-nyc-001", state: "/var/lib/muster-agent", slots: "/srv/till")
        expected.gateway.caFile = "/etc/muster/ca.pem"
        expected.install = .init(["/usr/local/lib/till/install", "--quiet"], within: .minutes(10))
        expected.restart = .init(command: .init(["/usr/bin/systemctl", "restart", "till"], within: .minutes(2)))
        expected.health = .init(
            command: .init(["/usr/local/lib/till/health"], within: .seconds(10)), tries: 5, every: .seconds(5))
        expected.version = .init(["/usr/local/bin/till", "--version"], within: .seconds(10))
        expected.versionEvery = .minutes(5)
        expected.busy = .init(
            command: .init(["/usr/local/lib/till/sale-under-way"], within: .seconds(5)), every: .seconds(30))
        expected.attributes = [Tag("lane", "4"), Tag("model", "TX-300")]
        #expect(settings == expected)
    }
}
