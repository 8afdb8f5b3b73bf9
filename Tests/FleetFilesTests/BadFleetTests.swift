import FleetCore
import FleetFiles
import Testing

struct BadFleetTests {
    private static let head = "version: 1\nname: test-fleet\nzones: {north: America/New_York, south: America/Chicago}\n"

    @Test(
        arguments: [
            ("heartbeet: {every: 5m}", "fleet.yaml:4:1: unknown key `heartbeet`; did you mean `heartbeat`?"),
            ("heartbeat: {every: 0}", "fleet.yaml:4:20: `every` is 0; it must be longer"),
            ("limits: {in-flight: 0}", "fleet.yaml:4:21: `in-flight` is 0; it must be from 1 to 10000000"),
            (
                "limits: {ramp: 1h}",
                "fleet.yaml:4:16: `ramp` without `starts-per-minute`; say how many starts the ramp leads to"
            ),
            (
                "floor: {untouched: 2}",
                "fleet.yaml:4:8: a floor of 2 at sites of 2 lets none of them update; "
                    + "`applies-from` must be larger than `untouched`"
            ),
            (
                "freezes: [{name: x, from: 2026-12-01, until: 2026-11-01}]",
                "fleet.yaml:4:46: freeze `x` ends before it begins; `until` is the first moment after it"
            ),
            (
                "freezes: [{name: x, from: soon, until: 2026-11-01}]",
                "fleet.yaml:4:27: `from` is `soon`, not a local time; write it like 2026-11-23T00:00 or 2026-11-23"
            ),
            (
                "time-zone: Mars/Olympus",
                "fleet.yaml:4:12: `Mars/Olympus` is not a time zone; use an IANA name such as America/New_York"
            ),
            ("gate: {success: 101%}", "fleet.yaml:4:17: `success` is 101%; a rate goes from 0% to 100%"),
            (
                "retry: {backoff: 2h, maximum: 1h}",
                "fleet.yaml:4:8: `maximum` is shorter than `backoff`; the pauses grow from `backoff` to `maximum`"
            ),
            (
                "access: {users: {kim: oprator}}",
                "fleet.yaml:4:23: `kim` is `oprator`; did you mean `operator`?"
            ),
            (
                "access: {groups: {ops: boss}}",
                "fleet.yaml:4:24: `ops` is `boss`; it must be one of viewer, operator, admin"
            ),
            (
                "access: {user: {kim: operator}}", "fleet.yaml:4:10: unknown key `user`; did you mean `users`?"
            ),
            (
                "access: {users: {kim lee: viewer}}",
                "fleet.yaml:4:18: `kim lee` is no name of the system's; write it as `getent passwd` or `getent group` does"
            ),
            (
                "access: {users: {root: viewer}}",
                "fleet.yaml:4:17: `root` is an admin of every fleet; leave it out"
            ),
            (
                "four-eyes: {update-over: -1}",
                "fleet.yaml:4:26: `update-over` is -1; it must be from 0 to 10000000"
            ),
            (
                "four-eyes: {}",
                "fleet.yaml:4:12: `four-eyes` names no size; say `update-over` or `rollback-over`, or leave it out"
            ),
            (
                "four-eyes: {rolback-over: 5}",
                "fleet.yaml:4:13: unknown key `rolback-over`; did you mean `rollback-over`?"
            ),
            (
                "sites: {N-2: America/Denver}",
                "fleet.yaml:4:9: warning: no device is in the site `N-2`; did you mean `N-1`?"
            ),
        ])
    func mistakesInFleetYAML(line: String, expected: String) throws {
        #expect(try FleetFixture.lines(["fleet.yaml": Self.head + line]) == [expected])
    }

