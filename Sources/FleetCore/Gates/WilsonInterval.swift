import Foundation

/// The 95% score interval of a success rate: E. B. Wilson, "Probable inference, the law of succession, and statistical
/// inference", Journal of the American Statistical Association 22 (1927), with z = 1.959964 for 95%.
public enum WilsonInterval {
    /// The interval for `successes` of `sample`, as shares 0...1; nil for an empty sample.
    public static func of(successes: Int, sample: Int) -> ClosedRange<Double>? {
        guard sample > 0, (0...sample).contains(successes) else { return nil }
        let z = 1.959963984540054
        let n = Double(sample), rate = Double(successes) / n
        let denominator = 1 + z * z / n
        let centre = (rate + z * z / (2 * n)) / denominator
        let half = z * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot() / denominator
        let low = successes == 0 ? 0 : max(0, centre - half)
        let high = successes == sample ? 1 : min(1, centre + half)
        return low...high
    }
}
