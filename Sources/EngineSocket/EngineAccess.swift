import FleetCore

/// Who may do what at an engine that runs, as it goes by at this moment: the files may say otherwise since it was started.
public struct EngineAccess: Codable, Hashable, Sendable {
    private struct Grant: Codable, Hashable, Sendable {
        var name: String
        var role: String
    }

    /// The user who runs it; nil: it does not say.
    public var owner: String?
    private var users: [Grant]
    private var groups: [Grant]

    init(_ settings: AccessSettings, owner: String?) {
        func grants(_ given: [RoleGrant]) -> [Grant] { given.map { Grant(name: $0.name, role: $0.role.description) } }
        self.owner = owner
        users = grants(settings.users)
        groups = grants(settings.groups)
    }

    /// Users and groups with their roles. A role of which this program knows nothing is left out.
    public var settings: AccessSettings {
        func grants(_ told: [Grant]) -> [RoleGrant] {
            told.compactMap { grant in Role(grant.role).map { RoleGrant(grant.name, $0) } }
        }
        var settings = AccessSettings()
        settings.users = grants(users)
        settings.groups = grants(groups)
        return settings
    }
}
