import ArgumentParser

/// `muster`: rolls software out to fleets of point-of-sale terminals, and shows the rollout live.
@main
struct Muster: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "muster",
        abstract: "Roll software out to a fleet of point-of-sale terminals, and watch it happen.",
        discussion: """
            Start with `muster demo`: a throw-away fleet of simulated terminals, a rollout under way, the console open. \
            A fleet of your own is a directory of files; `muster check DIRECTORY` says what is wrong in them.

            Exit codes: 0 done, 1 failed, 2 bad input, 3 an update was halted or rolled back, or waits for a person.
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, ConsoleCommand.self, SimulateCommand.self, PlanCommand.self, SnapshotCommand.self,
            ReplayCommand.self, DevicesCommand.self, UpdatesCommand.self, ReportCommand.self, AuditCommand.self,
            CheckCommand.self, ThemeCommand.self, TrialCommand.self,
        ])

    /// Carries out the command line. A command line that cannot be read is bad input like any other.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            printError(fullMessage(for: error))
            exit(withError: ExitStatus.badInput)
        }
    }
}
