import Foundation

/// Folders under TMPDIR, or under `/tmp`.
enum TestFolder {
    /// Makes a folder that nobody else has. Its path is short, because a socket's path has 107 bytes at most.
    static func make(prefix: String, in parent: String? = nil) throws -> String {
        let parent = parent ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SwupdateFailure(description: "No folder could be made in \(parent): error \(errno).")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
