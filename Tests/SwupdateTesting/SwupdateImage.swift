/// One image in a file, as a registry would hold it.
public struct SwupdateImage: Hashable, Sendable {
    /// Where it is; it goes with the `SwupdateImages` that made it.
    public let path: String
    /// The version that it brings.
    public let version: String
    /// How many bytes the image has.
    public let byteCount: Int
    /// The SHA-256 of the image, in lower case hexadecimal.
    public let sha256: String
    /// The SHA-256 of what it writes into the slot: `SwupdateTerminal.installedSHA256` after its installation.
    public let payloadSHA256: String

    /// The name of its file. It ends in `.swu`: swupdate passes over artifacts of other names.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}
