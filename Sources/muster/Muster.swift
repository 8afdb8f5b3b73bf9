import ArgumentParser
import Cells
import Foundation

/// `muster`: rolls software out to fleets of point-of-sale terminals, and shows the rollout live.
@main
struct Muster: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "muster",
        abstract: "Roll software out to a fleet of point-of-sale terminals, and watch it happen.",
        discussion: """
            Start with `muster demo`: a throw-away fleet of simulated terminals, a rollout under way, the console open. \
            A fleet of your own is a directory of files; `muster check DIRECTORY` says what is wrong in them.

            Exit codes: 0 done, 1 failed, 2 bad input, 3 an update was halted or rolled back, succeeded on no \
            device, or waits for a person.
            """,
        version: "0.1.0",
        subcommands: [
            DemoCommand.self, ConsoleCommand.self, StopCommand.self, AccessCommand.self,
            SimulateCommand.self, PlanCommand.self,
            SnapshotCommand.self,
            ReplayCommand.self, DevicesCommand.self, UpdatesCommand.self, ReportCommand.self, AuditCommand.self,
            CheckCommand.self, ReleaseCommand.self, KeyCommand.self, ServeCommand.self, APITokenCommand.self,
            DeviceCommand.self,
            UpdateCommand.self, StatusCommand.self, WatchCommand.self, AlertCommand.self, BackupCommand.self,
            RestoreCommand.self, ServiceCommand.self, AgentCommand.self, ThemeCommand.self, TrialCommand.self,
        ])

    /// Carries out the command line. A command line that cannot be read is bad input like any other, and its mistake
    /// stands above the usage, as the parser says it. What fails behind it is told under the program's own name.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
            try expectWritten()
        } catch {
            end(with: error)
        }
    }

    /// A full disk under the output is a failure like any other, though `print` does not tell.
    private static func expectWritten() throws {
        guard fflush(nil) != 0 else { return }
        throw OutputFailure.last
    }

    private static func end(with error: any Error) -> Never {
        let code = exitCode(for: error)
        if code == .validationFailure {
            printError(fullMessage(for: error))
            exit(withError: ExitStatus.badInput)
        }
        // An exit code alone was told by the command itself; help and the version are no errors.
        if code.isSuccess || error is ExitCode { exit(withError: error) }
        printError("muster: \(TextWidth.sanitised(message(for: error)))")
        exit(withError: ExitStatus.failed)
    }
}
