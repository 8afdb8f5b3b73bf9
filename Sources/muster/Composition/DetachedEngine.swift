import Cells
import FleetJournal
import Foundation

/// An engine in a process of its own, that goes on when the session that started it ends.
enum DetachedEngine {
    /// Where what it has to say goes, in the state folder.
    static let logName = "engine.log"
    /// How often it is looked for, in microseconds.
    private static let pause: UInt32 = 20_000

    /// Starts this command anew without a screen, in a session of its own; the engine of this process must have ended.
    static func launch(loggingIn directory: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let log = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "\(directory)/\(logName)", log, 0o600)
        // Inherited, so that it lives until it has a session of its own. This process may go on as a console.
        var ignoring = sigaction(), before = sigaction()
        ignoring.__sigaction_handler.sa_handler = SIG_IGN
        sigaction(SIGHUP, &ignoring, &before)
        defer { sigaction(SIGHUP, &before, nil) }
        let texts = CommandLine.arguments + ["--detached"]
        let arguments = texts.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, "/proc/self/exe", &actions, nil, arguments, environ)
        guard code == 0 else {
            printError("muster: the engine cannot go on: \(String(cString: strerror(code)))")
            throw ExitStatus.failed
        }
        return process
    }

    /// Returns once it can be attached to.
    static func waitUntilItListens(_ process: pid_t, in directory: String, within time: Duration) throws {
        let deadline = ContinuousClock.now + time
        while ContinuousClock.now < deadline {
            if SQLiteJournal.isEngineRunning(in: directory), access("\(directory)/engine.sock", F_OK) == 0 { return }
            if waitpid(process, nil, Int32(WNOHANG)) == process { break }
            usleep(pause)
        }
        printError("muster: the engine did not go on; \(TextWidth.sanitised(directory))/\(logName) says why")
        throw ExitStatus.failed
    }
}