    @Test func regionsAreCompared() throws {
        let text = "version: 1\nname: f\nzones: {nroth: America/New_York, south: America/Chicago}"
        #expect(
            try FleetFixture.lines(["fleet.yaml": text]) == [
                "devices.json: warning: region `north` has no time zone, so 1 of its devices use the fleet's, Etc/UTC; "
                    + "add it under `zones` in fleet.yaml",
                "fleet.yaml:3:9: warning: no device is in the region `nroth`; did you mean `north`?",
            ])
    }

    /// A terminal polls once a heartbeat: with less time than that for its first word each attempt could only fail.
    @Test(arguments: [
        ("heartbeat: {every: 1m}\ndeadlines: {offered: 59s}\n", "fleet.yaml:5:22: "),
        ("heartbeat: {every: 20m}\n", "fleet.yaml:4:12: "),
        ("heartbeat: {every: 1m}\ndeadlines: {offered: 1m}\n", nil),
    ]) func aDeadlineBelowTheHeartbeat(text: String, place: String?) throws {
        let lines = try FleetFixture.load(["fleet.yaml": Self.head + text]).lines
        #expect(lines.count == (place == nil ? 0 : 1), "\(lines)")
        guard let place else { return }
        #expect(lines.first?.hasPrefix("\(place)warning: `offered` of `deadlines`, ") == true, "\(lines)")
        #expect(lines.first?.contains("is shorter than `every` of `heartbeat`, ") == true, "\(lines)")
    }

    @Test func everySettingIsRead() throws {
        let text =
            Self.head + """
                time-zone: America/Denver
                sites: {S-1: America/Phoenix}
                heartbeat: {every: 1m, missed: 3}
                limits: {in-flight: 7, per-region: 6, per-site: 5, starts-per-minute: 4, ramp: 2h, bytes-per-second-per-region: 9}
                floor: {untouched: 2, applies-from: 4}
                freezes: [{name: x, from: 2026-11-23, until: 2026-12-01T06:00, regions: [north]}]
                gate: {success: 97.25%, minimum-sample: 3, timeout: 1h, confidence: 95%, approval: required}
                retry: {attempts: 5, backoff: 2m, maximum: 30m}
                deadlines: {offered: 1m, downloading: 2m, installing: 3m, confirming: 4m}
                access: {users: {lee: viewer, kim: operator}, groups: {wheel: admin}}
                four-eyes: {update-over: 100, rollback-over: 0}
                """
        let result = try FleetFixture.load(["fleet.yaml": text])
        #expect(result.lines == [])
        #expect(result.definition?.settings == expectedSettings())
        #expect(result.definition?.devices.map(\.timeZone) == ["America/New_York", "America/Phoenix"])
    }

    private func expectedSettings() -> FleetSettings {
        var settings = FleetSettings(name: "test-fleet")
        settings.timeZone = "America/Denver"
        settings.heartbeat = .minutes(1)
        settings.missedHeartbeats = 3
        settings.limits.inFlight = 7
        settings.limits.inFlightPerRegion = 6
        settings.limits.inFlightPerSite = 5
        settings.limits.startsPerMinute = 4
        settings.limits.ramp = .hours(2)
        settings.limits.bytesPerSecondPerRegion = 9
        settings.floor.untouched = 2
        settings.floor.appliesFrom = 4
        let from = LocalDateTime(date: LocalDate(year: 2026, month: 11, day: 23), secondOfDay: 0)
        let until = LocalDateTime(date: LocalDate(year: 2026, month: 12, day: 1), secondOfDay: 6 * 3600)
        settings.freezes = [Freeze(name: "x", from: from, until: until, regions: ["north"])]
        settings.gateDefaults = Gate(threshold: 9725)
        settings.gateDefaults.minimumSample = 3
        settings.gateDefaults.timeout = .hours(1)
        settings.gateDefaults.demandsConfidence = true
        settings.gateDefaults.requiresApproval = true
        settings.retry.attempts = 5
        settings.retry.backoff = .minutes(2)
        settings.retry.maximumBackoff = .minutes(30)
        settings.deadlines.offered = .minutes(1)
        settings.deadlines.downloading = .minutes(2)
        settings.deadlines.installing = .minutes(3)
        settings.deadlines.confirming = .minutes(4)
        settings.access.users = [RoleGrant("lee", .viewer), RoleGrant("kim", .operator)]
        settings.access.groups = [RoleGrant("wheel", .admin)]
        settings.fourEyes.updateOver = 100
        settings.fourEyes.rollbackOver = 0
        return settings
    }
}

