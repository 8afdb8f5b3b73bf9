import Foundation
import TerminalTesting

/// The real console on a pseudo-terminal.
final class ConsoleRun {
    let scratch: ScratchFleet
    let terminal: PtyProcess

    /// Opens the console on the scratch fleet; `speed` nil leaves the terminals unsimulated. `user` nil is whoever runs the
    /// tests.
    init(
        _ scratch: ScratchFleet, speed: Int? = 60, options: [String] = [], environment: [String: String] = [:],
        as user: OtherUser? = nil, columns: Int = 80, rows: Int = 24
    ) throws {
        self.scratch = scratch
        let simulation = speed.map { ["--simulate", "--speed", "\($0)"] } ?? []
        let command = try scratch.command(["console", scratch.fleet] + simulation + options)
        terminal = try PtyProcess(
            executable: user == nil ? command.program : OtherUser.tool,
            arguments: (user.map { $0.options + [command.program] } ?? []) + command.arguments,
            environment: scratch.environment.merging(environment) { $1 }, columns: columns, rows: rows)
    }

    /// A console that another program opens: ssh.
    init(
        _ scratch: ScratchFleet, through program: String, _ arguments: [String], environment: [String: String] = [:],
        columns: Int = 80, rows: Int = 24
    ) throws {
        self.scratch = scratch
        terminal = try PtyProcess(
            executable: program, arguments: arguments,
            environment: scratch.environment.merging(environment) { $1 }, columns: columns, rows: rows)
    }

    /// The screen's lines as one text.
    var text: String { terminal.screenText().joined(separator: "\n") }

    /// Types keys.
    func type(_ keys: String) { terminal.send(keys: keys) }

    /// Waits until the screen shows all of these texts.
    func wait(for texts: String...) throws {
        try terminal.waitUntil(deadlineSeconds: 30) { screen in texts.allSatisfy(screen.contains) }
    }

    /// Waits until the screen shows none of these texts.
    func wait(without texts: String...) throws {
        try terminal.waitUntil(deadlineSeconds: 30) { screen in !texts.contains(where: screen.contains) }
    }

    /// Types a text into a dialog, as a person does: one key after the other.
    func typeByHand(_ text: String) throws {
        for end in text.indices {
            type(String(text[end]))
            try wait(for: "[\(text[...end])")
        }
    }

    /// Types keys that must change nothing by themselves, then one that shows on the screen that they were all read.
    func typeInert(_ keys: String) throws {
        type(keys)
        try wait(without: Self.proof)
        type(":")
        try wait(for: Self.proof)
        type("\u{1B}")
        try wait(without: Self.proof)
    }

    /// What the hint line says while a command is being typed.
    private static let proof = "<enter>run"

    /// Waits for the first screen of the fleet.
    func waitUntilOpen() throws { try wait(for: "<?>help", "sample-fleet") }

    /// Opens the command line, types a command, and lets it go.
    func command(_ line: String) throws {
        type(":")
        try wait(for: Self.proof)
        type(line)
        try wait(for: line)
        type("\r")
        try wait(without: Self.proof)
    }

    /// Shows the overview of an update.
    func focus(_ update: String) throws {
        try command("update \(update)")
        try wait(for: "sample-fleet  \(update)")
    }

    /// Answers the dialog that is open by the update's id, typed in full.
    func confirm(_ update: String, unlocks verb: String) throws {
        try wait(for: "Type \(update): [")
        try wait(without: "the engine is counting")
        try typeByHand(update)
        try wait(for: "enter: \(verb)")
        type("\r")
    }

    /// Starts a draft, as an operator does.
    func start(_ update: String) throws {
        try focus(update)
        type("s")
        try confirm(update, unlocks: "start")
        try wait(for: "start \(update): accepted")
    }

    /// Quits, stops an engine that has updates under way, and waits for the end.
    @discardableResult
    func quit() throws -> PtyProcess.ExitStatus {
        type("q")
        // An end is as good as the question.
        try? terminal.waitUntil { $0.contains(Self.question) }
        if text.contains(Self.question), terminal.exitStatus == nil { type("s") }
        return try terminal.waitForExit()
    }

    /// What the hint line says when it is asked what becomes of the engine.
    static let question = "<d>detach"
}
