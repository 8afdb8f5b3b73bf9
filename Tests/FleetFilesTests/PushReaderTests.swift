import FleetCore
import Testing

/// `push` of `fleet.yaml`, and addresses of SSH.
struct PushReaderTests {
    private static let head = "version: 1\nname: test-fleet\nzones: {north: America/New_York, south: America/Chicago}\n"
    private static let good = "folder: /v/m, install: [/bin/i], version: [/bin/v]"

    @Test(
        arguments: [
            ("push: 1", "4:7: `push` must be a push over SSH with keys and values, not one text"),
            ("push: {instal: [/x]}", "4:8: unknown key `instal`; did you mean `install`?"),
            (
                "push: {folder: /v/m}",
                "4:7: `version` is missing; add a line like `version: [/bin/cat, /etc/till-version]`"
            ),
            (
                "push: {folder: v, install: [/i], version: [/v]}",
                "4:16: `folder` is `v`, not a whole path; begin it with /"
            ),
            (
                "push: {folder: /v/../etc, install: [/i], version: [/v]}",
                "4:16: `folder` is `/v/../etc`, not the plain path of a folder; write it like /var/lib/muster, with no `.`, `..` "
                    + "or empty part"
            ),
            (
                "push: {folder: \"/v/{device}\", install: [/i], version: [/v]}",
                "4:16: `folder` is `/v/{device}`: it is one folder for all devices, and nothing stands in for a part of it; "
                    + "write it without braces"
            ),
            (
                "push: {folder: /v, install: [i], version: [/v]}",
                "4:30: `install` is `i`, not a whole path; begin it with /"
            ),
            (
                "push: {folder: /v, install: [], version: [/v]}",
                "4:29: `install` is empty; write it like [/usr/local/sbin/till-install, \"{files}\"]"
            ),
            (
                "push: {folder: /v, install: [/bin/sh, -c, \"x {version}\"], version: [/v]}",
                "4:43: `{version}` is a part of a word; make it a word of its own: in a longer one a shell could read it"
            ),
            (
                "push: {\(good), reboots: true}",
                "4:69: `reboots` without `restart`; say which command boots the terminal anew"
            ),
            ("push: {\(good), at-once: 0}", "4:69: `at-once` is 0; it must be from 1 to 1000"),
            ("push: {\(good), limits: {stall: 0s}}", "4:76: `stall` is 0s; it must be longer"),
            (
                "push: {\(good), limits: {install: 2h}}",
                "4:78: `install` of `push` is longer than `installing` of `deadlines`, 45m; the engine gives the attempt up by "
                    + "then: shorten this one or lengthen that"
            ),
        ])
    func mistakes(line: String, expected: String) throws {
        let lines = try FleetFixture.lines(["fleet.yaml": Self.head + line])
        #expect(lines.contains { $0.hasPrefix("fleet.yaml:\(expected)") }, "\(lines)")
    }

    @Test func everythingIsRead() throws {
        let text =
            Self.head + """
                push:
                  folder: /var/lib/muster
                  install: [/usr/local/sbin/till-install, "{files}", "{version}"]
                  version: [/bin/cat, /etc/till-version]
                  restart: [/usr/bin/systemctl, reboot]
                  reboots: true
                  health: [/usr/local/bin/till-health]
                  ssh-config: /etc/muster/ssh_config
                  at-once: 20
                  limits: {connect: 5s, answer: 6s, stall: 7s, verify: 8m, install: 9m, confirm: 10m}
                """
        var expected = PushSettings(
            folder: "/var/lib/muster", install: ["/usr/local/sbin/till-install", "{files}", "{version}"],
            version: ["/bin/cat", "/etc/till-version"])
        expected.restart = ["/usr/bin/systemctl", "reboot"]
        expected.reboots = true
        expected.health = ["/usr/local/bin/till-health"]
        expected.sshConfiguration = "/etc/muster/ssh_config"
        expected.atOnce = 20
        expected.limits.connect = .seconds(5)
        expected.limits.answer = .seconds(6)
        expected.limits.stall = .seconds(7)
        expected.limits.verify = .minutes(8)
        expected.limits.install = .minutes(9)
        expected.limits.confirm = .minutes(10)
        let result = try FleetFixture.load(["fleet.yaml": text])
        #expect(result.lines.isEmpty)
        #expect(result.definition?.push == expected)
    }

    @Test(
        arguments: [
            ("ssh://-oProxyCommand=x@h", "has a user that begins with `-`, which a program takes for an option"),
            ("ssh://u@$(touch x)", "has a host that is neither a name nor an address"),
            ("ssh://host", "names no user"), ("ssh://u@h:0", "has no port from 1 to 65535 behind its last colon"),
        ])
    func aBadAddressIsSaidWhereItStands(address: String, expected: String) throws {
        let device = """
            [
              {"id": "pos-1", "firmware_version": "2.3.1", "site": "N-1", "region": "north",
               "address": "\(address)"}
            ]
            """
        let lines = try FleetFixture.lines([
            "devices.json": device, "fleet.yaml": Self.head + "push: {\(Self.good)}",
        ])
        #expect(
            lines.first == "devices.json:3:15: `address` `\(address)` \(expected); write it like ssh://user@host:22",
            "\(lines)")
    }

    /// They would share the folder on the terminal, and each other's installations.
    @Test func twoDevicesAtOneAddressAreAWarning() throws {
        func device(_ id: String, _ address: String, _ lifecycle: String = "active") -> String {
            """
            {"id": "\(id)", "firmware_version": "2.3.1", "site": "N", "region": "north", "address": "\(address)",
             "lifecycle": "\(lifecycle)"}
            """
        }
        func lines(_ devices: [String]) throws -> [String] {
            try FleetFixture.lines([
                "devices.json": "[\(devices.joined(separator: ",\n"))]",
                "fleet.yaml": Self.head + "push: {\(Self.good)}",
            ]).filter { $0.contains("ssh://") }
        }
        let apart = [
            device("pos-1", "ssh://u@H.example:22"), device("pos-2", "ssh://v@h.example:22"),
            device("pos-3", "ssh://u@h.example:23"), device("pos-4", "ssh://u@h.example:22", "decommissioned"),
        ]
        #expect(try lines(apart) == [])
        let one = apart + [device("pos-5", "ssh://u@h.example:22")]
        let said =
            "devices.json: warning: `ssh://u@h.example:22` is the address of `pos-1` and of `pos-5`, which is one "
            + "terminal"
        let remedy = "; give each device the address of its own terminal"
        #expect(try lines(one) == [said + remedy])
        let more = one + [device("pos-6", "ssh://u@h.example:22"), device("pos-7", "ssh://v@h.example:22")]
        #expect(try lines(more) == [said + "; so it is with 2 more devices" + remedy])
    }

    @Test func anAddressThatNobodyDialsIsAWarning() throws {
        let device = """
            [{"id": "pos-1", "firmware_version": "2.3.1", "site": "N-1", "region": "north", "address": "ssh://u@h:22"}]
            """
        let result = try FleetFixture.load(["devices.json": device])
        #expect(result.definition != nil)
        #expect(
            result.lines.contains(
                "devices.json: warning: 1 device has an address of ssh://, and nothing says how such terminals are driven; add "
                    + "`push` to fleet.yaml, or they have to call in by themselves"), "\(result.lines)")
    }
}
