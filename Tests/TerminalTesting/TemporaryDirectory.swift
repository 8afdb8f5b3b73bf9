import Glibc

/// A directory of its own for one test, removed with the files in it.
public final class TemporaryDirectory {
    private let root: String
    private var names: [String] = []

    /// Makes the directory under TMPDIR, or under `/tmp`.
    public init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/muster-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw PtyProcess.Failure(description: "No directory could be made in \(parent): error \(errno).")
        }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(root)/\(name)") }
        rmdir(root)
    }

    /// The path of a file in it, which is removed with it.
    public func path(_ name: String) -> String {
        names.append(name)
        return "\(root)/\(name)"
    }
}
