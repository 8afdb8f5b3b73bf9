import FleetCore
import Foundation
import Glibc
import TerminalTesting
import Testing

/// Real users of the machine at one engine: the real program, run as each of them. Where the tests do not run as root nobody
/// else can be had, and these are left out.
@Suite(
    .enabled(if: OtherUser.obstacle == nil, "\(OtherUser.obstacle ?? "other users can run the program")"),
    .timeLimit(.minutes(10)))
struct OtherUsersTests {
    private static let update = "major-3.0.0"

    /// A served fleet that knows an operator, a viewer, and a group of admins; nobody but its owner can read its files.
    private struct Served {
        let scratch: ScratchFleet
        let engine: ServeRun
        var state: String { "\(scratch.root)/shared" }

        init() throws {
            scratch = try ScratchFleet()
            let text = try scratch.text("fleet.yaml") + OtherUsersTests.access
            try scratch.write("fleet.yaml", Array(text.utf8))
            chmod(scratch.fleet, 0o700)
            engine = try ServeRun(scratch, ["--state", "\(scratch.root)/shared"])
        }

        /// What another user gives; the fleet's directory says nothing to them.
        func run(_ words: [String], as user: OtherUser?) throws -> MusterRun {
            try MusterRun(words + ["--state", state], scratch, as: user)
        }

        var audit: Audit { get throws { try Audit(directory: state) } }
    }

    private static let access = """

        access:
          users: {daemon: operator, bin: viewer}
          groups: {games: admin}

        """
    private static let people: [(OtherUser, Role?)] = [
        (.nobody, nil), (.bin, .viewer), (.daemon, .operator), (.games, .admin),
        (OtherUser(name: "nobody", group: "nogroup", others: ["tty", "games"]), .admin),
    ]

    @Test func everyCommandOfEveryRole() throws {
        let served = try Served()
        let updates = ["start", "approve", "pause", "resume", "cancel", "rollback", "retry"].map {
            (["update", $0, "x", Self.update] + ($0 == "rollback" ? ["--yes"] : []), Role.operator)
        }
        let devices = ["accept", "refuse", "decommission"].map { (["device", $0, "x", "nobody-1"], Role.admin) }
        for (user, role) in Self.people {
            for (words, needed) in updates + devices {
                let run = try served.run(words, as: user)
                let isRoleRefusal =
                    run.errors.contains("knows no role of \(user.name)") || run.errors.contains(" needs an ")
                #expect(isRoleRefusal == (role.map { $0 < needed } ?? true), "\(user.name) \(words): \(run.errors)")
            }
        }
        for (user, role) in Self.people.prefix(3) {
            let stop = try served.run(["stop", "x"], as: user)
            #expect(stop.code == 2, "\(stop.errors)")
            #expect(stop.errors.contains(role == nil ? "knows no role" : "needs an admin"))
        }
        let stop = try served.run(["stop", "x", "--reason", "end of day"], as: .games)
        #expect(stop.code == 0 && stop.output == "the engine has ended\n", "\(stop.errors)")
        try expectAudit(served)
    }

    private func expectAudit(_ served: Served) throws {
        let facts = try served.audit.facts
        let refused = facts.compactMap { fact in
            if case .commandRefused(let record, _) = fact.event { record } else { nil }
        }
        let names = Set(Self.people.map(\.0.name))
        for record in refused + (try served.audit.accepted) where names.contains(record.origin.operatorName) {
            #expect(record.origin.user == record.origin.operatorName)
        }
        #expect(refused.contains { $0.verb == "pause" && $0.origin.user == "bin" && $0.origin.role == .viewer })
        #expect(refused.contains { $0.verb == "pause" && $0.origin.user == "nobody" && $0.origin.role == nil })
        let last = try #require(try served.audit.accepted.last)
        #expect(last.verb == "stop" && last.origin.user == "games" && last.origin.reason == "end of day")
    }

    /// Tokens are files, which an admin of the fleet cannot write: the audit says nothing of what was not done.
    @Test func anAdminWhoIsNotTheOwnerDrawsNoToken() throws {
        let served = try Served()
        for words in [
            ["api-token", "add", "x", "ci", "--role", "viewer"], ["api-token", "remove", "x", "ci"],
            ["device", "token", "x", "pos-nyc-001"], ["device", "token", "x", "pos-nyc-001", "--revoke"],
            ["device", "add", "x", "till-9", "--firmware", "2.3.1", "--token"],
        ] {
            let run = try served.run(words, as: .games)
            #expect(run.code == 1 && run.output == "", "\(words): \(run.errors)")
            #expect(run.errors.hasPrefix("muster: tokens are kept in \(served.state), where only root writes"))
            #expect(run.errors.hasSuffix("; run it as root\n"), "\(words): \(run.errors)")
        }
        let refuse = try served.run(["device", "refuse", "x", "--waiting"], as: .games)
        #expect(refuse.code == 2 && refuse.errors.contains("name the devices"), "\(refuse.errors)")
        #expect(served.engine.stop() == 0)
        #expect(try served.audit.accepted.filter { $0.origin.user == "games" } == [])
    }

