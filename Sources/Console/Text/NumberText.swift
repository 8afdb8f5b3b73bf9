/// Numbers as people read them, rounded so that nothing looks better than it is.
public enum NumberText {
    /// Of `whole`, in percent with one decimal, rounded down: 100% only when exact. A dash for a share of nothing.
    static func percentDown(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "-" }
        return text(tenths: min(max(part, 0), whole) * 1000 / whole)
    }

    /// A share 0...1 in percent with one decimal, rounded down. A hair is added first, since 0.975 falls short of
    /// itself in binary.
    static func percentDown(_ share: Double) -> String {
        guard share.isFinite else { return "-" }
        return text(tenths: Int((min(max(share, 0), 1) * 1000 + 1e-9).rounded(.down)))
    }

    /// A threshold in basis points, with as many decimals as it has: `95`, `97.5`.
    static func percent(basisPoints: Int) -> String {
        let whole = basisPoints / 100
        let rest = basisPoints % 100
        if rest == 0 { return "\(whole)" }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func text(tenths: Int) -> String {
        tenths == 1000 ? "100%" : "\(tenths / 10).\(tenths % 10)%"
    }

    /// `1 device`, `2 devices`.
    public static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// How many times faster than the wall clock, without decimals that say nothing.
    static func speed(_ factor: Double) -> String {
        guard factor.isFinite, abs(factor) < 1e9 else { return "?x" }
        let whole = Int(factor)
        return Double(whole) == factor ? "\(whole)x" : "\((factor * 10).rounded() / 10)x"
    }
}
