import Foundation

/// The kept inputs of a reader: hand-written ones, and what was found or reached by `Tests/Fuzz/run`.
enum Corpus {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Corpus")

    /// The inputs of a reader by their names, in the order of names.
    static func inputs(of reader: FuzzReader) throws -> [(name: String, bytes: [UInt8])] {
        let folder = root.appending(path: reader.name).path()
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { name in
            (name, Array(try Data(contentsOf: URL(filePath: folder).appending(path: name))))
        }
    }

    /// Bytes in all files of the corpus.
    static func size() throws -> Int {
        try FuzzReader.all.reduce(0) { total, reader in
            try inputs(of: reader).reduce(total) { $0 + $1.bytes.count }
        }
    }
}
