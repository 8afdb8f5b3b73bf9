/// Names as they go into URLs and file names: whatever a repository calls a role, it is one segment of a path.
enum PercentEncoding {
    /// Longest name of a file that is made here; file systems end at 255, and a temporary name is longer than the last.
    static let longestFileName = 220

    static func segment(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%" + Hexadecimal.text(of: [byte]).uppercased()
            }
        }
        return encoded
    }

    /// The name of a file of its own for any text.
    static func fileName(_ text: String, suffix: String = "") throws(TUFRefusal) -> String {
        let name = segment(text) + suffix
        guard !text.isEmpty, name.utf8.count <= longestFileName, name != ".", name != ".." else {
            throw .unsafeName(text)
        }
        return name
    }

    /// The path of a target below the address of all targets.
    static func targetPath(_ name: String, prefix: String?) throws(TUFRefusal) -> String {
        var segments = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let last = segments.popLast(), !last.isEmpty,
            !([last] + segments).contains(where: { $0 == "." || $0 == ".." })
        else { throw .unsafeName(name) }
        segments.append(prefix.map { "\($0).\(last)" } ?? last)
        return segments.map(segment).joined(separator: "/")
    }
}
