import Crypto
import Foundation

extension DelegatedRole {
    /// Whether the role may describe the target.
    public func isTrusted(withTarget path: String) -> Bool {
        switch scope {
        case .paths(let patterns):
            return patterns.contains { PathPattern($0).matches(path) }
        case .pathHashPrefixes(let prefixes):
            let digest = Hexadecimal.text(of: SHA256.hash(data: Array(path.utf8)))
            return prefixes.contains { digest.hasPrefix($0.lowercased()) }
        }
    }
}

/// A pattern of target paths: `*` stands for any bytes and `?` for any character within one segment; a `/` is matched by
/// a `/` only, so that trust in a folder is not trust in what is below it.
struct PathPattern {
    private let segments: [[Unicode.Scalar]]

    init(_ pattern: String) { segments = Self.segments(of: pattern) }

    func matches(_ path: String) -> Bool {
        let parts = Self.segments(of: path)
        return parts.count == segments.count && zip(segments, parts).allSatisfy { Self.matches($0, $1) }
    }

    private static func segments(of path: String) -> [[Unicode.Scalar]] {
        path.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
    }

    // Goes back to the last star only, so a pattern of many stars costs no more than pattern times path.
    private static func matches(_ pattern: [Unicode.Scalar], _ text: [Unicode.Scalar]) -> Bool {
        var (inPattern, inText) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while inText < text.count {
            if inPattern < pattern.count, pattern[inPattern] == "*" {
                star = (inPattern, inText)
                inPattern += 1
            } else if inPattern < pattern.count, pattern[inPattern] == "?" || pattern[inPattern] == text[inText] {
                inPattern += 1
                inText += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                inPattern = last.pattern + 1
                inText = last.text + 1
            } else {
                return false
            }
        }
        return pattern[inPattern...].allSatisfy { $0 == "*" }
    }
}
