/// One file that is distributed.
public struct TargetFile: Sendable, Equatable {
    /// In bytes.
    public var length: Int
    /// At least one.
    public var hashes: Hashes
    /// An object of the application's own, if there is one.
    public var custom: JSONValue?
    /// Fields that are not known here.
    public var unrecognized: [String: JSONValue] = [:]

    public init(length: Int, hashes: Hashes, custom: JSONValue? = nil) {
        self.length = length
        self.hashes = hashes
        self.custom = custom
    }

    init(json: JSONValue?, file: String, path: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: path)
        length = try fields.integer("length", atLeast: 0)
        guard let hashes = try Hashes(taking: &fields) else { throw fields.refusal("hashes", "is missing") }
        self.hashes = hashes
        custom = fields.optional("custom")
        guard custom == nil || custom?.object != nil else { throw fields.refusal("custom", "is no object") }
        unrecognized = fields.rest
    }

    var json: JSONValue {
        var known: [String: JSONValue] = ["length": .integer(length), "hashes": hashes.json]
        if let custom { known["custom"] = custom }
        return merged(known, unrecognized)
    }

    /// Checks the file while it comes in.
    public func verifier(name: String) throws(TUFRefusal) -> FileVerifier {
        try FileVerifier(file: name, length: length, hashes: hashes)
    }
}
