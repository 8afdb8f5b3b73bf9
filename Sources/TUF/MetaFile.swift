/// What timestamp says of snapshot, and snapshot of each targets role.
public struct MetaFile: Sendable, Equatable {
    /// The one version that is to be trusted.
    public var version: Int
    /// In bytes, where it is given.
    public var length: Int?
    /// Where they are given.
    public var hashes: Hashes?
    /// Fields that are not known here.
    public var unrecognized: [String: JSONValue] = [:]

    public init(version: Int, length: Int? = nil, hashes: Hashes? = nil) {
        self.version = version
        self.length = length
        self.hashes = hashes
    }

    init(json: JSONValue?, file: String, path: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: path)
        version = try fields.integer("version", atLeast: 1)
        length = fields.rest["length"] == nil ? nil : try fields.integer("length", atLeast: 0)
        hashes = try Hashes(taking: &fields)
        unrecognized = fields.rest
    }

    var json: JSONValue {
        var known: [String: JSONValue] = ["version": .integer(version)]
        if let length { known["length"] = .integer(length) }
        if let hashes { known["hashes"] = hashes.json }
        return merged(known, unrecognized)
    }

    /// Checks length and hashes, where they are given.
    func check(_ bytes: [UInt8], file: String) throws(TUFRefusal) {
        if let length, bytes.count != length {
            throw .wrongLength(file: file, found: bytes.count, expected: length)
        }
        var verifier = try FileVerifier(file: file, length: length, limit: bytes.count, hashes: hashes)
        try verifier.receive(bytes)
        try verifier.finish()
    }
}
