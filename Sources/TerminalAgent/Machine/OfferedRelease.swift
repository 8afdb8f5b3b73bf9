/// What a gateway offers, checked for form: what is in it names no place outside a folder.
public struct OfferedRelease: Codable, Hashable, Sendable {
    /// A file of it.
    public struct File: Codable, Hashable, Sendable {
        /// Its name in a folder.
        public var name: String
        /// Its length in bytes.
        public var length: Int64
        /// SHA-256 in lower-case hexadecimal.
        public var sha256: String
        /// Where it is fetched.
        public var url: String

        /// A file of these parts.
        public init(name: String, length: Int64, sha256: String, url: String) {
            self.name = name
            self.length = length
            self.sha256 = sha256
            self.url = url
        }
    }

    /// The number of the gateway's action.
    public var action: UInt32
    /// The version, as the gateway writes it.
    public var version: String
    /// What part of a terminal it is, in the gateway's words.
    public var part: String
    /// Its files, in the order in which they are fetched.
    public var files: [File]

    /// Why the gateway does not want it begun yet; nil: it does.
    public var heldBack: String?

    /// A release of these parts.
    public init(action: UInt32, version: String, part: String, files: [File]) {
        self.action = action
        self.version = version
        self.part = part
        self.files = files
    }
}
