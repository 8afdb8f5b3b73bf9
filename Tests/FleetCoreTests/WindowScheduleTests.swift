import FleetCore
import Testing

@Suite struct WindowScheduleTests {
    static func schedule(_ span: String, _ recurrence: WindowSchedule.Recurrence) throws -> WindowSchedule {
        let ends = try span.split(separator: "-").map { try #require(ClockText.parse(String($0))) }
        return WindowSchedule(opensAt: ends[0], closesAt: ends[1], recurrence: recurrence)
    }

    static func once(_ span: String, _ date: String) throws -> WindowSchedule {
        try schedule(span, .once(try #require(LocalDate(iso: date))))
    }

    @Test(arguments: [
        // Any other night.
        ("America/New_York", "2026-03-07", "02:00-04:00", "2026-03-07T07:00:00Z", "2026-03-07T09:00:00Z"),
        ("Pacific/Kiritimati", "2026-03-07", "02:00-04:00", "2026-03-06T12:00:00Z", "2026-03-06T14:00:00Z"),
        ("America/Phoenix", "2026-03-08", "02:00-04:00", "2026-03-08T09:00:00Z", "2026-03-08T11:00:00Z"),
        // Past midnight, and a whole day.
        ("America/New_York", "2026-03-06", "22:00-04:00", "2026-03-07T03:00:00Z", "2026-03-07T09:00:00Z"),
        ("Etc/UTC", "2026-03-06", "02:00-02:00", "2026-03-06T02:00:00Z", "2026-03-07T02:00:00Z"),
        ("Etc/UTC", "2026-12-31", "23:30-00:00", "2026-12-31T23:30:00Z", "2027-01-01T00:00:00Z"),
        // Spring in New York: 02:00 to 03:00 is left out at 07:00Z.
        ("America/New_York", "2026-03-08", "02:00-04:00", "2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z"),
        ("America/New_York", "2026-03-08", "01:00-03:00", "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-03-08", "01:00-02:30", "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-03-08", "02:30-03:15", "2026-03-08T07:00:00Z", "2026-03-08T07:15:00Z"),
        ("America/New_York", "2026-03-07", "22:00-04:00", "2026-03-08T03:00:00Z", "2026-03-08T08:00:00Z"),
        ("America/New_York", "2026-03-08", "00:00-00:00", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"),
        // Left out as a whole: put off to the change, as long as written.
        ("America/New_York", "2026-03-08", "02:00-02:59", "2026-03-08T07:00:00Z", "2026-03-08T07:59:00Z"),
        ("America/New_York", "2026-03-08", "02:00-03:00", "2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z"),
        ("America/New_York", "2026-03-08", "02:15-02:20", "2026-03-08T07:00:00Z", "2026-03-08T07:05:00Z"),
        // Autumn in New York: 01:00 to 02:00 occurs twice, from 05:00Z and from 06:00Z.
        ("America/New_York", "2026-11-01", "01:00-02:00", "2026-11-01T05:00:00Z", "2026-11-01T06:00:00Z"),
        ("America/New_York", "2026-11-01", "00:30-02:30", "2026-11-01T04:30:00Z", "2026-11-01T06:30:00Z"),
        ("America/New_York", "2026-11-01", "00:30-01:30", "2026-11-01T04:30:00Z", "2026-11-01T05:30:00Z"),
        ("America/New_York", "2026-11-01", "01:30-03:00", "2026-11-01T05:30:00Z", "2026-11-01T07:00:00Z"),
        ("America/New_York", "2026-11-01", "02:00-04:00", "2026-11-01T07:00:00Z", "2026-11-01T09:00:00Z"),
        ("America/New_York", "2026-10-31", "22:00-04:00", "2026-11-01T02:00:00Z", "2026-11-01T08:00:00Z"),
        ("America/New_York", "2026-11-01", "00:00-00:00", "2026-11-01T04:00:00Z", "2026-11-02T04:00:00Z"),
        // Half an hour back at 02:00 and forward at 02:00 on Lord Howe Island.
        ("Australia/Lord_Howe", "2026-04-05", "01:00-03:00", "2026-04-04T14:00:00Z", "2026-04-04T16:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", "02:00-04:00", "2026-10-03T15:30:00Z", "2026-10-03T17:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-04", "02:00-02:30", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"),
        // Samoa's missing 30 December: what was meant for that one date comes right after it.
        ("Pacific/Apia", "2011-12-30", "02:00-04:00", "2011-12-30T10:00:00Z", "2011-12-30T12:00:00Z"),
        ("Pacific/Apia", "2011-12-29", "22:00-04:00", "2011-12-30T08:00:00Z", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31", "02:00-04:00", "2011-12-30T12:00:00Z", "2011-12-30T14:00:00Z"),
    ])
    func openingsOfOneDate(_ row: (zone: String, date: String, span: String, opens: String, closes: String)) throws {
        let zone = try #require(Zone(identifier: row.zone)), schedule = try Self.once(row.span, row.date)
        let opens = try #require(Timestamp(iso: row.opens)), closes = try #require(Timestamp(iso: row.closes))
        #expect(schedule.openings(from: .distantPast, zone: zone, count: 5) == [opens..<closes])
        let tick = Duration.milliseconds(1)
        let closed = WindowState(isOpen: false, opensAt: opens, closesAt: closes)
        let open = WindowState(isOpen: true, opensAt: opens, closesAt: closes)
        let over = WindowState(isOpen: false, opensAt: nil, closesAt: nil)
        #expect(schedule.state(at: .distantPast, zone: zone) == closed)
        #expect(schedule.state(at: opens - tick, zone: zone) == closed)
        #expect(schedule.state(at: opens, zone: zone) == open)
        #expect(schedule.state(at: closes - tick, zone: zone) == open)
        #expect(schedule.state(at: closes, zone: zone) == over)
        #expect(schedule.state(at: .distantFuture, zone: zone) == over)
    }

    /// The promise of the product, minute by minute over every change: each listed night has one opening, none is
    /// longer than written or overlaps the next, and the state agrees with the list.
    @Test(arguments: [
        ("America/New_York", "2026-03-04T00:00:00Z"), ("America/New_York", "2026-10-28T00:00:00Z"),
        ("America/Phoenix", "2026-03-04T00:00:00Z"), ("Australia/Lord_Howe", "2026-04-01T00:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-01T00:00:00Z"), ("Pacific/Kiritimati", "2026-03-04T00:00:00Z"),
        ("Africa/Casablanca", "2026-02-12T00:00:00Z"), ("Europe/London", "2026-10-21T00:00:00Z"),
    ])
    func everyNightOpensOnce(_ row: (zone: String, from: String)) throws {
        let zone = try #require(Zone(identifier: row.zone)), from = try #require(Timestamp(iso: row.from))
        let spans = [
            "02:00-04:00", "01:00-02:00", "00:30-02:30", "22:00-04:00", "02:00-02:59", "01:59-02:01", "03:00-03:00",
        ]
        for span in spans {
            let schedule = try Self.schedule(span, .weekly(Weekday.allCases))
            let openings = schedule.openings(from: from, zone: zone, count: 9)
            try check(openings, of: schedule, in: zone)
            for minute in 0..<(7 * 1440) {
                let moment = from + .minutes(minute)
                let next = try #require(openings.first { $0.upperBound > moment })
                let expected = WindowState(
                    isOpen: next.contains(moment), opensAt: next.lowerBound, closesAt: next.upperBound)
                guard schedule.state(at: moment, zone: zone) == expected else {
                    Issue.record("\(span) in \(zone) at \(moment)")
                    return
                }
            }
        }
    }

    private func check(_ openings: [Range<Timestamp>], of schedule: WindowSchedule, in zone: Zone) throws {
        let written = Duration.seconds((schedule.closesAt - schedule.opensAt + 86_400 - 1) % 86_400 + 1)
        #expect(openings.count == 9)
        for (opening, next) in zip(openings, openings.dropFirst()) {
            let length = opening.upperBound - opening.lowerBound
            #expect(length > .zero && length <= written, "\(schedule) in \(zone): \(opening)")
            #expect(opening.upperBound <= next.lowerBound, "\(schedule) in \(zone): \(opening)")
            // One for each night: the local dates of two openings in a row are neighbours.
            let (date, nextDate) = (zone.local(opening.lowerBound).date, zone.local(next.lowerBound).date)
            #expect(nextDate == date.adding(days: 1), "\(schedule) in \(zone): \(opening)")
        }
    }

    @Test func nightsOfTheWeekAreThoseOnWhichTheWindowOpens() throws {
        let zone = try #require(Zone(identifier: "America/New_York"))
        let schedule = try Self.schedule("22:00-04:00", .weekly([.friday, .sunday]))
        let from = try #require(Timestamp(iso: "2026-03-07T08:59:59Z"))
        let openings = schedule.openings(from: from, zone: zone, count: 4).map {
            [zone.local($0.lowerBound).iso, zone.local($0.upperBound).iso]
        }
        #expect(
            openings == [
                ["2026-03-06T22:00", "2026-03-07T04:00"], ["2026-03-08T22:00", "2026-03-09T04:00"],
                ["2026-03-13T22:00", "2026-03-14T04:00"], ["2026-03-15T22:00", "2026-03-16T04:00"],
            ])
    }

    /// A Friday that Samoa never had is no night; the next one is a week later.
    @Test func nightsThatAZoneLeavesOutHaveNoWindow() throws {
        let apia = try #require(Zone(identifier: "Pacific/Apia")),
            from = try #require(Timestamp(iso: "2011-12-28T00:00:00Z"))
        let fridays = try Self.schedule("02:00-04:00", .weekly([.friday]))
        #expect(fridays.state(at: from, zone: apia).opensAt?.iso == "2012-01-05T12:00:00Z")
        let nights = try Self.schedule("02:00-04:00", .weekly(Weekday.allCases))
        let dates = nights.openings(from: from, zone: apia, count: 4).map { apia.local($0.lowerBound).iso }
        #expect(dates == ["2011-12-28T02:00", "2011-12-29T02:00", "2011-12-31T02:00", "2012-01-01T02:00"])
    }

    @Test func openingsAreCounted() throws {
        let schedule = try Self.schedule("02:00-04:00", .weekly([.monday]))
        let from = Timestamp(milliseconds: 0)
        for count in [-1, 0, 1, 3, 1000] {
            #expect(schedule.openings(from: from, zone: .utc, count: count).count == max(0, count))
        }
        #expect(schedule.openings(from: from, zone: .utc, count: .max).count == WindowSchedule.mostOpenings)
        #expect(try Self.once("02:00-04:00", "2026-03-08").openings(from: from, zone: .utc, count: 0) == [])
        let never = try Self.schedule("02:00-04:00", .weekly([]))
        #expect(never.state(at: from, zone: .utc) == WindowState(isOpen: false, opensAt: nil, closesAt: nil))
    }

    @Test(arguments: [
        (WindowSchedule.Recurrence.weekly(Weekday.allCases), "02:00-04:30:05 site time, every night"),
        (.weekly([.monday]), "02:00-04:30:05 site time, Mon nights"),
        (.weekly([.monday, .tuesday]), "02:00-04:30:05 site time, Mon and Tue nights"),
        (.weekly([.monday, .tuesday, .sunday]), "02:00-04:30:05 site time, Mon, Tue and Sun nights"),
        (.weekly([]), "02:00-04:30:05 site time, on no night"),
        (.once(LocalDate(year: 2026, month: 3, day: 8)), "02:00-04:30:05 site time, once on 2026-03-08"),
    ])
    func descriptions(_ row: (recurrence: WindowSchedule.Recurrence, text: String)) throws {
        var schedule = try Self.schedule("02:00-04:30:05", row.recurrence)
        #expect(schedule.description == row.text)
        schedule.timeZone = "Europe/Berlin"
        #expect(schedule.description == row.text.replacing("site", with: "Europe/Berlin"))
    }
}
