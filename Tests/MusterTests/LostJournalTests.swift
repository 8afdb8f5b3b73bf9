import Foundation
import TerminalTesting
import Testing

/// A journal that is gone while the rest of the state is there ends every command; none goes on with an empty fleet.
@Suite(.timeLimit(.minutes(10)))
struct LostJournalTests {
    let scratch: ScratchFleet
    private let journal: String

    init() throws {
        scratch = try ScratchFleet()
        journal = "\(scratch.state)/journal.sqlite"
        let console = try ConsoleRun(scratch)
        try console.waitUntilOpen()
        #expect(try console.quit() == .exited(0))
    }

    private static let commands = [
        ["console", "FLEET", "--simulate"], ["updates", "FLEET"], ["snapshot", "FLEET"], ["audit", "FLEET"],
        ["audit", "verify", "FLEET"], ["replay", "FLEET"],
    ]

    private func expectRefusals(_ finding: String) throws {
        let before = try FileTree(scratch.state)
        for arguments in Self.commands {
            let run = try MusterRun(arguments.map { $0 == "FLEET" ? scratch.fleet : $0 }, scratch)
            #expect(run.code == 1, "\(arguments): \(run.errors)")
            #expect(run.output == "")
            #expect(run.errors.hasPrefix("muster: \(journal) \(finding), but "), "\(run.errors)")
            #expect(run.errors.contains("put a backup of the journal in its place, or remove the folder"))
        }
        #expect(try FileTree(scratch.state).journal == before.journal)
    }

    @Test func cutToNothing() throws {
        try Data().write(to: URL(filePath: journal))
        try expectRefusals("is empty")
    }

    @Test func takenAway() throws {
        try FileManager.default.removeItem(atPath: journal)
        try expectRefusals("is missing")
        #expect(!FileManager.default.fileExists(atPath: journal))
    }

    /// The state of somebody else is there, whatever cannot be seen of it. Root sees all, so it gets a loop of links.
    @Test func notToBeRead() throws {
        let state = "\(scratch.root)/closed"
        if geteuid() == 0 {
            try FileManager.default.createSymbolicLink(atPath: state, withDestinationPath: state)
        } else {
            try FileManager.default.createDirectory(
                atPath: state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o000])
        }
        for arguments in [["updates"], ["snapshot"], ["audit"], ["audit", "verify"], ["replay"]] {
            let run = try MusterRun(arguments + [scratch.fleet, "--state", state], scratch)
            #expect(run.code == 1, "\(arguments): \(run.errors)")
            #expect(run.output == "")
            #expect(run.errors.hasPrefix("muster: \(state)/journal.sqlite cannot be read: "), "\(run.errors)")
        }
    }
}
