/// A signature as a file carries it.
public struct Signature: Sendable, Equatable {
    /// The id by which the key is known in the file that names the signers.
    public var keyID: String
    /// In hex. Where one is still to be made it may be empty; it counts for nothing then.
    public var hex: String
    /// Fields that are not known here.
    public var unrecognized: [String: JSONValue] = [:]

    public init(keyID: String, hex: String) {
        self.keyID = keyID
        self.hex = hex
    }

    init(json: JSONValue, file: String, path: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: path)
        keyID = try fields.string("keyid")
        hex = try fields.string("sig")
        unrecognized = fields.rest
    }

    var json: JSONValue { merged(["keyid": .string(keyID), "sig": .string(hex)], unrecognized) }
}