struct BadReleaseTests {
    private static let hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

    private func lines(_ release: String) throws -> [String] {
        try FleetFixture.lines(["releases/2.4.1/release.yaml": release, "releases/2.4.1/app.bin": "hello"])
    }

    @Test func theReferenceDigestIsRight() {
        #expect(Reference.sha256(Array("hello".utf8)) == Self.hello)
    }

    @Test func aFileThatDevicesWouldTakeForTheMD5OfAnother() throws {
        let file = { (end: String) in "\n  - {file: app.bin\(end), size: 5, sha256: \"\(Self.hello)\"}" }
        let found = try lines("version: 2.4.1\nartifacts:\(file(".MD5SUM"))\(file(""))")
        #expect(
            found.contains(
                "releases/2.4.1/release.yaml:3:3: `app.bin.MD5SUM` is what devices ask for as the MD5 of `app.bin`; "
                    + "rename one of them"), "\(found)")
    }

    @Test func sizesAndHashesAreCompared() throws {
        let release = "version: 2.4.1\nartifacts:\n  - {file: app.bin, size: 5, sha256: \"\(Self.hello)\"}"
        #expect(try lines(release) == [])
        #expect(
            try lines(release.replacing("size: 5", with: "size: 6")) == [
                "releases/2.4.1/release.yaml:3:27: `app.bin` has 5 bytes, not 6; correct `size` or the file"
            ])
        #expect(
            try lines(release.replacing("2cf2", with: "2cf3")) == [
                "releases/2.4.1/release.yaml:3:38: `app.bin` has the SHA-256 \(Self.hello); "
                    + "a release is immutable: put the right file back, or correct it"
            ])
        #expect(
            try lines(release.replacing("app.bin", with: "app.bim")) == [
                "releases/2.4.1/release.yaml:3:12: `app.bim`: the file is missing; add it"
            ])
        #expect(
            try lines(release.replacing("app.bin", with: "../app.bin")) == [
                "releases/2.4.1/release.yaml:3:12: `../app.bin` is not a file name; "
                    + "name a file next to this one, without folders"
            ])
        #expect(
            try lines(release.replacing("2.4.1", with: "2.4.2")) == [
                "releases/2.4.1/release.yaml:1:10: version 2.4.2 in a place named 2.4.1; give both the same version"
            ])
    }

    @Test func oneVersionInTwoPlaces() throws {
        #expect(
            try FleetFixture.lines(["releases/2.4.0/release.yaml": "version: 2.4.0"]) == [
                "releases/2.4.0.yaml:1:10: duplicate release 2.4.0; it is also in releases/2.4.0/release.yaml"
            ])
    }
}

struct BadSimulationTests {
    @Test(
        arguments: [
            ("returns: [{device: pos-9, after: 3h}]", "simulation.yaml:2:20: no device `pos-9`; did you mean `pos-1`?"),
            (
                "start: 3000-01-01T00:00:00Z",
                "simulation.yaml:2:8: `3000-01-01T00:00:00Z` is not in the years 1970 to 2999; name a moment of those years"
            ),
            (
                "answer: 20s to 1s",
                "simulation.yaml:2:9: `answer` is not a span of time; write the shorter first, like `1s to 20s`"
            ),
            ("answer: 1s - 20s", "simulation.yaml:2:9: `answer` is `1s - 20s`, not a span; write it like `1s to 20s`"),
            (
                "failures: [{rate: 120%, kinds: [{kind: falls-silent}]}]",
                "simulation.yaml:2:19: `rate` is 120%; a rate goes from 0% to 100%"
            ),
            (
                "failures: [{rate: 1%, kinds: [{kind: falls-silent, cause: x}]}]",
                "simulation.yaml:2:52: `cause` has no meaning for `falls-silent`; remove it"
            ),
        ])
    func mistakesInSimulationYAML(line: String, expected: String) throws {
        #expect(try FleetFixture.lines(["simulation.yaml": "version: 1\n" + line]) == [expected])
    }
}
