/// What somebody may do. Each role may do all that the ones before it may.
public enum Role: UInt8, CaseIterable, Comparable, Hashable, Sendable, CustomStringConvertible {
    /// Looks on.
    case viewer = 0
    /// Runs updates.
    case `operator` = 1
    /// Decides over devices, their rights, and the engine.
    case admin = 2

    public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }

    /// What a word has to be to name a role.
    public static let remedy = "the roles are viewer, operator and admin"

    /// The role of this name; nil: there is none.
    public init?(_ name: String) {
        guard let role = Role.allCases.first(where: { $0.description == name }) else { return nil }
        self = role
    }

    public var description: String {
        switch self {
        case .viewer: "viewer"
        case .operator: "operator"
        case .admin: "admin"
        }
    }
}

/// Which role a user or a group of the machine has.
public struct RoleGrant: Hashable, Sendable {
    /// The user's or group's name, as the system knows it.
    public var name: String
    /// What they may do.
    public var role: Role

    /// This name has this role.
    public init(_ name: String, _ role: Role) {
        self.name = name
        self.role = role
    }
}

/// A user of the machine on which the engine runs, by the kernel's word.
public struct LocalUser: Hashable, Sendable {
    /// The user's name; `uid N` if the system has none.
    public var name: String
    /// The names of the groups they are in.
    public var groups: [String]
    /// Whether the engine runs as this user, or the user is root.
    public var isOwner: Bool

    /// A user of these groups.
    public init(name: String, groups: [String] = [], isOwner: Bool = false) {
        self.name = name
        self.groups = groups
        self.isOwner = isOwner
    }
}

/// Who may do what: users and groups of the machine, as `fleet.yaml` names them.
public struct AccessSettings: Hashable, Sendable {
    /// By user.
    public var users: [RoleGrant] = []
    /// By group.
    public var groups: [RoleGrant] = []

    /// Nobody but the owner and root.
    public init() {}

    /// Whether anybody but the owner and root may come.
    public var admitsOthers: Bool { !users.isEmpty || !groups.isEmpty }

    /// The highest role that a user has by name or by group; root and the owner are admins. Nil: the fleet knows nothing
    /// of them.
    public func role(of user: LocalUser) -> Role? {
        if user.isOwner { return .admin }
        let own = users.filter { $0.name == user.name }
        let shared = groups.filter { user.groups.contains($0.name) }
        return (own + shared).map(\.role).max()
    }
}

/// From which size on a decision needs a second person; nil: it never does.
public struct FourEyes: Hashable, Sendable {
    /// Devices of an update that one person may start.
    public var updateOver: Int?
    /// Devices that one person may send back.
    public var rollbackOver: Int?

    /// One person decides.
    public init() {}
}
