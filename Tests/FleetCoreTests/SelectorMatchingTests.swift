import FleetCore
import Testing

@Suite struct SelectorMatchingTests {
    /// A day after the sample device was last seen.
    static let now = Timestamp(milliseconds: 1_772_953_200_000) + .days(1)

    @Test(arguments: [
        ("all", true), ("not all", false), ("region = northeast", true), ("region = Northeast", false),
        ("region != northeast", false), ("region != west", true), ("region in (west, northeast)", true),
        ("region not in (west, northeast)", false), ("region not in (west, south)", true),
        ("status = online", true), ("status != online", false), ("status in (offline, unknown)", false),
        ("lifecycle = active", true), ("lifecycle != active", false),
        ("firmware = 2.3.1", true), ("firmware = 2.3", false), ("firmware != 2.3", true), ("firmware < 2.10", true),
        ("firmware < 2.3.1", false), ("firmware <= 2.3.1", true), ("firmware > 2.3.1-rc.1", true),
        ("firmware >= 2.3.2", false), ("firmware in (2.3, 2.3.1)", true), ("firmware not in (2.3, 2.3.1)", false),
        ("unseen > 23h", true), ("unseen > 1d", false), ("unseen >= 1d", true), ("unseen < 1d", false),
        ("unseen <= 1d", true), ("unseen < 1d1s", true),
        ("tag.priority = high", true), ("type = flagship", true), ("type != flagship", false), ("type ~ FLAG*", true),
        ("colour = red", false), ("colour != red", true), ("colour in (red)", false), ("colour not in (red)", true),
        ("colour ~ *", false), ("colour !~ *", true),
        ("id ~ \"pos-nyc-*\"", true), ("id ~ POS-*-001", true), ("id ~ pos-nyc-00?", true), ("id ~ pos-nyc-?", false),
        ("id ~ nyc", false), ("id !~ *la*", true), ("id = \"pos-nyc-*\"", false),
        ("site = NYC-001 and name ~ *terminal?1 and address ~ https://* and location = 'New York, NY'", true),
        ("timezone = America/New_York", true), ("region = west or type = flagship", true),
        ("region = west or type = flagship and status = offline", false),
        ("(region = west or type = flagship) and not (status = offline)", true),
    ])
    func sampleDevice(_ row: (text: String, isNamed: Bool)) throws {
        #expect(try Selector(parsing: row.text).matches(SampleDevice(), now: Self.now) == row.isNamed)
        #expect(
            DeviceFilter.selector(try Selector(parsing: row.text)).matches(SampleDevice(), now: Self.now) == row.isNamed
        )
    }

    @Test func aDeviceNeverSeenIsUnseenLongerThanAnyTime() throws {
        let device = SampleDevice(status: .unknown, lastSeen: nil)
        #expect(try Selector(parsing: "unseen > 36500d").matches(device, now: Self.now))
        #expect(try Selector(parsing: "unseen >= 36500d").matches(device, now: .distantFuture))
        #expect(try !Selector(parsing: "unseen < 36500d").matches(device, now: Self.now))
    }

    /// A registry's file says online of a terminal that no engine has listened to yet.
    @Test func aDeviceThatIsOnlineIsNotUnseenBeforeItsFirstContact() throws {
        let device = SampleDevice(status: .online, lastSeen: nil)
        #expect(try !Selector(parsing: "unseen > 1h").matches(device, now: Self.now))
    }

    @Test func aClockThatWasSetBackDoesNotMakeDevicesUnseen() throws {
        let device = SampleDevice(lastSeen: Self.now + .days(400))
        #expect(try Selector(parsing: "unseen <= 0s").matches(device, now: Self.now))
    }

    @Test func statusCanBeTakenToBeAnother() throws {
        let selector = try Selector(parsing: "status = online and region = northeast")
        let device = SampleDevice(status: .offline)
        #expect(!selector.matches(device, now: Self.now))
        #expect(selector.matches(device, now: Self.now, statusOverride: .online))
        #expect(!selector.matches(SampleDevice(), now: Self.now, statusOverride: .unknown))
    }

    @Test(arguments: [
        ("a*b*c", "axxbyyc", true), ("a*b*c", "axxbyy", false), ("*", "", true), ("?", "", false), ("", "", true),
        ("", "a", false), ("**a**", "bab", true), (#"a\\*"#, "a*", true), (#"a\\*"#, "ab", false),
        (#"a\\?c"#, "abc", false),
        (#"a\\\\b"#, #"a\b"#, true), ("Z?RICH", "zürich", true), ("?", "👩‍👩‍👧", true), ("*ß", "STRASSE", false),
        ("ÄÖ*", "äöü", true), ("a?*", "a", false), ("*a?", "aab", true), ("*.*.*", "1.2", false),
        (#"a\\"#, #"a\"#, true),
    ])
    func patterns(_ row: (pattern: String, text: String, fits: Bool)) throws {
        let selector = try Selector(parsing: "name ~ \"\(row.pattern)\"")
        #expect(selector.matches(SampleDevice(name: row.text), now: Self.now) == row.fits)
    }

    /// Patterns that make a naive matcher try forever.
    @Test func hostilePatternsEnd() throws {
        let pattern = String(repeating: "*a", count: 500) + "*b"
        let device = SampleDevice(name: String(repeating: "a", count: 2000))
        #expect(try !Selector(parsing: "name ~ \"\(pattern)\"").matches(device, now: Self.now))
    }
}

@Suite struct DeviceFilterTests {
    @Test(arguments: [
        ("", DeviceFilter.everything), (" \n", .everything), ("nyc", .text("nyc")), ("  New York ", .text("New York")),
        ("all", .text("all")), ("not all", .text("not all")), ("region =", .text("region =")),
        ("status = x", .text("status = x")),
    ])
    func plainTexts(_ row: (text: String, filter: DeviceFilter)) {
        #expect(DeviceFilter(parsing: row.text) == row.filter)
        #expect(DeviceFilter(parsing: row.filter.source) == row.filter)
    }

    @Test func comparisonsAreSelectors() throws {
        for text in ["region = west", "not (all and status = online)", "all or a = b"] {
            let filter = DeviceFilter(parsing: " " + text)
            #expect(filter == .selector(try Selector(parsing: text)))
            #expect(filter.source == text)
            #expect(filter.description == text)
        }
    }

    @Test(arguments: [
        ("", true), ("nyc-001", true), ("SQUARE", true), ("northEAST", true), ("york, n", true), ("2.3.1", true),
        ("online", true), ("flagship", true), ("high", true), ("001", true), ("west", false), ("priority", false),
        ("retailcorp", false), ("nyc-0011", false), ("é", false), ("status = online", true),
        ("status = offline", false),
    ])
    func sampleDevice(_ row: (text: String, isShown: Bool)) {
        let now = SelectorMatchingTests.now
        #expect(DeviceFilter(parsing: row.text).matches(SampleDevice(), now: now) == row.isShown)
    }

    @Test func caseIsIgnoredBeyondASCII() {
        let device = SampleDevice(name: "ZÜRICH Hauptbahnhof"), now = SelectorMatchingTests.now
        #expect(["zürich", "Zürich h", "HAUPT"].allSatisfy { DeviceFilter.text($0).matches(device, now: now) })
        #expect(!DeviceFilter.text("zurich").matches(device, now: now))
    }

    /// Found by fuzzing: looking for the last of these texts ended the process.
    @Test func anAccentMayStandApart() {
        var device = SampleDevice()
        device.name = "Café"
        let now = Timestamp(milliseconds: 0)
        #expect(DeviceFilter.text("cafe\u{301}").matches(device, now: now))
        #expect(DeviceFilter.text("E\u{301}").matches(device, now: now))
        #expect(!DeviceFilter.text("e\u{301}x").matches(device, now: now))
        #expect(!DeviceFilter.text("e\u{301}\0").matches(device, now: now))
    }
}

@Suite struct NearMissTests {
    static let words = ["region", "status", "site", "firmware", "online", "offline"]

    @Test(arguments: [
        ("regoin", "region"), ("Region", "region"), ("rgion", "region"), ("regionn", "region"), ("regiom", "region"),
        ("sites", "site"), ("firmwaer", "firmware"), ("fimwre", "firmware"), ("STATSU", "status"),
        ("ofline", "offline"),
        ("onlin", "online"), ("sitte", "site"),
    ])
    func near(_ row: (word: String, meant: String)) {
        #expect(NearMiss.best(of: row.word, among: Self.words) == row.meant)
    }

    @Test(arguments: ["", "s", "si", "type", "rgn", "regionabc", "frmwaer12", "priority", "stte_id"])
    func far(_ word: String) {
        #expect(NearMiss.best(of: word, among: Self.words) == nil)
    }

    @Test func theNearestAndThenTheFirstIsMeant() {
        #expect(NearMiss.best(of: "stores", among: ["scores", "shores"]) == "scores")
        #expect(NearMiss.best(of: "stores", among: ["scared", "store"]) == "store")
        #expect(NearMiss.best(of: "stores", among: []) == nil)
        #expect(NearMiss.best(of: "ofline", among: ["online", "offline"]) == "offline")
        let long = String(repeating: "a", count: 65)
        #expect(NearMiss.best(of: long, among: [long]) == nil)
        #expect(NearMiss.best(of: String(repeating: "a", count: 64), among: [long]) == long)
    }
}
