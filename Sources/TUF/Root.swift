/// The root of trust: whose keys count for which role.
public struct Root: SignedRole {
    public static let typeName = "root"

    /// The four roles that every root has.
    public enum RoleName: String, Sendable, CaseIterable {
        case root, targets, snapshot, timestamp
    }

    public var header: RoleHeader
    /// Whether files have their version or hash in their name, so that a mirror can be written while it is read.
    public var consistentSnapshot: Bool
    /// By key id. An id is a name only: what counts as one key toward a threshold is the key itself.
    public var keys: [String: PublicKey]
    /// All four roles.
    public private(set) var roles: [RoleName: RoleKeys]
    /// Roles that are not known here, such as `mirrors`, as they were.
    private var otherRoles: [String: JSONValue] = [:]
    /// Fields that are not known here.
    public var unrecognized: [String: JSONValue] = [:]

    /// A root whose four roles are held by these keys.
    public init(
        header: RoleHeader, consistentSnapshot: Bool = true, keys: [String: PublicKey], root: RoleKeys,
        targets: RoleKeys,
        snapshot: RoleKeys, timestamp: RoleKeys
    ) {
        self.header = header
        self.consistentSnapshot = consistentSnapshot
        self.keys = keys
        roles = [.root: root, .targets: targets, .snapshot: snapshot, .timestamp: timestamp]
    }

    /// Who signs for the role.
    public subscript(role: RoleName) -> RoleKeys {
        get { roles[role] ?? RoleKeys(keyIDs: [], threshold: Int.max) }
        set { roles[role] = newValue }
    }

    public init(json: JSONValue, file: String) throws(TUFRefusal) {
        var fields = try Fields(json, file: file, path: "signed")
        header = try RoleHeader(taking: &fields, type: Self.typeName)
        consistentSnapshot = try fields.optionalBool("consistent_snapshot") ?? false
        keys = try publicKeys(fields.optional("keys"), file: file, path: "signed.keys")
        var held = try fields.fields("roles")
        var roles: [RoleName: RoleKeys] = [:]
        for role in RoleName.allCases {
            let path = "signed.roles.\(role.rawValue)"
            roles[role] = try RoleKeys(json: held.optional(role.rawValue), file: file, path: path)
        }
        self.roles = roles
        otherRoles = held.rest
        unrecognized = fields.rest
    }

    public var json: JSONValue {
        var known = header.fields(type: Self.typeName)
        known["consistent_snapshot"] = .bool(consistentSnapshot)
        known["keys"] = .object(keys.mapValues(\.json))
        var held: [String: JSONValue] = [:]
        for (name, role) in roles { held[name.rawValue] = merged(role.known, role.unrecognized) }
        known["roles"] = merged(held, otherRoles)
        return merged(known, unrecognized)
    }
}
