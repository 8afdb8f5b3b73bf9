import FleetCore

/// Reads who may do what: `{users: {kim: operator}, groups: {retail-ops: viewer}}`.
enum AccessReader {
    /// The most users, and the most groups.
    private static let mostNames = 1000
    /// The longest name of a user or a group, in bytes.
    private static let longestName = 64
    private static let roles = Role.allCases.map { ($0.description, $0) }

    static func read(_ value: YamlValue?) -> AccessSettings {
        var access = AccessSettings()
        guard let map = value?.map("who may do what", known: ["users", "groups"]) else { return access }
        access.users = grants(map["users"], "users")
        access.groups = grants(map["groups"], "groups")
        if access.users.contains(where: { $0.name == "root" }) {
            map["users"]?.error("`root` is an admin of every fleet", "leave it out")
        }
        return access
    }

    private static func grants(_ value: YamlValue?, _ what: String) -> [RoleGrant] {
        guard let value, let table = value.table("\(what) with their roles") else { return [] }
        guard table.keys.count <= mostNames else {
            value.error(value.named("has \(table.keys.count) names, more than \(mostNames)"), "name groups instead")
            return []
        }
        return table.keys.compactMap { name in
            guard isName(name) else {
                table.scope.error(
                    table.keyPlace(name), "`\(name.shown)` is no name of the system's",
                    "write it as `getent passwd` or `getent group` does")
                return nil
            }
            return table[name]?.choice(roles).map { RoleGrant(name, $0) }
        }
    }

    /// The system's own rules differ; no name has blanks, a colon, or what cannot be seen.
    private static func isName(_ name: String) -> Bool {
        (1...longestName).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0.value < 0x7f && $0 != ":" }
    }
}
