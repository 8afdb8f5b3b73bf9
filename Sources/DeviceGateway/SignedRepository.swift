import FleetCore

/// The signed repository of a fleet's releases, as clients of The Update Framework ask for it.
///
/// What a request names is looked up, and never made a path of by the gateway: a source gives out what is published, and
/// nothing else, whatever the name is.
public protocol SignedRepository: Sendable {
    /// A metadata file, such as `timestamp.json` or `3.root.json`; nil: none of that name is published. May read a file,
    /// and blocks while it does.
    func metadata(_ name: String) -> [UInt8]?
    /// A release's file of this name and SHA-256, with its version; nil: no such file was signed.
    func target(version: String, name: String, sha256: String) -> (artifact: Artifact, release: Version)?
}

/// The repository of a fleet that has none.
public struct NoSignedRepository: SignedRepository {
    /// It holds nothing.
    public init() {}

    public func metadata(_ name: String) -> [UInt8]? { nil }
    public func target(version: String, name: String, sha256: String) -> (artifact: Artifact, release: Version)? { nil }
}
