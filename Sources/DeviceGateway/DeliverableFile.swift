import FleetCore

/// A file that can be delivered: its bytes were proven to have these hashes.
public struct DeliverableFile: Sendable {
    /// Its size in bytes.
    public var size: Int64
    /// The hashes of its bytes, lower-case hexadecimal. Clients insist on SHA-1, and check MD5 where they can.
    public var sha1: String, md5: String, sha256: String
    /// The bytes that were proven, held open.
    public var bytes: any FileBytes

    /// A file of these properties.
    public init(size: Int64, sha1: String, md5: String, sha256: String, bytes: any FileBytes) {
        self.size = size
        self.sha1 = sha1
        self.md5 = md5
        self.sha256 = sha256
        self.bytes = bytes
    }
}

/// The bytes of a file that is held open.
public protocol FileBytes: Sendable {
    /// Whether nobody has written to the file since its hashes were proven. Asked for before every piece, so it is cheap.
    var isUnchanged: Bool { get }
    /// Reads bytes from a place in the file; 0 at its end. Blocks.
    func read(at offset: Int64, into piece: UnsafeMutableRawBufferPointer) throws -> Int
    /// The open file, if the system holds these bytes of it in memory, so that it can send them from there without
    /// waiting for a disk; nil: they are to be read. It is good for as long as this value is held.
    func descriptor(ofCached range: Range<Int64>) -> Int32?
}

/// The files of releases, by what they hold.
public protocol ArtifactSource: Sendable {
    /// A file of a release, whose bytes were proven to have its SHA-256; nil: it cannot be had now, of which the source
    /// tells whom it may concern. May read the whole file, and blocks while it does.
    func file(_ artifact: Artifact, of release: Version) -> DeliverableFile?
    /// The same of a file that is held open; nil: it is to be asked for by ``file(_:of:)``. Waits for no disk.
    func heldFile(_ artifact: Artifact, of release: Version) -> DeliverableFile?
}
