import FleetCore
import Yams

extension YamlValue {
    /// The longest text, in bytes.
    static let maximumText = 2048

    /// A text; nil, noted, if it is a list, a mapping, empty or too long.
    func text() -> String? {
        guard case .scalar(let scalar) = node else {
            error(named("must be one text, not \(kind)"))
            return nil
        }
        guard !isNull else {
            noteNull()
            return nil
        }
        guard scalar.string.utf8.count <= Self.maximumText else {
            error(named("is longer than \(Self.maximumText) bytes"), "shorten it")
            return nil
        }
        return scalar.string
    }

    /// A whole number in a range.
    func integer(in range: ClosedRange<Int>) -> Int? {
        guard let text = text() else { return nil }
        guard let number = Int(text), !text.hasPrefix("+") else {
            error(named("is `\(text.shown)`, not a whole number"), "write one, such as \(max(range.lowerBound, 1))")
            return nil
        }
        guard range.contains(number) else {
            error(named("is \(number)"), Self.describe(range))
            return nil
        }
        return number
    }

    private static func describe(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max
            ? "it must be \(range.lowerBound) or more" : "it must be from \(range.lowerBound) to \(range.upperBound)"
    }

    /// A rate in per cent, such as `97.5%`, as basis points 0...10000.
    func basisPoints() -> Int? {
        guard let text = text() else { return nil }
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard let points = Self.hundredths(parts) else {
            error(
                named("is `\(text.shown)`, not a rate"), "write it in per cent with at most two decimals, such as 95%")
            return nil
        }
        guard text.hasSuffix("%") else {
            error(named("is `\(text.shown)` without a unit"), "write it in per cent, such as 95%")
            return nil
        }
        guard points <= 10_000 else {
            error(named("is \(text)"), "a rate goes from 0% to 100%")
            return nil
        }
        return points
    }

    private static func hundredths(_ parts: [Substring]) -> Int? {
        let areDigits = parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
        guard areDigits, (1...2).contains(parts.count), parts[0].count <= 6 else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.count <= 2, let whole = Int(parts[0]) else { return nil }
        let padded = fraction + String(repeating: "0", count: 2 - fraction.count)
        return Int(padded).map { whole * 100 + $0 }
    }

    /// A length of time such as `90s`, `15m`, `24h` or `3d`.
    func duration(atLeast minimum: Duration = .zero) -> Duration? {
        guard let text = text() else { return nil }
        guard let duration = DurationText.parse(text) else {
            error(named("is `\(text.shown)`, not a length of time"), "write it like 90s, 15m, 24h or 3d")
            return nil
        }
        guard duration >= minimum else {
            error(named("is \(text)"), minimum > .zero ? "it must be longer" : "it must not be negative")
            return nil
        }
        return duration
    }

    /// `true` or `false`.
    func flag() -> Bool? {
        guard let text = text() else { return nil }
        switch text {
        case "true", "yes": return true
        case "false", "no": return false
        default:
            error(named("is `\(text.shown)`"), "write true or false")
            return nil
        }
    }

    /// One of several words.
    func choice<Value>(_ choices: [(String, Value)]) -> Value? {
        guard let text = text() else { return nil }
        if let chosen = choices.first(where: { $0.0 == text }) { return chosen.1 }
        let words = choices.map(\.0)
        let near = NearMiss.best(of: text, among: words).map { "did you mean `\($0)`?" }
        error(named("is `\(text.shown)`"), near ?? "it must be one of \(words.joined(separator: ", "))")
        return nil
    }

    /// A release's version.
    func version() -> Version? {
        guard let text = text() else { return nil }
        guard let version = Version(text) else {
            error("`\(text.shown)` is not a version", "write it like 2.4.1 or 2.4.1-rc.1")
            return nil
        }
        return version
    }

    /// An IANA time zone.
    func zone() -> String? {
        guard let text = text() else { return nil }
        guard Zone(identifier: text) != nil else {
            error("`\(text.shown)` is not a time zone", "use an IANA name such as America/New_York")
            return nil
        }
        return text
    }

    /// A name to type: 1 to 64 characters of `a-z A-Z 0-9 . _ -`.
    func identifier() -> String? {
        guard let text = text() else { return nil }
        let isFit = (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(Self.isIdentifierByte)
        guard isFit, text != ".", text != ".." else {
            error(named("is `\(text.shown)`"), "use 1 to 64 characters of a-z A-Z 0-9 . _ -")
            return nil
        }
        return text
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The place of a byte of a text's UTF-8. Exact where the text stands on one line; where it begins for one that goes
    /// over several lines, is a reference, or stands behind an anchor or a tag.
    func place(ofByte offset: Int) -> Place? {
        guard let place, case .scalar(let scalar) = node else { return self.place }
        let count = Substring(scalar.string.utf8.prefix(offset)).unicodeScalars.count
        let source = document.line(place.line).unicodeScalars.dropFirst(place.column - 1)
        switch scalar.style {
        case .plain where source.starts(with: scalar.string.unicodeScalars):
            return Place(line: place.line, column: place.column + count)
        case .singleQuoted where source.first == "'": return quotedPlace(place, source, count) { $0 == "'" }
        case .doubleQuoted where source.first == "\"": return quotedPlace(place, source, count) { $0 == "\\" }
        default: return place
        }
    }

    /// Walks over so many characters of a quoted source, in which one can take several.
    private func quotedPlace(
        _ place: Place, _ source: Substring.UnicodeScalarView, _ count: Int, isPair: (Unicode.Scalar) -> Bool
    ) -> Place {
        var rest = source.dropFirst()
        for _ in 0..<count {
            guard let first = rest.popFirst() else { return place }
            guard isPair(first), let second = rest.popFirst(), first == "\\" else { continue }
            rest = rest.dropFirst(["x": 2, "u": 4, "U": 8][second] ?? 0)
        }
        return Place(line: place.line, column: place.column + source.count - rest.count)
    }
}
