import FleetCore
import FleetFiles
import Testing

struct DeviceFileTests {
    private func devices(_ json: String) throws -> [DeviceRecord]? {
        let result = try FleetFixture.load(["devices.json": json, "fleet.yaml": "version: 1\nname: f"])
        #expect(result.lines == [])
        return result.definition?.devices
    }

    @Test func theTenTerminalsAreReadAsTheyAre() throws {
        let result = FleetDirectory(path: Checkout.path("sample-fleet")).load(digest: Reference.sha256(ofFile:))
        let devices = try #require(result.definition?.devices)
        #expect(devices.count == 10)
        #expect(
            devices.first
                == DeviceRecord(
                    id: "pos-nyc-001", name: "Times Square Store - Terminal 1",
                    address: "https://pos-nyc-001.retailcorp.com:8443", site: "NYC-001", region: "northeast",
                    location: "New York, NY", tags: [Tag("priority", "high"), Tag("type", "flagship")],
                    timeZone: "America/New_York", firmware: Version(2, 3, 1), status: .online))
        #expect(devices.map(\.status).filter { $0 == .online }.count == 6)
        #expect(devices.map(\.status).filter { $0 == .offline }.count == 3)
        #expect(devices.map(\.status).filter { $0 == .unknown }.count == 1)
    }

    @Test func everythingADeviceCanSay() throws {
        let json = """
            [{"id": "a", "name": "A", "address": "ssh://root@a:22", "status": "offline", "firmware_version": "v2.4",
              "location": "Here", "site": "S", "region": "R", "time_zone": "Asia/Tokyo", "lifecycle": "decommissioned",
              "last_seen": "2026-03-01T12:00:00Z", "till": 4, "open": true, "notes": null,
              "metadata": {"store_id": "S", "type": "kiosk", "floor": -1.5e2}}]
            """
        let push = "push: {folder: /v/m, install: [/bin/i], version: [/bin/v]}"
        let result = try FleetFixture.load(["devices.json": json, "fleet.yaml": "version: 1\nname: f\n\(push)"])
        #expect(result.lines == [])
        #expect(
            result.definition?.devices == [
                DeviceRecord(
                    id: "a", name: "A", address: "ssh://root@a:22", site: "S", region: "R", location: "Here",
                    tags: [Tag("floor", "-1.5e2"), Tag("open", "true"), Tag("till", "4"), Tag("type", "kiosk")],
                    timeZone: "Asia/Tokyo", firmware: Version(2, 4, 0), status: .offline, lifecycle: .decommissioned,
                    lastSeen: Timestamp(iso: "2026-03-01T12:00:00Z"))
            ])
    }

    @Test func escapesAreResolved() throws {
        let json = #"[{"id":"a","firmware_version":"1.0.0","site":"s","name":"\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00€"}]"#
        #expect(try devices(json)?.first?.name == "\"\\/\u{8}\u{c}\n\r\té\u{e9}\u{1f600}€")
    }

    @Test func whatSurroundsTheListDoesNotMatter() throws {
        #expect(
            try devices("\u{feff} \r\n\t[ { \"id\" : \"a\" , \"firmware\" : \"1\", \"site\":\"s\" } ] \n")?.map(\.id)
                == ["a"])
    }

    @Test(
        arguments: [
            ("[{\"id\": \"a\"}]", "1:2: a device without `firmware_version`; say what it runs, like 2.4.1"),
            ("[{\"firmware\": \"1\"}]", "1:2: a device without `id`; give every device an id of its own"),
            ("[{\"id\": \"\", \"firmware\": \"1\"}]", "1:9: `id` is empty; give every device an id of its own"),
            ("[{\"id\": \"a\\u001b\", \"firmware\": \"1\"}]", "1:9: `id` has a control character; remove it"),
            (
                "[{\"id\": \"a \", \"firmware\": \"1\"}]",
                "1:9: the id of a device begins or ends with a blank; remove it"
            ),
            (
                "[{\"id\": \"a\", \"firmware\": \"one\"}]",
                "1:26: `one` is not a version; write it like 2.4.1 or 2.4.1-rc.1"
            ),
            (
                "[{\"id\": \"a\", \"firmware\": \"1\", \"status\": \"onlin\"}]",
                "1:41: unknown status `onlin`; did you mean `online`?"
            ),
            (
                "[{\"id\": \"a\", \"firmware\": \"1\", \"lifecycle\": \"gone\"}]",
                "1:44: unknown lifecycle `gone`; it is one of registered, active, decommissioned"
            ),
            (
                "[{\"id\": \"a\", \"firmwear\": \"1\", \"firmware\": \"1\"}]",
                "1:14: unknown key `firmwear`; did you mean `firmware`?"
            ),
            (
                "[{\"id\": \"a\", \"firmware\": \"1\", \"time_zone\": \"EST5\"}]",
                "1:44: `EST5` is not a time zone; use an IANA name such as America/New_York"
            ),
            (
                "[{\"id\": \"a\", \"firmware\": \"1\", \"last_seen\": \"noon\"}]",
                "1:44: `noon` is not a time; write it in ISO 8601 with its zone, like 2026-03-07T22:15:00Z"
            ),
            (
                "[{\"id\": \"a\", \"firmware\": \"1\", \"site\": \"x\", \"metadata\": {\"store_id\": \"y\"}}]",
                "1:69: `site` is given twice, with different values; keep one of them"
            ),
            (
                "[{\"id\": \"a\", \"firmware\": \"1\", \"site\": \"s\", \"metadata\": {\"k\": \"x\", \"k\": \"y\"}}]",
                "1:2: tag `k` is given twice; keep one of them"
            ),
            (
                "[{\"id\": \"a\", \"firmware\": \"1\", \"metadata\": {\"k\": [1]}}]",
                "1:49: tag `k` is a list or an object; write a text, a number, true or false"
            ),
            ("[{\"id\": [], \"firmware\": \"1\"}]", "1:9: `id` is a list or an object; write a text in quotes"),
        ])
    func badDevices(json: String, expected: String) throws {
        let found = try firstError(json)
        #expect(found == "devices.json:" + expected)
    }

    @Test(
        arguments: [
            ("", "1:1: the file ends inside the list of devices; was it copied whole?"),
            ("{}", "1:1: an object where the list of devices is expected; begin with [ and end with ]"),
            (
                "[\n  {\"id\": \"a\", \"firmware\": \"1\"},\n]",
                "3:1: expected `{` in the list of devices, found `]`; is a comma left over before it?"
            ),
            ("[{\"id\": \"a\" \"b\": 1}]", "1:13: expected `}` in a device, found `\"`; is a comma missing before it?"),
            ("[{'id': 1}]", "1:3: expected `\"` in a device, found `'`; write texts in double quotes"),
            (
                "[{\"id\": // no\n 1}]",
                "1:9: expected `a value` in a device, found `/`; JSON has no comments: remove it"
            ),
            ("[{\"id\": 01}]", "1:9: expected `a value` in a device, found `0`; correct the JSON"),
            (
                "[{\"id\": \"a\nb\"}]",
                "1:11: a line end or control character inside a text; close the quotes, or write it as an escape such as \\n"
            ),
            ("[{\"id\": \"a\\x\"}]", "1:11: an unknown escape inside a text; correct the escape"),
            (
                "[{\"id\": \"\\ud83d\"}]",
                "1:16: the first half of a character pair alone inside a text; correct the escape"
            ),
            (
                "[{\"id\": \"\\ude00\"}]",
                "1:10: the second half of a character pair alone inside a text; correct the escape"
            ),
            (
                "[{\"id\": \"\\u00g0\"}]",
                "1:10: an escape without four hexadecimal digits inside a text; correct the escape"
            ),
            ("[{\"id\": \"a", "1:11: the file ends inside a device; was it copied whole?"),
            ("[] x", "1:4: something follows the list of devices; remove it"),
        ])
    func badJSON(json: String, expected: String) throws {
        let found = try firstError(json)
        #expect(found == "devices.json:" + expected)
    }

    /// The first thing that keeps these devices from being used.
    private func firstError(_ json: String) throws -> String? {
        let result = try FleetFixture.load(["devices.json": json, "fleet.yaml": "version: 1\nname: f"])
        #expect(result.definition == nil)
        return result.errors.first { $0.path == "devices.json" }?.description
    }

    @Test func duplicateIdsNameBothLines() throws {
        let json = """
            [
              {"id": "pos-1", "firmware": "1", "site": "s"},
              {"id": "pos-2", "firmware": "1", "site": "s"},
              {"id": "pos-1", "firmware": "1", "site": "s"}
            ]
            """
        #expect(
            try FleetFixture.lines(["devices.json": json, "fleet.yaml": "version: 1\nname: f"]) == [
                "devices.json:4:10: duplicate device id `pos-1`, first on line 2; give each device an id of its own"
            ])
    }

    @Test func badBytesNameTheirColumn() throws {
        let directory = try ScratchDirectory(FleetFixture.files)
        try directory.write("devices.json", Array("[\n{\"id\": \"é".utf8) + [0xff] + Array("\"}]".utf8))
        let result = directory.load()
        #expect(result.lines == ["devices.json:2:10: the byte 0xff is not UTF-8; save the file as UTF-8"])
    }

    @Test func depthAndLengthAreBounded() throws {
        let deep = "[{\"id\": \"a\", \"x\": \(String(repeating: "[", count: 1000))"
        #expect(
            try firstError(deep) == "devices.json:1:51: values nested deeper than 32; keep only what selectors need")
        let long = "[{\"id\": \"\(String(repeating: "a", count: 300_000))\"}]"
        #expect(try firstError(long) == "devices.json:1:262145: a record longer than 65536 bytes; shorten it")
        let text = "[{\"id\": \"\(String(repeating: "a", count: 5000))\"}]"
        #expect(try firstError(text) == "devices.json:1:5011: a text longer than 4096 bytes; shorten it")
        let id = "[{\"id\": \"\(String(repeating: "a", count: 129))\", \"firmware\": \"1\"}]"
        #expect(try firstError(id) == "devices.json:1:9: `id` is longer than 128 bytes; shorten it")
    }

    @Test func escapeSequencesDoNotReachTheMessage() throws {
        let json = "[{\"id\": \"a\", \"firmware\": \"\\u001b]0;x\\u0007\\u202e\"}]"
        #expect(
            try firstError(json)
                == "devices.json:1:26: `\\u{1B}]0;x\\u{07}\\u{202E}` is not a version; write it like 2.4.1 or 2.4.1-rc.1"
        )
    }

    @Test func zonesComeFromTheDeviceThenItsSiteThenItsRegion() throws {
        let json = """
            [{"id": "a", "firmware": "1", "site": "s", "region": "north", "time_zone": "Asia/Tokyo"},
             {"id": "b", "firmware": "1", "site": "s", "region": "north"},
             {"id": "c", "firmware": "1", "site": "t", "region": "north"},
             {"id": "d", "firmware": "1", "site": "u", "region": "far"}]
            """
        let fleet = """
            version: 1
            name: f
            time-zone: America/Denver
            zones: {north: America/New_York}
            sites: {s: America/Phoenix}
            """
        let result = try FleetFixture.load(["devices.json": json, "fleet.yaml": fleet])
        #expect(
            result.definition?.devices.map(\.timeZone) == [
                "Asia/Tokyo", "America/Phoenix", "America/New_York", "America/Denver",
            ])
        #expect(
            result.lines == [
                "devices.json: warning: region `far` has no time zone, so 1 of its devices use the fleet's, America/Denver; "
                    + "add it under `zones` in fleet.yaml"
            ])
    }
}
