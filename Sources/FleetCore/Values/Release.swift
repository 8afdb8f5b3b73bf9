/// A file of a release, named by what it holds.
public struct Artifact: Hashable, Sendable {
    /// The file's name, without folders.
    public var name: String
    /// Its size in bytes.
    public var size: Int64
    /// SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    public var sha256: String

    /// An artifact of this name, size in bytes and SHA-256 in hexadecimal.
    public init(name: String, size: Int64, sha256: String) {
        self.name = name
        self.size = size
        self.sha256 = sha256
    }
}

/// An immutable firmware version with its artifacts.
public struct Release: Hashable, Sendable {
    /// The version that a device reports once it runs this release.
    public var version: Version
    /// One line for people.
    public var notes: String
    /// The files, in the order they are delivered.
    public var artifacts: [Artifact]

    /// A release of this version.
    public init(version: Version, notes: String = "", artifacts: [Artifact] = []) {
        self.version = version
        self.notes = notes
        self.artifacts = artifacts
    }

    /// Bytes of all artifacts together.
    public var size: Int64 { artifacts.reduce(0) { $0 + $1.size } }
}
