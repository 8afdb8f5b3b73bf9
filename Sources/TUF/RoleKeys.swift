/// Who may sign for a role, and how many of them must.
public struct RoleKeys: Sendable, Equatable {
    /// Ids of keys, each once.
    public var keyIDs: [String]
    /// How many different keys must have signed, at least 1.
    public var threshold: Int
    /// Fields that are not known here.
    public var unrecognized: [String: JSONValue] = [:]

    public init(keyIDs: [String], threshold: Int) {
        self.keyIDs = keyIDs
        self.threshold = threshold
    }

    init(json: JSONValue?, file: String, path: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: path)
        try self.init(taking: &fields)
        unrecognized = fields.rest
    }

    init(taking fields: inout Fields) throws(TUFRefusal) {
        keyIDs = try fields.distinctStrings("keyids")
        threshold = try fields.integer("threshold", atLeast: 1)
    }

    var known: [String: JSONValue] {
        ["keyids": .array(keyIDs.map(JSONValue.string)), "threshold": .integer(threshold)]
    }
}

/// Reads the keys of a root or of delegations.
func publicKeys(_ json: JSONValue?, file: String, path: String) throws(TUFRefusal) -> [String: PublicKey] {
    var keys: [String: PublicKey] = [:]
    for (id, value) in try Fields(json, file: file, path: path).rest {
        keys[id] = try PublicKey(json: value, file: file, path: "\(path).\(id)")
    }
    return keys
}
