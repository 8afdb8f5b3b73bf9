import Foundation
import TUF
import Testing

@Suite struct UTCTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1), ("2024-02-29T23:59:59Z", 1_709_251_199),
        ("2000-12-31T12:00:00Z", 978_264_000), ("2100-03-01T00:00:00Z", 4_107_542_400),
        ("0001-01-01T00:00:00Z", -62_135_596_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func textsAndSecondsAgree(text: String, seconds: Int) {
        #expect(UTCTime(text)?.secondsSinceEpoch == seconds)
        #expect(UTCTime(secondsSinceEpoch: seconds).description == text)
    }

    @Test(arguments: [
        "", "2030-01-01", "2030-01-01T00:00:00", "2030-01-01T00:00:00+00:00", "2030-01-01T00:00:00.000Z",
        "2030-1-01T00:00:00Z", "2030-13-01T00:00:00Z", "2030-00-01T00:00:00Z", "2030-02-29T00:00:00Z",
        "2030-04-31T00:00:00Z", "2030-01-01T24:00:00Z", "2030-01-01T00:60:00Z", "2030-01-01T00:00:60Z",
        "2030-01-01 00:00:00Z", "0000-01-01T00:00:00Z", "+030-01-01T00:00:00Z", "2030-01-01T00:00:00z",
    ])
    func otherTextsAreNoTimes(text: String) {
        #expect(UTCTime(text) == nil)
    }

    @Test func daysOfFourCenturiesReadBack() {
        for day in stride(from: 0, to: 146_097, by: 13) {
            let time = UTCTime(secondsSinceEpoch: day * 86_400 + 3_661)
            #expect(UTCTime(time.description) == time)
        }
    }

    @Test func sumsStayWithinWhatCanBeWritten() {
        #expect(UTCTime(secondsSinceEpoch: 0).adding(seconds: .max).description == "9999-12-31T23:59:59Z")
        #expect(UTCTime(secondsSinceEpoch: -5).adding(seconds: .min).description == "0001-01-01T00:00:00Z")
        #expect(UTCTime(Date(timeIntervalSince1970: .infinity)).description == "9999-12-31T23:59:59Z")
        #expect(UTCTime(Date(timeIntervalSince1970: 1.9)).secondsSinceEpoch == 1)
    }
}
