/// A version by Semantic Versioning 2.0.0. Compared as a version (pre-releases included), never as text.
///
/// `2.4` and `v2.4` are read as `2.4.0`. Build metadata takes no part in precedence by the specification; here it
/// breaks ties by text, so that two builds of one version are never taken for the same release.
public struct Version: Hashable, Sendable, CustomStringConvertible, LosslessStringConvertible {
    /// The numbers before any `-` or `+`: major, minor, patch.
    public let major: UInt32, minor: UInt32, patch: UInt32
    /// Dot-separated identifiers after `-`; empty for a final release.
    public let prerelease: String
    /// What stands after `+`; empty if nothing does.
    public let build: String

    /// A version of these parts.
    public init(_ major: UInt32, _ minor: UInt32, _ patch: UInt32, prerelease: String = "", build: String = "") {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
        self.build = build
    }

    /// Reads a version; nil if the text is none (more than three numbers, empty parts, leading zeros, odd characters).
    public init?(_ text: String) {
        var rest = Substring(text)
        guard text.utf8.count <= 64 else { return nil }
        if rest.first == "v" { rest = rest.dropFirst() }
        let build = Self.split(&rest, at: "+")
        let prerelease = Self.split(&rest, at: "-")
        let numbers = rest.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(numbers.count) else { return nil }
        var values: [UInt32] = []
        for number in numbers {
            guard let value = Self.number(number) else { return nil }
            values.append(value)
        }
        while values.count < 3 { values.append(0) }
        for part in [prerelease, build].compactMap({ $0 }) {
            guard Self.areIdentifiers(part, numbersStrict: part == prerelease) else { return nil }
        }
        self.init(
            values[0], values[1], values[2], prerelease: String(prerelease ?? ""), build: String(build ?? ""))
    }

    public var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-\(prerelease)") + (build.isEmpty ? "" : "+\(build)")
    }

    private static func split(_ text: inout Substring, at mark: Character) -> Substring? {
        guard let index = text.firstIndex(of: mark) else { return nil }
        defer { text = text[..<index] }
        return text[text.index(after: index)...]
    }

    private static func number(_ text: Substring) -> UInt32? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), text == "0" || text.first != "0"
        else { return nil }
        return UInt32(text)
    }

    private static func areIdentifiers(_ text: Substring, numbersStrict: Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            guard !part.isEmpty else { return false }
            let isNumeric = part.utf8.allSatisfy { (48...57).contains($0) }
            if isNumeric, numbersStrict, part.count > 1, part.first == "0" { return false }
            return part.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
            }
        }
    }
}

extension Version: Comparable {
    public static func < (left: Version, right: Version) -> Bool {
        if (left.major, left.minor, left.patch) != (right.major, right.minor, right.patch) {
            return (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
        }
        if left.prerelease != right.prerelease { return prereleasePrecedes(left.prerelease, right.prerelease) }
        return left.build < right.build
    }

    /// Semantic Versioning 2.0.0, section 11: numbers below words, fewer identifiers below more, none above all.
    private static func prereleasePrecedes(_ left: String, _ right: String) -> Bool {
        if left.isEmpty || right.isEmpty { return right.isEmpty && !left.isEmpty }
        let leftParts = left.split(separator: "."), rightParts = right.split(separator: ".")
        for (leftPart, rightPart) in zip(leftParts, rightParts) where leftPart != rightPart {
            switch (UInt64(leftPart), UInt64(rightPart)) {
            case (let leftNumber?, let rightNumber?): return leftNumber < rightNumber
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil): return leftPart < rightPart
            }
        }
        return leftParts.count < rightParts.count
    }
}
