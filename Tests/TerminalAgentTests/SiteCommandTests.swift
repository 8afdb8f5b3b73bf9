import FleetFiles
import Foundation
import Testing

@testable import TerminalAgent

/// The site's programs on this machine.
@Suite(.timeLimit(.minutes(10))) struct SiteCommandTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func run(
        _ script: String, within: Duration = .seconds(20), isInstallation: Bool = false,
        isStopped: () -> Bool = { false }
    ) -> CommandEnd? {
        SiteCommands(InstallLock(folder: folder.path)).run(
            .init(["/bin/sh", "-c", script], within: within), [("MUSTER_VERSION", "1; touch \(folder.path)/hacked")],
            isInstallation: isInstallation, isStopped: isStopped)
    }

    private func waitUntil(_ what: String, _ isSo: () -> Bool) {
        let deadline = ContinuousClock.now + .seconds(20)
        while !isSo(), ContinuousClock.now < deadline { usleep(5000) }
        #expect(isSo(), "\(what)")
    }

    private func isAlive(_ process: pid_t) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return stat.split(separator: ")").last?.split(separator: " ").first != "Z"
    }

    @Test func itsEndIsTold() {
        #expect(run("exit 0") == .exited(0, said: ""))
        #expect(run("echo one; printf 'two\\033[31m\\n' >&2; exit 3") == .exited(3, said: "one two [31m"))
        #expect(run("kill -9 $$") == .signalled(9, said: ""))
        let lines = run("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done; exit 1")
        guard case .exited(1, let said) = lines else { return #expect(Bool(false), "\(String(describing: lines))") }
        #expect(said.hasSuffix("line 4999") && said.utf8.count <= SiteCommands.mostToldBytes)
    }

    @Test func whatIsNotThereIsNotStarted() {
        let end = SiteCommands(InstallLock(folder: folder.path)).run(
            .init(["/nowhere/x"], within: .seconds(1)), [], isInstallation: false
        ) { false }
        #expect(end == .notStarted("/nowhere/x cannot be started: No such file or directory"))
    }

    /// Values are values: what looks like a command in one is none, and of this process's own variables none is given.
    @Test func theEnvironmentIsWhatIsSaid() {
        setenv("MUSTER_TEST_SECRET", "s", 1)
        #expect(
            run("echo \"$MUSTER_VERSION$MUSTER_TEST_SECRET\"") == .exited(0, said: "1; touch \(folder.path)/hacked"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/hacked"))
    }

    @Test func oneThatHangsIsEndedWithAllItStarted() throws {
        let file = folder.path + "/pids"
        let start = ContinuousClock.now
        let end = run("sleep 600 & echo $! > \(file); trap '' TERM; echo begun; sleep 600", within: .milliseconds(300))
        #expect(end == .timedOut(.milliseconds(300), said: "begun"))
        #expect(ContinuousClock.now - start < .seconds(15))
        let child = try #require(pid_t(try String(contentsOfFile: file, encoding: .utf8).dropLast()))
        waitUntil("its child has ended") { !isAlive(child) }
    }

    @Test func oneThatIsCalledOffIsEnded() {
        let start = ContinuousClock.now
        #expect(run("sleep 600", within: .seconds(600)) { ContinuousClock.now - start > .milliseconds(100) } == nil)
        #expect(ContinuousClock.now - start < .seconds(15))
    }

    /// What has left its group still holds the lock: it is ended before the next installation begins. The command waits for
    /// it to have left, since what is still in its group at its end is ended with it.
    @Test func whatAnInstallationLeftBehindIsEndedBeforeTheNext() throws {
        let file = folder.path + "/left"
        #expect(
            run(
                "setsid sh -c 'echo $$ > \(file).new; mv \(file).new \(file); exec sleep 600' & "
                    + "until [ -e \(file) ]; do sleep 0.01; done",
                isInstallation: true)?.isGood == true)
        waitUntil("it has begun") { FileManager.default.fileExists(atPath: file) }
        let left = try #require(pid_t(try String(contentsOfFile: file, encoding: .utf8).dropLast()))
        #expect(isAlive(left))
        #expect(run("exit 0", isInstallation: true) == .exited(0, said: ""))
        waitUntil("what was left has ended") { !isAlive(left) }
    }

    /// A site that starts something for good by a command has it leave the command's group.
    @Test func whatIsLeftInItsGroupIsEndedAlsoWhenItEndedWell() throws {
        let (inside, outside) = (folder.path + "/inside", folder.path + "/outside")
        let end = run(
            "sleep 600 & echo $! > \(inside); setsid sh -c 'echo $$ > \(outside).new; mv \(outside).new \(outside); "
                + "exec sleep 600' & until [ -e \(outside) ]; do sleep 0.01; done")
        #expect(end == .exited(0, said: ""))
        func process(_ file: String) throws -> pid_t {
            try #require(pid_t(try String(contentsOfFile: file, encoding: .utf8).dropLast()))
        }
        let child = try process(inside), left = try process(outside)
        waitUntil("what was in its group has ended") { !isAlive(child) }
        #expect(isAlive(left))
        kill(left, SIGKILL)
    }

    /// Two agents of one state folder are one too many.
    @Test func aFolderHasOneAgent() throws {
        let lock = try AgentLock(folder: folder.path)
        #expect { try AgentLock(folder: folder.path) } throws: { "\($0)" == "another agent runs on \(folder.path)" }
        withExtendedLifetime(lock) {}
    }

    @Test(arguments: [(0o600, true), (0o400, true), (0o640, false), (0o604, false)])
    func aTokenIsItsOwnersOnly(mode: Int, isTaken: Bool) throws {
        let path = folder.path + "/token"
        try Data("secret-token\n".utf8).write(to: URL(filePath: path))
        chmod(path, mode_t(mode))
        #expect((try? TokenFile.read(path)) == (isTaken ? "secret-token" : nil))
    }
}

/// A folder of one test.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "muster-agent-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
