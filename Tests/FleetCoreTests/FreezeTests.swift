import FleetCore
import Testing

@Suite struct FreezeTests {
    @Test(arguments: [
        ("Etc/UTC", "2026-12-20T00:00", "2027-01-03T06:00", "2026-12-20T00:00:00Z", "2027-01-03T06:00:00Z"),
        ("Pacific/Kiritimati", "2026-12-20T00:00", "2027-01-03T00:00", "2026-12-19T10:00:00Z", "2027-01-02T10:00:00Z"),
        // Over a change it lasts an hour less or more of real time.
        ("America/New_York", "2026-03-08T00:00", "2026-03-09T00:00", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
        ("America/New_York", "2026-11-01T00:00", "2026-11-02T00:00", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"),
        // From or until a time that is left out: from or until the change.
        ("America/New_York", "2026-03-08T02:30", "2026-03-09T00:00", "2026-03-08T07:00:00Z", "2026-03-09T04:00:00Z"),
        ("America/New_York", "2026-03-07T00:00", "2026-03-08T02:30", "2026-03-07T05:00:00Z", "2026-03-08T07:00:00Z"),
        // From or until a time that occurs twice: from the first, until the second.
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:00", "2026-11-01T05:30:00Z", "2026-11-01T10:00:00Z"),
        ("America/New_York", "2026-10-30T00:00", "2026-11-01T01:30", "2026-10-30T04:00:00Z", "2026-11-01T06:30:00Z"),
        ("America/New_York", "2026-10-30T00:00", "2026-11-01T02:00", "2026-10-30T04:00:00Z", "2026-11-01T07:00:00Z"),
        ("America/New_York", "2026-10-30T00:00", "2026-11-01T01:00", "2026-10-30T04:00:00Z", "2026-11-01T05:00:00Z"),
    ])
    func spans(_ row: (zone: String, from: String, until: String, begins: String, ends: String)) throws {
        let zone = try #require(Zone(identifier: row.zone)), freeze = try freeze(row.from, row.until)
        let begins = try #require(Timestamp(iso: row.begins)), ends = try #require(Timestamp(iso: row.ends))
        #expect(freeze.span(in: zone) == begins..<ends)
        let tick = Duration.milliseconds(1)
        #expect(freeze.state(at: begins - tick, zone: zone) == nil)
        #expect(freeze.state(at: begins, zone: zone) == ends)
        #expect(freeze.state(at: ends - tick, zone: zone) == ends)
        #expect(freeze.state(at: ends, zone: zone) == nil)
    }

    /// At no minute at which a clock shows a time inside the freeze does it let anything start.
    @Test(arguments: [("2026-10-31T23:00", "2026-11-01T01:30"), ("2026-11-01T01:15", "2026-11-01T01:45")])
    func holdsWheneverAClockSaysSo(_ row: (from: String, until: String)) throws {
        let zone = try #require(Zone(identifier: "America/New_York")), freeze = try freeze(row.from, row.until)
        let begin = try #require(Timestamp(iso: "2026-11-01T00:00:00Z"))
        let moments = (0..<720).map { begin + .minutes($0) }
        let inside = moments.filter { (freeze.from..<freeze.until).contains(zone.local($0)) }
        #expect(inside.allSatisfy { freeze.state(at: $0, zone: zone) != nil })
        #expect(inside.count > 0)
    }

    @Test(arguments: [("2026-03-08T00:00", "2026-03-08T00:00"), ("2026-03-09T00:00", "2026-03-08T00:00")])
    func aFreezeThatEndsBeforeItBeginsNeverHolds(_ row: (from: String, until: String)) throws {
        let freeze = try freeze(row.from, row.until)
        #expect(freeze.span(in: .utc).isEmpty)
        let moment = try #require(Timestamp(iso: "2026-03-08T00:00:00Z"))
        #expect(freeze.state(at: moment, zone: .utc) == nil)
    }

    private func freeze(_ from: String, _ until: String) throws -> Freeze {
        Freeze(
            name: "holiday trading", from: try #require(LocalDateTime(iso: from)),
            until: try #require(LocalDateTime(iso: until)))
    }
}
