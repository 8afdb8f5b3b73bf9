@testable import FleetCore
import Testing

@Suite struct ZoneTests {
    @Test(arguments: [
        ("America/New_York", "2026-03-08T06:59:59Z", "2026-03-08T01:59:59", "EST"),
        ("America/New_York", "2026-03-08T07:00:00Z", "2026-03-08T03:00", "EDT"),
        ("America/New_York", "2026-11-01T05:59:59Z", "2026-11-01T01:59:59", "EDT"),
        ("America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T01:00", "EST"),
        ("America/Phoenix", "2026-07-01T00:00:00Z", "2026-06-30T17:00", "MST"),
        ("Australia/Lord_Howe", "2026-04-04T14:59:59Z", "2026-04-05T01:59:59", "+11:00"),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05T01:30", "+10:30"),
        ("Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-04T02:30", "+11:00"),
        ("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T23:59:59", "-10:00"),
        ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00", "+14:00"),
        ("Pacific/Kiritimati", "2026-01-01T10:00:00Z", "2026-01-02T00:00", "+14:00"),
        ("Asia/Kolkata", "2026-01-01T00:00:00Z", "2026-01-01T05:30", "+05:30"),
        ("Europe/Berlin", "2026-07-01T00:00:00Z", "2026-07-01T02:00", "CEST"),
        ("Europe/London", "2026-07-01T00:00:00Z", "2026-07-01T01:00", "BST"),
        ("Etc/UTC", "2026-07-01T00:00:00.999Z", "2026-07-01T00:00", "UTC"),
        ("Etc/UTC", "1969-12-31T23:59:59.001Z", "1969-12-31T23:59:59", "UTC"),
        ("US/Eastern", "2026-07-01T00:00:00Z", "2026-06-30T20:00", "EDT"),
        // Venezuela was at -04:30 until 2016: today's rules must not name that time.
        ("America/Caracas", "2010-01-01T00:00:00Z", "2009-12-31T19:30", "-04:30"),
    ])
    func clocks(_ row: (zone: String, moment: String, local: String, abbreviation: String)) throws {
        let zone = try #require(Zone(identifier: row.zone)), moment = try #require(Timestamp(iso: row.moment))
        #expect(zone.local(moment).iso == row.local)
        #expect(zone.abbreviation(at: moment) == row.abbreviation)
        let face = try #require(Timestamp(iso: row.local + "Z"))
        let cut = Timestamp(milliseconds: moment.milliseconds - (moment.milliseconds % 1000 + 1000) % 1000)
        #expect(zone.offsetSeconds(at: moment) * 1000 == Int(face.milliseconds - cut.milliseconds))
    }

    @Test(arguments: [
        "", "Mars/Olympus", "america/new_york", "America/New_york", "GMT+5", "UTC+2", "GMT+01:23", "PST", "BST", "IST",
        "America/New_York\u{0}x", " America/New_York", "America/", "/", "../etc/passwd", "Ämerica/X", "PDT", "EST5",
    ])
    func namesOfNoZone(_ identifier: String) {
        #expect(Zone(identifier: identifier) == nil)
    }

    @Test func longNamesOfNoZone() {
        #expect(Zone(identifier: String(repeating: "A/", count: 100_000)) == nil)
    }

    @Test(arguments: ["UTC", "GMT", "Etc/UTC", "US/Eastern", "EST5EDT", "Europe/Kyiv", "Europe/Kiev", "Asia/Calcutta"])
    func namesOfZones(_ identifier: String) throws {
        let zone = try #require(Zone(identifier: identifier))
        #expect(zone.identifier == identifier)
        #expect(zone == Zone(identifier: identifier))
        #expect((zone == .utc) == (identifier == "Etc/UTC"))
    }

