import Foundation

/// The sample fleet and the themes, inside the program, so that `muster demo` works without a checkout.
///
/// The base64 texts in the files next to this one are generated from `sample-fleet/` and `themes/` by the tests, with
/// `MUSTER_RECORD=1 swift test --filter FleetFilesTests`; a test compares every byte.
public enum EmbeddedFiles {
    /// One file: its path inside its folder, and its bytes.
    public struct File: Hashable, Sendable {
        /// Such as `updates/major-3.0.0.yaml`.
        public var path: String
        /// What it holds.
        public var bytes: [UInt8]
    }

    /// The files of `sample-fleet/`, sorted by path.
    public static let sampleFleet = decode(sampleFleetParts)
    /// The files of `themes/`, sorted by path.
    public static let themes = decode(themesParts)

    /// Writes the sample fleet into a directory, which is made if it is missing. Files that are there already are
    /// replaced.
    ///
    /// Throws the system's error if a file cannot be written.
    public static func write(to directory: String) throws {
        for file in sampleFleet {
            let target = URL(filePath: directory).appending(path: file.path)
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.bytes).write(to: target)
        }
    }

    private static func decode(_ parts: [[(String, String)]]) -> [File] {
        parts.joined().map { path, text in
            File(path: path, bytes: Data(base64Encoded: text, options: .ignoreUnknownCharacters).map(Array.init) ?? [])
        }
    }
}
