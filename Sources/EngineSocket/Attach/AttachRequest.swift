import FleetCore
import FleetEngine

/// What a console asks for when it comes: one line of JSON. `EngineResponse` answers it; messages follow then.
struct AttachRequest: Codable, Hashable, Sendable {
    /// The version of the protocol. A console of another version is told so instead of being misread.
    var version: Int
    /// What is asked for.
    var attach: Wish

    struct Wish: Codable, Hashable, Sendable {
        /// Whether it only looks on.
        var isReadOnly: Bool
        /// Who sits there by their own word, where several people share a user; the user whom the kernel knows is named
        /// beside it.
        var alias: String?
    }

    /// The longest alias, in bytes: what stands behind it, the user whom the kernel knows, is never cut off for it.
    static let longestAlias = 24

    /// The version that this program speaks: that of views and of the commands in messages.
    static let version = 7

    init(isReadOnly: Bool, alias: String?) {
        version = Self.version
        attach = Wish(isReadOnly: isReadOnly, alias: alias)
    }

    /// The name under which a user of the kernel's knowledge acts.
    /// - Throws: What the alias cannot be. It must not look like somebody else.
    func name(of user: String) throws(Refusal) -> String {
        guard let alias = attach.alias, alias != user else { return user }
        guard !alias.isEmpty, alias.utf8.count <= Self.longestAlias, alias.unicodeScalars.allSatisfy(Self.isPlain),
            alias.first != " ", alias.last != " ", !alias.contains("  ")
        else {
            throw Refusal(
                "this cannot be the name of an operator",
                remedy: "use 1 to \(Self.longestAlias) bytes without brackets, control characters or outer spaces")
        }
        guard !Self.reserved.contains(alias.split(separator: " ").first.map(String.init) ?? ""),
            !UserName.exists(alias)
        else {
            throw Refusal("\(alias) is somebody else's name here", remedy: "give a name of your own")
        }
        return ConsoleUser.name(alias, of: user)
    }

    /// What the journal calls those who are no people.
    private static let reserved: Set = ["engine", "token", "gateway"]

    /// What could hide the user's own name, turn it round, or look like it, is no part of an alias.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        case .spaceSeparator: scalar == " "
        default: scalar != "(" && scalar != ")"
        }
    }
}
