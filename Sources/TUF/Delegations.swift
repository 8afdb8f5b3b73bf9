/// The roles that a targets role trusts, in the order of their weight.
public struct Delegations: Sendable, Equatable {
    /// By key id.
    public var keys: [String: PublicKey]
    /// The first one that describes a target is believed.
    public var roles: [DelegatedRole]
    /// Fields that are not known here.
    public var unrecognized: [String: JSONValue] = [:]

    public init(keys: [String: PublicKey], roles: [DelegatedRole]) {
        self.keys = keys
        self.roles = roles
    }

    init(json: JSONValue, file: String, path: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: path)
        keys = try publicKeys(fields.optional("keys"), file: file, path: "\(path).keys")
        var roles: [DelegatedRole] = []
        var names: Set<String> = []
        for (index, value) in try fields.array("roles").enumerated() {
            let role = try DelegatedRole(json: value, file: file, path: "\(path).roles[\(index)]")
            guard names.insert(role.name).inserted else { throw fields.refusal("roles", "names \(role.name) twice") }
            roles.append(role)
        }
        self.roles = roles
        unrecognized = fields.rest
    }

    var json: JSONValue {
        merged(["keys": .object(keys.mapValues(\.json)), "roles": .array(roles.map(\.json))], unrecognized)
    }
}

/// One role that is trusted with some of the names.
public struct DelegatedRole: Sendable, Equatable {
    /// The name of its file without `.json`.
    public var name: String
    /// Who signs for it.
    public var keys: RoleKeys
    /// Which targets it may describe.
    public var scope: Scope
    /// Whether the search ends with it for the targets in its scope.
    public var isTerminating: Bool

    /// Which targets a role may describe.
    public enum Scope: Sendable, Equatable {
        /// Patterns of target paths; `*` and `?` stand for what is within one folder's name.
        case paths([String])
        /// Beginnings of the SHA-256 of the target path, in hex.
        case pathHashPrefixes([String])
    }

    /// Names that a delegation must not take: it would then be stored in the place of a role of root's. On some file
    /// systems that is so whatever the case of its letters.
    private static let reserved: Set<String> = ["root", "targets", "snapshot", "timestamp", "mirrors"]

    public init(name: String, keys: RoleKeys, scope: Scope, isTerminating: Bool = false) {
        self.name = name
        self.keys = keys
        self.scope = scope
        self.isTerminating = isTerminating
    }

    init(json: JSONValue, file: String, path: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: path)
        name = try fields.string("name")
        guard !name.isEmpty, !Self.reserved.contains(name.lowercased()) else {
            throw fields.refusal("name", "no delegated role is called \"\(name)\"")
        }
        keys = try RoleKeys(taking: &fields)
        isTerminating = try fields.optionalBool("terminating") ?? false
        switch (fields.rest["paths"], fields.rest["path_hash_prefixes"]) {
        case (.some, .none): scope = .paths(try fields.strings("paths"))
        case (.none, .some): scope = .pathHashPrefixes(try fields.strings("path_hash_prefixes"))
        default: throw fields.refusal("paths", "there is one of paths and path_hash_prefixes")
        }
        keys.unrecognized = fields.rest
    }

    var json: JSONValue {
        var known = keys.known
        known["name"] = .string(name)
        known["terminating"] = .bool(isTerminating)
        switch scope {
        case .paths(let patterns): known["paths"] = .array(patterns.map(JSONValue.string))
        case .pathHashPrefixes(let prefixes): known["path_hash_prefixes"] = .array(prefixes.map(JSONValue.string))
        }
        return merged(known, keys.unrecognized)
    }
}
