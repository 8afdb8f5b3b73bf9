import Foundation
import TerminalTesting

/// Another user of this machine, as whom root runs the program.
struct OtherUser {
    /// Of util-linux.
    static let tool = "/usr/bin/setpriv"

    /// Users and a group that every Debian and Ubuntu has.
    static let daemon = OtherUser(name: "daemon", group: "daemon")
    static let bin = OtherUser(name: "bin", group: "bin")
    static let games = OtherUser(name: "games", group: "games")
    static let nobody = OtherUser(name: "nobody", group: "nogroup")

    var name: String
    var group: String
    /// Groups beside their own.
    var others: [String] = []

    /// The options of `setpriv` that make the program theirs.
    var options: [String] {
        ["--reuid", name, "--regid", group]
            + (others.isEmpty ? ["--clear-groups"] : ["--groups", others.joined(separator: ",")])
    }

    /// Why no other user can run the program here; nil: they can. Asked once.
    static let obstacle: String? = {
        guard geteuid() == 0 else { return "only root can run the program as somebody else" }
        guard access(tool, X_OK) == 0 else { return "there is no setpriv (of util-linux)" }
        guard let muster = try? BuiltProduct.path(of: "muster") else { return "the program is not built" }
        let process = Process()
        process.executableURL = URL(filePath: tool)
        process.arguments = daemon.options + [muster, "--version"]
        process.currentDirectoryURL = URL(filePath: "/")
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return "setpriv does not start: \(error)" }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? nil : "other users cannot reach the program that was built here"
    }()
}
