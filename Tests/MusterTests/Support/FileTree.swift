import Foundation

/// What a directory holds: the bytes and the mode of every file in it, by its path.
///
/// SQLite's index of its write-ahead log, and a log without records, are not looked at: every reader makes them.
struct FileTree: Equatable, CustomStringConvertible {
    private var files: [String: [UInt8]] = [:]
    private var modes: [String: Int] = [:]

    /// The tree as it stands. A directory that is not there has no files.
    init(_ root: String) throws {
        let manager = FileManager.default
        guard let paths = manager.enumerator(atPath: root) else { return }
        for case let path as String in paths {
            if path.hasSuffix(".sqlite-shm") { continue }
            let attributes = try manager.attributesOfItem(atPath: "\(root)/\(path)")
            if path.hasSuffix(".sqlite-wal"), attributes[.size] as? Int == 0 { continue }
            modes[path] = attributes[.posixPermissions] as? Int
            guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
            files[path] = Array(try Data(contentsOf: URL(filePath: "\(root)/\(path)")))
        }
    }

    /// The paths, sorted.
    var paths: [String] { modes.keys.sorted() }

    /// The journal's bytes.
    var journal: [UInt8]? { files["journal.sqlite"] }

    var description: String {
        paths.map { "\($0) \(String(modes[$0] ?? 0, radix: 8)) \(files[$0]?.count ?? 0)" }.joined(separator: "\n")
    }
}
