import ArgumentParser
import Cells
import FleetFiles
import Foundation

/// `muster agent`: the other end, on a terminal.
struct AgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Update this terminal as its fleet's gateway says.",
        subcommands: [Run.self, Unit.self], defaultSubcommand: Run.self)

    /// `muster agent CONFIG`.
    struct Run: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Run the agent of this terminal until a signal ends it.",
            discussion: """
                It calls in at a gateway that speaks hawkBit's DDI, fetches what is offered into the slot that is not in \
                use, has the site's command install it there, switches, checks, and goes back by itself if the check \
                fails. It reports what it reads back, and never what it was told. Whatever ends it, its next start goes \
                on from where it was. The log is JSON lines on standard error.

                Exit codes: 0 ended by a signal, 1 the storage failed or another agent runs, 2 bad input.
                """)

        @OptionGroup var arguments: AgentArguments

        @Flag(help: "Read the file and what it names, say what is wrong, and do nothing.")
        var check = false

        func run() throws {
            let settings = try arguments.load()
            let runner = try AgentRunner(settings, file: AbsolutePath.of(arguments.file))
            if check {
                try runner.look()
                return print("\(TextWidth.sanitised(arguments.file)) is good")
            }
            try runner.run()
        }
    }

    /// `muster agent unit CONFIG`.
    struct Unit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a systemd unit that runs `muster agent`.",
            discussion: """
                The site's commands run with the rights of the service, so that it is root's unless --user names \
                another. It is started anew whenever it ends, except for a wrong file. Its first lines say how it is \
                installed.

                Exit codes: 0 printed, 2 bad input.
                """)

        @OptionGroup var arguments: AgentArguments

        @Option(help: ArgumentHelp("The user that the service runs as.", valueName: "name"))
        var user = "root"

        func validate() throws {
            guard ServiceUnit.isUserName(user) else {
                throw ValidationError("--user: a name has letters, digits, - and _ only, and begins with a letter")
            }
        }

        func run() throws {
            let settings = try arguments.load()
            let unit = AgentUnit(
                settings: settings, file: AbsolutePath.of(arguments.file), program: try ServiceUnit.ownProgram(),
                user: user)
            print(unit.text, terminator: "")
        }
    }
}

/// Which file says how the agent works.
struct AgentArguments: ParsableArguments {
    /// Where it is unless another is named.
    static let standardFile = "/etc/muster/agent.yaml"

    @Argument(help: "The agent's configuration.")
    var file = AgentArguments.standardFile

    /// What the file says. Ends the command with exit code 2 if something is wrong in it.
    func load() throws -> AgentSettings {
        let result = AgentFile.read(file: file)
        for problem in result.problems { printError("muster: \(TextWidth.sanitised(problem.description))") }
        guard let settings = result.settings else { throw ExitStatus.badInput }
        return settings
    }
}
