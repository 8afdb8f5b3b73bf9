import FleetCore
import Testing

@Suite struct TimestampTextTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999Z"), (1_772_953_200_000, "2026-03-08T07:00:00Z"),
        (1_772_953_200_250, "2026-03-08T07:00:00.250Z"), (1_772_953_200_007, "2026-03-08T07:00:00.007Z"),
        (951_782_400_000, "2000-02-29T00:00:00Z"), (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-2_203_891_200_000, "1900-03-01T00:00:00Z"),
    ])
    func momentsAndTheirTexts(_ pair: (milliseconds: Int64, text: String)) {
        #expect(Timestamp(milliseconds: pair.milliseconds).iso == pair.text)
        #expect(Timestamp(iso: pair.text) == Timestamp(milliseconds: pair.milliseconds))
    }

    @Test(arguments: [
        ("2026-03-08T02:00:00-05:00", "2026-03-08T07:00:00Z"), ("2026-03-08T12:30:00+05:30", "2026-03-08T07:00:00Z"),
        ("2026-03-08T07:00Z", "2026-03-08T07:00:00Z"), ("2026-03-08T07:00:00-00:00", "2026-03-08T07:00:00Z"),
        ("2026-03-08T07:00:00.1Z", "2026-03-08T07:00:00.100Z"), ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00Z"),
        ("2026-03-08T07:00:00.123456789Z", "2026-03-08T07:00:00.123Z"),
    ])
    func otherFormsOfTheSameMoment(_ pair: (text: String, iso: String)) {
        #expect(Timestamp(iso: pair.text)?.iso == pair.iso)
    }

    @Test(arguments: [
        "", "now", "2026-03-08", "2026-03-08T07:00:00", "2026-03-08 07:00:00Z", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T23:60:00Z", "2026-01-01T23:59:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00.1234567890Z",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+00:60", "2026-01-01T00:00:00+0530", "2026-01-01T00:00:00+05",
        "2026-01-01T00:00:00ZZ", "2026-1-1T00:00:00Z", "+2026-01-01T00:00:00Z", "２026-01-01T00:00:00Z",
        "2026-01-01T00:00:00z", "26-01-01T00:00:00Z", "2026-01-01T00:00:00Z ", "1900-02-29T00:00:00Z",
        // In UTC these are in the years -1 and 10000, which no text can name.
        "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59.999-00:01",
    ])
    func whatIsNoMoment(_ text: String) {
        #expect(Timestamp(iso: text) == nil)
    }

    @Test func theEndsOfTimeHaveTexts() {
        #expect(Timestamp.distantFuture.iso == "+73071226-02-26T19:48:13.951Z")
        #expect(Timestamp.distantPast.iso == "-73067287-11-05T04:11:46.048Z")
    }

    /// Every day of 800 years, against a calendar that counts months by hand.
    @Test func daysFollowEachOther() {
        var (year, month, day) = (1600, 1, 1)
        var number = LocalDate(year: year, month: month, day: day).daysSinceEpoch
        #expect(number == -135_140)
        while year < 2400 {
            let date = LocalDate(daysSinceEpoch: number)
            guard date == LocalDate(year: year, month: month, day: day), date.daysSinceEpoch == number, date.isValid
            else {
                Issue.record("day \(number) is \(date), not \(year)-\(month)-\(day)")
                return
            }
            number += 1
            day += 1
            let isLeap = year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
            if day > [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] {
                (month, day) = (month + 1, 1)
            }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test(arguments: [
        ("2026-03-08", Weekday.sunday), ("1970-01-01", .thursday), ("1969-12-31", .wednesday), ("2000-02-29", .tuesday),
        ("0000-01-01", .saturday),
    ])
    func weekdays(_ pair: (text: String, weekday: Weekday)) throws {
        let date = try #require(LocalDate(iso: pair.text))
        #expect(date.weekday == pair.weekday)
        #expect(date.iso == pair.text)
        #expect(date.adding(days: 7).weekday == pair.weekday)
        #expect(date.adding(days: 400).adding(days: -400) == date)
    }

    @Test func datesThatAreNone() {
        #expect(LocalDate(validating: 2026, month: 2, day: 28) == LocalDate(year: 2026, month: 2, day: 28))
        for (year, month, day) in [
            (2026, 2, 29), (2026, 4, 31), (2026, 0, 1), (2026, 13, 1), (-1, 1, 1), (10_000, 1, 1),
        ] {
            #expect(LocalDate(validating: year, month: month, day: day) == nil)
            #expect(!LocalDate(year: year, month: month, day: day).isValid)
        }
        for text in ["2026-02-29", "2026-3-8", "2026-03-08T00:00", "", "2026/03/08", "2026-03-08 "] {
            #expect(LocalDate(iso: text) == nil)
        }
    }

    /// Dates put together without a check must not stop the program.
    @Test(arguments: [Int.max, Int.min, 1_000_000_000_000])
    func absurdYearsAreHarmless(_ year: Int) {
        let date = LocalDate(year: year, month: 12, day: 31)
        #expect((date.daysSinceEpoch > 0) == (year > 0))
        #expect(!date.isValid)
    }

    @Test(arguments: [
        ("2026-03-08T02:00", "2026-03-08", 7200), ("2026-03-08T02:00:30", "2026-03-08", 7230),
        ("2026-03-08T23:59:59", "2026-03-08", 86_399),
    ])
    func localTimes(_ row: (text: String, date: String, second: Int)) throws {
        let expected = LocalDateTime(date: try #require(LocalDate(iso: row.date)), secondOfDay: row.second)
        #expect(LocalDateTime(iso: row.text) == expected)
        #expect(expected.iso == row.text)
    }

    @Test(arguments: ["2026-03-08T02", "2026-03-08T24:00", "2026-03-08T02:00Z", "2026-03-08", "2026-03-08T2:00", ""])
    func whatIsNoLocalTime(_ text: String) {
        #expect(LocalDateTime(iso: text) == nil)
    }

    @Test func timesOfDay() {
        #expect(ClockText.parse("02:00") == 7200)
        #expect(ClockText.parse("02:00:05") == 7205)
        #expect(["24:00", "2:00", "02:60", "02:00:60", "02", "02:00 ", ""].allSatisfy { ClockText.parse($0) == nil })
        #expect([0, 7200, 86_399].map(ClockText.text) == ["00:00", "02:00", "23:59:59"])
    }
}