    @Test(arguments: [
        // (zone, local, the first moment that shows it or more, the last before which less is shown)
        ("America/New_York", "2026-03-08T01:59:59", "2026-03-08T06:59:59Z", "2026-03-08T06:59:59Z"),
        ("America/New_York", "2026-03-08T02:00", "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-03-08T02:59:59", "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00:00Z", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-11-01T00:59:59", "2026-11-01T04:59:59Z", "2026-11-01T04:59:59Z"),
        ("America/New_York", "2026-11-01T01:00", "2026-11-01T05:00:00Z", "2026-11-01T05:00:00Z"),
        ("America/New_York", "2026-11-01T01:59:59", "2026-11-01T05:59:59Z", "2026-11-01T06:59:59Z"),
        ("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00:00Z", "2026-11-01T07:00:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z"),
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
        ("Pacific/Kiritimati", "2026-01-01T00:00", "2025-12-31T10:00:00Z", "2025-12-31T10:00:00Z"),
        ("Etc/UTC", "2026-01-01T00:00", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ])
    func localTimesAsMoments(_ row: (zone: String, local: String, first: String, last: String)) throws {
        let zone = try #require(Zone(identifier: row.zone)), local = try #require(LocalDateTime(iso: row.local))
        #expect(zone.firstMoment(of: local).iso == row.first)
        #expect(zone.lastMoment(before: local).iso == row.last)
    }

    @Test func onlySamoaLeftADateOut() throws {
        let apia = try #require(Zone(identifier: "Pacific/Apia")), date = LocalDate(year: 2011, month: 12, day: 30)
        #expect([-1, 0, 1].map { apia.has(date.adding(days: $0)) } == [true, false, true])
        #expect(Zone.utc.has(date))
    }

    /// The definitions of first and last moment, by looking at every minute around the changes of 2026.
    @Test(arguments: [
        "America/New_York", "Australia/Lord_Howe", "America/Phoenix", "Europe/Dublin", "Africa/Casablanca",
    ])
    func everyMinuteAroundTheChanges(_ identifier: String) throws {
        let zone = try #require(Zone(identifier: identifier))
        for night in [
            "2026-02-15", "2026-03-08", "2026-03-22", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25",
            "2026-11-01",
        ] {
            let begin = try #require(Timestamp(iso: night + "T00:00:00Z")) - .hours(20)
            let shown = (0..<2400).map { zone.local(begin + .minutes($0)) }
            var latestUntil = shown, earliestFrom = shown
            for index in 1..<2400 {
                latestUntil[index] = max(latestUntil[index], latestUntil[index - 1])
                earliestFrom[2399 - index] = min(earliestFrom[2399 - index], earliestFrom[2400 - index])
            }
            for local in shown[300..<2100] {
                let first = Int((zone.firstMoment(of: local) - begin).milliseconds / 60_000)
                let last = Int((zone.lastMoment(before: local) - begin).milliseconds / 60_000)
                guard shown[first] >= local, latestUntil[first - 1] < local, earliestFrom[last] >= local,
                    shown[last - 1] < local
                else {
                    Issue.record("\(identifier) at \(local): minutes \(first) and \(last) after \(begin)")
                    return
                }
            }
        }
    }

    @Test(arguments: ["America/New_York", "Etc/UTC", "Pacific/Apia"])
    func theEndsOfTimeAreHarmless(_ identifier: String) throws {
        let zone = try #require(Zone(identifier: identifier))
        for moment in [Timestamp.distantPast, .distantFuture] {
            let second = Timestamp(milliseconds: moment.milliseconds - moment.milliseconds % 1000)
            #expect(zone.firstMoment(of: zone.local(second)) == second)
        }
    }

    /// A table that stops before 2100, or an offset that is off by a rule, shows here.
    @Test func summerTimeIsKnownUntil2099() throws {
        let zone = try #require(Zone(identifier: "America/New_York"))
        for year in 2007..<2100 {
            let july = try #require(Timestamp(iso: "\(year)-07-01T00:00:00Z")), january = july - .days(181)
            #expect([zone.offsetSeconds(at: january), zone.offsetSeconds(at: july)] == [-18_000, -14_400])
        }
    }
}