    @Test func theModesOfWhatIsShared() throws {
        let served = try Served()
        var status = stat()
        #expect(stat(served.state, &status) == 0 && status.st_mode & 0o7777 == 0o711)
        #expect(stat("\(served.state)/engine.sock", &status) == 0 && status.st_mode & 0o7777 == 0o666)
        for name in try FileManager.default.contentsOfDirectory(atPath: served.state) where name != "engine.sock" {
            #expect(stat("\(served.state)/\(name)", &status) == 0 && status.st_mode & 0o077 == 0, "\(name)")
        }
        let list = try served.run(["audit", "list", served.scratch.fleet], as: .daemon)
        #expect(list.code != 0)
        #expect(served.engine.stop() == 0)
        // Without the names it is its owner's alone again.
        try served.scratch.edit("fleet.yaml", Self.access, "")
        let next = try ServeRun(served.scratch, ["--state", served.state])
        #expect(stat(served.state, &status) == 0 && status.st_mode & 0o7777 == 0o700)
        #expect(stat("\(served.state)/engine.sock", &status) == 0 && status.st_mode & 0o7777 == 0o600)
        let run = try served.run(["update", "pause", "x", Self.update], as: .daemon)
        #expect(run.code == 1 && run.errors.contains("Permission denied"), "\(run.errors)")
        #expect(run.errors.contains("`access:` in fleet.yaml"))
        #expect(next.stop() == 0)
    }

