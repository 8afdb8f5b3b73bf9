import Histogram

/// Takes times.
enum Timing {
    /// Seconds that the body took, and what it gave.
    static func seconds<Result>(_ body: () throws -> Result) rethrows -> (seconds: Double, result: Result) {
        let start = ContinuousClock.now
        let result = try body()
        return (seconds(since: start), result)
    }

    /// Seconds since a moment.
    static func seconds(since start: ContinuousClock.Instant) -> Double {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// The middle one of some numbers, of which there must be one.
    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

/// A distribution of times, in nanoseconds up to a minute.
struct Times {
    private var histogram = Histogram<UInt64>(
        lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)

    mutating func add(seconds: Double) { histogram.record(UInt64(min(max(seconds, 0), 60) * 1e9)) }

    var count: Int { Int(histogram.totalCount) }

    /// The time that this share of all, in per cent, did not pass.
    func milliseconds(percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) / 1e6 }
    var longestMilliseconds: Double { Double(histogram.maxRecorded) / 1e6 }
}
