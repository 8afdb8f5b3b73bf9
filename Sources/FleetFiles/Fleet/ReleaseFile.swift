import FleetCore

/// The file of a release, `releases/VERSION/release.yaml`, as it is written.
public enum ReleaseFile {
    /// The file's name in the release's folder.
    public static let name = "release.yaml"
    /// Artifacts of one release.
    public static let mostArtifacts = 1000
    /// The longest notes, in bytes.
    public static let longestNotes = YamlValue.maximumText

    /// Whether a text names a file in a folder, and nothing else.
    public static func isFileName(_ text: String) -> Bool {
        // A name with a NUL would be cut there, and another file looked at.
        let isPlain = !text.utf8.contains { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "/") }
        // The parser of YAML passes over a mark of byte order at the beginning, and another file would be looked for.
        guard text.unicodeScalars.first != "\u{feff}" else { return false }
        return isPlain && !text.isEmpty && text != "." && text != ".." && text.utf8.count <= 255
    }

    /// What devices are told to ask for beside a file's name to learn its MD5: a file of that name would be asked for too.
    public static let md5Suffix = ".MD5SUM"

    /// A file of these names for which devices would find the MD5 of another: `a.MD5SUM` beside `a`; nil: there is none.
    public static func ambiguous(_ names: [String]) -> String? {
        let all = Set(names)
        return names.first { $0.hasSuffix(md5Suffix) && all.contains(String($0.dropLast(md5Suffix.count))) }
    }

    /// The file's text. A reader takes the same release from it, whatever characters notes and names have;
    /// only a mark of byte order at the beginning of notes is lost.
    public static func text(of release: Release) -> String {
        var lines = ["version: \(release.version)"]
        if !release.notes.isEmpty { lines.append("notes: \(quoted(release.notes))") }
        if !release.artifacts.isEmpty { lines.append("artifacts:") }
        for artifact in release.artifacts {
            lines.append("  - file: \(isPlain(artifact.name) ? artifact.name : quoted(artifact.name))")
            lines.append("    size: \(artifact.size)")
            lines.append("    sha256: \"\(artifact.sha256)\"")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whether a name means itself without quotes: with a letter first and a point in it it is no number and no `null`.
    private static func isPlain(_ name: String) -> Bool {
        let isLetter = { (byte: UInt8) in (65...90).contains(byte) || (97...122).contains(byte) }
        return name.utf8.first.map(isLetter) == true && name.utf8.contains(UInt8(ascii: "."))
            && name.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || "._-".utf8.contains($0) }
    }

    /// A text in double quotes.
    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { $0 += escaped($1) } + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"", "\\": return "\\\(scalar)"
        // Readers count what could be a reference, in quotes too.
        case "*": return code(scalar)
        default: break
        }
        switch scalar.properties.generalCategory {
        // Some of these end a line for YAML, and some are shown by no editor.
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            return code(scalar)
        default: return String(scalar)
        }
    }

    private static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
    }
}
