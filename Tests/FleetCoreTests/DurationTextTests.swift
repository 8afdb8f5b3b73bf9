import FleetCore
import Testing

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("24h", Duration.hours(24), "1d"), ("90m", .minutes(90), "1h30m"), ("1h30m", .minutes(90), "1h30m"),
        ("2d", .days(2), "2d"), ("45s", .seconds(45), "45s"), ("500ms", .milliseconds(500), "500ms"),
        ("0", .zero, "0s"), ("0s", .zero, "0s"), ("1d2h3m4s5ms", .milliseconds(93_784_005), "1d2h3m4s5ms"),
        ("7d 12h", .hours(180), "7d12h"), ("1m500ms", .milliseconds(60_500), "1m500ms"),
        ("36500d", .days(36_500), "36500d"), ("001h", .hours(1), "1h"),
    ])
    func readAndWritten(_ row: (text: String, duration: Duration, exact: String)) {
        #expect(DurationText.parse(row.text) == row.duration)
        #expect(DurationText.exact(row.duration) == row.exact)
        #expect(DurationText.parse(row.exact) == row.duration)
    }

    @Test(arguments: [
        "", " ", "1", "h", "1x", "1.5h", "-1h", "+1h", "30m1h", "1h1h", "1h 30", "1h  30m", " 1h", "1h ", "1 h", "1H",
        "36501d", "36500d1ms", "99999999999999999999d", "9223372036854775807d", "١h", "1w", "00",
    ])
    func whatIsNoDuration(_ text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test(arguments: [
        (0, "0s"), (999, "0s"), (1000, "1s"), (12_999, "12s"), (59_999, "59s"), (60_000, "1m"), (3_599_999, "59m"),
        (3_600_000, "1h"), (86_399_999, "23h"), (86_400_000, "1d"), (8_640_000_000, "100d"), (-5000, "0s"),
    ])
    func short(_ row: (milliseconds: Int64, text: String)) {
        #expect(DurationText.short(.milliseconds(row.milliseconds)) == row.text)
    }

    @Test func negativeDurationsSaySo() {
        #expect(DurationText.exact(.minutes(-90)) == "-1h30m")
    }
}
