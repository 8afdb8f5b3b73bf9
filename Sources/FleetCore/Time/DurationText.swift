/// Durations as people write and read them: `1h30m`.
public enum DurationText {
    /// The longest duration that can be written: a hundred years of 365 days.
    public static let longest = Duration.days(36_500)
    /// The longest text that is read.
    private static let longestText = 64

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    /// Reads `24h`, `90m`, `1h30m`, `1h 30m`, `2d`, `45s`, `500ms` or `0`: whole numbers with the units d, h, m, s, ms,
    /// larger units first, each once. Nil for anything else, and for more than `longest`.
    public static func parse(_ text: String) -> Duration? {
        guard text.utf8.count <= longestText else { return nil }
        if text == "0" { return .zero }
        var rest = Substring(text), unused = units[...], total: Int64 = 0
        repeat {
            guard let part = takePart(&rest, &unused), part <= longest.milliseconds - total else { return nil }
            total += part
        } while !rest.isEmpty
        return .milliseconds(total)
    }

    /// The duration in its largest whole unit, for narrow columns: `12s`, `4m`, `2h`, `3d`. Rounded down, so that an
    /// age is never shown before it is reached; below a second, and negative, `0s`.
    public static func short(_ duration: Duration) -> String {
        let milliseconds = max(0, duration.milliseconds)
        let unit = units.dropLast().first { milliseconds >= $0.milliseconds } ?? ("s", 1000)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }

    /// The duration to the millisecond: `1h30m`, `2d`, `500ms`, `0s`; with `-` in front of a negative one.
    /// `parse` reads back what is neither negative nor longer than `longest`.
    public static func exact(_ duration: Duration) -> String {
        var rest = duration.milliseconds.magnitude
        guard rest > 0 else { return "0s" }
        var text = duration.milliseconds < 0 ? "-" : ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / UInt64(unit.milliseconds))\(unit.name)"
            rest %= UInt64(unit.milliseconds)
        }
        return text
    }

    /// Takes a number and its unit, which must be smaller than those before it, in milliseconds.
    private static func takePart(
        _ rest: inout Substring, _ unused: inout ArraySlice<(name: String, milliseconds: Int64)>
    ) -> Int64? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        let name = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(name.count)
        if rest.first == " " { rest = rest.dropFirst().isEmpty ? rest : rest.dropFirst() }
        guard let number = Int64(digits), let index = unused.firstIndex(where: { $0.name == name }) else { return nil }
        defer { unused = unused[(index + 1)...] }
        let (product, overflows) = number.multipliedReportingOverflow(by: unused[index].milliseconds)
        return overflows ? nil : product
    }
}
