import FleetCore
import FleetEngine

/// Who may do what.
struct AccessReport: Encodable {
    /// A user or a group with its role.
    struct Grant: Encodable {
        /// `user` or `group`.
        var kind: String
        var name: String
        var role: String
    }

    /// What a role may do beyond what the ones before it may.
    struct Row: Encodable {
        var role: String
        var commands: [String]
    }

    /// Somebody else who looks on.
    struct Console: Encodable {
        var name: String
        @OrNull var role: String?
        var isReadOnly: Bool
        /// What they did last.
        @OrNull var lastCommand: String?
        @OrNull var at: String?
    }

    var you: String
    var groups: [String]
    /// Nil: none; or not known, where no engine runs and fleet.yaml cannot be read.
    @OrNull var role: String?
    /// Whether the engine that runs has said so, or the files.
    var isByTheEngine: Bool
    /// The user who runs the engine, or would.
    var owner: String
    /// Nil: the engine does not say, and fleet.yaml cannot be read.
    @OrNull var grants: [Grant]?
    /// Whether these are in force at the engine that runs, or what the files say.
    var areGrantsByTheEngine: Bool
    /// Whether fleet.yaml gives others roles, or other ones, since the engine was started.
    var doFilesDiffer: Bool
    var commands: [Row]
    var consoles: [Console]

    /// The table of roles, as the engine asks it. Files, releases and settings are taken over when an engine starts.
    static var table: [Row] {
        Role.allCases.map { role in
            Row(role: role.description, commands: given.filter { $0.requiredRole == role }.map(\.verb))
        }
    }

    private static let given: [Command] = [
        .lookOn, .start(update: ""), .approve(update: ""), .pause(update: ""), .resume(update: ""), .cancel(update: ""),
        .rollBack(update: "", confirmation: "", preview: nil), .retryFailed(update: ""), .accept(device: ""),
        .refuse(device: ""), .decommission(device: ""), .register([]), .issueToken(device: nil),
        .revokeToken(device: nil), .issueAPIToken(name: "", role: .viewer), .revokeAPIToken(name: ""), .stopEngine,
    ]

    /// Whether the files say otherwise than what is in force; of what is not known they do not.
    static func differ(_ inForce: AccessSettings?, _ filed: AccessSettings?) -> Bool {
        guard let inForce, let filed else { return false }
        return Set(inForce.users) != Set(filed.users) || Set(inForce.groups) != Set(filed.groups)
    }

    static func grants(_ access: AccessSettings) -> [Grant] {
        access.users.map { Grant(kind: "user", name: $0.name, role: $0.role.description) }
            + access.groups.map { Grant(kind: "group", name: $0.name, role: $0.role.description) }
    }

    /// Those who look on besides the one who asks.
    static func consoles(_ view: FleetView) -> [Console] {
        view.consoles.filter { $0.number != view.seat }.map { console in
            let last = view.deeds.first { $0.who == console.name }
            return Console(
                name: console.name, role: console.role?.description, isReadOnly: console.isReadOnly,
                lastCommand: last?.text, at: last?.at.iso)
        }
    }

    /// The lines for people.
    var lines: [String] {
        var lines = [standing]
        lines += ["", "role      may also"]
        lines += commands.map { "\($0.role.padded(to: 10))\($0.commands.joined(separator: ", "))" }
        let drawers = owner == "root" ? "only root draws and takes back" : "only root and \(owner) draw and take back"
        lines += ["", "tokens are files of the state folder: \(drawers) them"]
        lines += [""] + grantLines
        if doFilesDiffer {
            lines += ["", "fleet.yaml says otherwise by now: that counts once the engine is started again"]
        }
        guard !consoles.isEmpty else { return lines }
        return lines + ["", "here now"] + consoles.map(\.line)
    }

    private var standing: String {
        // Who owns the state is an admin whatever the files say; of others only they could say it.
        guard isByTheEngine || grants != nil || role != nil else {
            return "whether you have a role, as \(you), is not known: no engine runs, and fleet.yaml cannot be read"
        }
        let standing = role.map { "you are \($0)" } ?? "you have no role"
        return "\(standing), as \(you), by \(isByTheEngine ? "the engine that runs" : "the files: no engine runs")"
    }

    private var grantLines: [String] {
        if isByTheEngine, grants == nil, !areGrantsByTheEngine {
            return ["who has a role, the engine that runs tells those who have one"]
        }
        var rows = [("who", "role, by \(areGrantsByTheEngine ? "the engine that runs" : "the files")")]
        rows.append(("user root", "admin, always"))
        if owner != "root" { rows.append(("user \(owner)", "admin, as the user who runs the engine")) }
        rows += (grants ?? []).map { ("\($0.kind) \($0.name)", $0.role) }
        let width = (rows.map(\.0.count).max() ?? 0) + 1
        let lines = rows.map { $0.0.padded(to: width) + $0.1 }
        return grants == nil ? lines + ["who else, fleet.yaml says, which cannot be read"] : lines
    }
}

extension AccessReport.Console {
    fileprivate var line: String {
        let rights = isReadOnly ? "read-only" : role ?? "no role"
        return "\(name), \(rights)" + (lastCommand.map { ": \($0), \(at ?? "")" } ?? "")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
