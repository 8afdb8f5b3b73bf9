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

    /// Stands where a version is kept and nobody has told one yet. It is written like any other, so that what has been
    /// kept so stays readable; no release should be called so.
    public static let unknown = Version(0, 0, 0)
    /// Whether it is one that somebody has told.
    public var isKnown: Bool { (major, minor, patch) != (0, 0, 0) || self != .unknown }
    /// The text for whoever reads of it: `unknown` where nobody has told it.
    public var shown: String { isKnown ? description : "unknown" }

    /// The longest version that is read, in bytes of its full text.
    public static let longestText = 64

    /// Reads a version; nil if the text is none (more than three numbers, empty parts, leading zeros, odd characters,
    /// a number above 4294967295) or is too long. The description of what is read is read back as the same version.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.longestText else { return nil }
        var rest = Substring(text)
        if rest.first == "v" { rest = rest.dropFirst() }
        let build = Self.split(&rest, at: "+")
        let prerelease = Self.split(&rest, at: "-")
        let texts = rest.split(separator: ".", omittingEmptySubsequences: false)
        var numbers = texts.prefix(3).compactMap(Self.number)
        guard texts.count <= 3, numbers.count == texts.count,
            prerelease.map(Self.isPrerelease) != false, build.map(Self.areIdentifiers) != false
        else { return nil }
        numbers += Array(repeating: 0, count: 3 - numbers.count)
        self.init(
            numbers[0], numbers[1], numbers[2], prerelease: String(prerelease ?? ""), build: String(build ?? ""))
        // `2-rc` grows to `2.0.0-rc`: what a journal keeps must stay readable.
        if description.utf8.count > Self.longestText { return nil }
    }

    /// The full text: `2.4.0-rc.1+5`.
    public var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-\(prerelease)") + (build.isEmpty ? "" : "+\(build)")
    }

    private static func split(_ text: inout Substring, at mark: Character) -> Substring? {
        guard let index = text.firstIndex(of: mark) else { return nil }
        defer { text = text[..<index] }
        return text[text.index(after: index)...]
    }

    private static func number(_ text: Substring) -> UInt32? {
        isNumeric(text) && !hasLeadingZero(text) ? UInt32(text) : nil
    }

    private static func isPrerelease(_ text: Substring) -> Bool {
        areIdentifiers(text) && !identifiers(text).contains { isNumeric($0) && hasLeadingZero($0) }
    }

    /// Whether the text consists of identifiers with points between them; in build metadata that is all there is to it.
    private static func areIdentifiers(_ text: Substring) -> Bool {
        identifiers(text).allSatisfy { identifier in
            !identifier.isEmpty
                && identifier.utf8.allSatisfy { byte in
                    isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                }
        }
    }

    private static func identifiers(_ text: Substring) -> [Substring] {
        text.split(separator: ".", omittingEmptySubsequences: false)
    }

    private static func isNumeric(_ text: Substring) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isDigit) }

    private static func hasLeadingZero(_ text: Substring) -> Bool { text.utf8.count > 1 && text.utf8.first == 48 }
}

extension Version: Comparable {
    /// By section 11 of the specification, then by build metadata as text.
    public static func < (left: Version, right: Version) -> Bool {
        if (left.major, left.minor, left.patch) != (right.major, right.minor, right.patch) {
            return (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
        }
        if left.prerelease != right.prerelease { return prereleasePrecedes(left.prerelease, right.prerelease) }
        return left.build < right.build
    }

    /// Whether it has precedence over another by the specification, to which two builds of one version are equal: neither
    /// is newer, and they are different releases.
    public func isNewer(than other: Version) -> Bool {
        self > other
            && (major, minor, patch, prerelease) != (other.major, other.minor, other.patch, other.prerelease)
    }

    /// Semantic Versioning 2.0.0, section 11: numbers below words, fewer identifiers below more, none above all.
    private static func prereleasePrecedes(_ left: String, _ right: String) -> Bool {
        if left.isEmpty || right.isEmpty { return right.isEmpty && !left.isEmpty }
        let leftParts = identifiers(left[...]), rightParts = identifiers(right[...])
        for (leftPart, rightPart) in zip(leftParts, rightParts) where leftPart != rightPart {
            return identifierPrecedes(leftPart, rightPart)
        }
        return leftParts.count < rightParts.count
    }

    /// Numbers have no largest one in the specification, so they are compared by their digits.
    private static func identifierPrecedes(_ left: Substring, _ right: Substring) -> Bool {
        switch (isNumeric(left), isNumeric(right)) {
        case (true, true): (left.utf8.count, left) < (right.utf8.count, right)
        case (true, false): true
        case (false, true): false
        case (false, false): left < right
        }
    }
}