    @Test func whoOneIs() throws {
        let served = try Served()
        let viewer = try served.run(["access", "x"], as: .bin)
        #expect(viewer.output.hasPrefix("you are viewer, as bin, by the engine that runs\n"), "\(viewer.errors)")
        let owner = try served.run(["access", served.scratch.fleet], as: nil)
        #expect(owner.output.contains("user daemon") && owner.output.contains("group games"))
        let nobody = try served.run(["access", "x", "--json"], as: .nobody)
        #expect(try nobody.object()["role"] is NSNull)
        #expect(try nobody.object()["grants"] is NSNull)
        // Who cannot read the files, and who can: both see what is in force, whatever the files say by now.
        try served.scratch.edit("fleet.yaml", "bin: viewer", "bin: admin")
        let people: [(OtherUser?, String)] = [(.bin, "x"), (nil, served.scratch.fleet)]
        for (user, fleet) in people {
            let run = try served.run(["access", fleet], as: user)
            #expect(
                run.output.contains(/who +role, by the engine that runs\nuser root +admin, always\n/), "\(run.output)")
            #expect(run.output.contains(/\nuser daemon +operator\n/) && run.output.contains(/\nuser bin +viewer\n/))
            #expect(run.output.contains(/\ngroup games +admin\n/))
            #expect(run.output.contains("fleet.yaml says otherwise by now") == (user == nil), "\(run.output)")
        }
        let told = try served.run(["access", served.scratch.fleet, "--json"], as: nil).object()
        #expect(told["owner"] as? String == OwnUser.name && told["do_files_differ"] as? Bool == true)
        #expect(told["are_grants_by_the_engine"] as? Bool == true)
        // A mistake in another file hides nothing.
        try served.scratch.edit("fleet.yaml", "bin: admin", "bin: viewer")
        try served.scratch.edit("updates/northeast-tax-2.3.2.yaml", "strategy: immediate", "strategy: immediat")
        let whole = try served.run(["access", served.scratch.fleet], as: nil)
        #expect(whole.output.contains(/user bin +viewer/) && !whole.output.contains("otherwise"), "\(whole.output)")
        #expect(served.engine.stop() == 0)
        let none = try served.run(["console", "x"], as: .bin)
        #expect(none.code == 1 && none.errors.contains("no engine listens in"), "\(none.errors)")
    }

    /// All that a keyboard sends in one key, but what quits, suspends, or opens the help, where no line can be opened.
    private static let keys: [String] = {
        let printable = (0x20...0x7e).map { String(UnicodeScalar(UInt8($0))) }.filter { $0 != "q" && $0 != "?" }
        let control = (1...26).filter { ![3, 17, 19, 26].contains($0) }.map { String(UnicodeScalar(UInt8($0))) }
        let special = ["\u{1B}[A", "\u{1B}[B", "\u{1B}[C", "\u{1B}[D", "\u{1B}[5~", "\u{1B}[6~", "\u{1B}[Z"]
        return printable + control + special
    }()

    /// Every key there is, and every command of the `:` line: nothing of a viewer's reaches the engine, or it is refused.
    @Test func aViewersEveryKey() throws {
        let served = try Served()
        #expect(try served.run(["update", "start", "x", Self.update], as: .daemon).code == 0)
        let console = try ConsoleRun(served.scratch, speed: nil, options: ["--state", served.state], as: .bin)
        try console.wait(for: "<?>help", "bin viewer", Self.update)
        for screen in ["", "u", "w", "d"] {
            // What a key may have opened is answered by yes. A dialog that stays open would swallow the proof.
            for key in Self.keys { try console.typeInert(screen + key + "y\r") }
        }
        // A pause asks nothing: it goes to the engine, which refuses it and writes it down.
        try console.command("pause \(Self.update)")
        try console.wait(for: "refused: ", "operator")
        for name in ["resume", "rollback", "cancel", "approve", "retry", "start"] {
            try console.command("\(name) \(Self.update)")
            try console.wait(for: "you are viewer here: \(name) needs an operator")
        }
        for name in ["accept", "refuse"] {
            try console.command("\(name) pos-nyc-001")
            try console.wait(for: "you are viewer here: \(name) needs an admin")
        }
        console.type("p")
        try console.wait(for: "refused: ", "operator")
        #expect(try console.quit() == .exited(0))
        #expect(served.engine.stop() == 0)
        let audit = try served.audit
        #expect(audit.accepted.filter { $0.origin.user == "bin" } == [])
        let refused = audit.facts.compactMap { fact -> String? in
            guard case .commandRefused(let record, _) = fact.event, record.origin.user == "bin" else { return nil }
            return record.verb
        }
        #expect(!refused.isEmpty && refused.allSatisfy { $0 == "pause" })
    }

    @Test func whoIsHereAndWhatTheyJustDid() throws {
        let served = try Served()
        #expect(try served.run(["update", "start", "x", Self.update], as: .daemon).code == 0)
        let viewer = try ConsoleRun(
            served.scratch, speed: nil, options: ["--state", served.state], as: .bin, columns: 120, rows: 40)
        try viewer.wait(for: "<?>help", "bin viewer", Self.update)
        let other = try ConsoleRun(
            served.scratch, speed: nil, options: ["--state", served.state, "--operator-name", "kim"], as: .daemon,
            columns: 120, rows: 40)
        try other.wait(for: "kim (daemon) operator +1 other")
        try viewer.wait(for: "bin viewer +1 other")
        other.type("p")
        try other.wait(for: "PAUSED by kim (daemon)")
        try viewer.wait(for: "kim (daemon): pause \(Self.update)")
        viewer.type("L")
        try viewer.wait(for: "also here: kim (daemon) operator (pause \(Self.update), ")
        #expect(try other.quit() == .exited(0))
        #expect(try viewer.quit() == .exited(0))
        #expect(served.engine.stop() == 0)
    }

    /// A role that is gone with the next engine closes the console, and says why.
    @Test func aRoleThatIsGone() throws {
        let served = try Served()
        let viewer = try ConsoleRun(served.scratch, speed: nil, options: ["--state", served.state], as: .bin)
        try viewer.wait(for: "<?>help", "bin viewer")
        #expect(served.engine.stop() == 0)
        try viewer.wait(for: "STOPPED")
        try served.scratch.edit("fleet.yaml", ", bin: viewer", "")
        let next = try ServeRun(served.scratch, ["--state", served.state])
        #expect(try viewer.terminal.waitForExit(deadlineSeconds: 30) == .exited(2))
        #expect(viewer.terminal.outputText.contains("this fleet knows no role of bin"))
        let again = try ConsoleRun(served.scratch, speed: nil, options: ["--state", served.state], as: .bin)
        #expect(try again.terminal.waitForExit(deadlineSeconds: 30) == .exited(2))
        #expect(next.stop() == 0)
        #expect(
            try served.audit.facts.contains { fact in
                guard case .commandRefused(let record, _) = fact.event else { return false }
                return record.verb == "look on" && record.origin.user == "bin"
            })
    }
}
