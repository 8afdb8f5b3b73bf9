import Foundation

/// One run of the real program that goes on while the test does something else.
final class BackgroundRun {
    private let process = Process()
    private let files: [String]

    /// Starts the program, as another user if one is named.
    init(_ arguments: [String], _ scratch: ScratchFleet, as user: OtherUser? = nil) throws {
        let command = try scratch.command(arguments)
        process.executableURL = URL(filePath: user == nil ? command.program : OtherUser.tool)
        process.arguments = (user.map { $0.options + [command.program] } ?? []) + command.arguments
        process.environment = scratch.environment
        process.currentDirectoryURL = URL(filePath: "\(scratch.root)/work")
        files = ["out", "err"].map { "\(scratch.root)/\($0)-\(UUID().uuidString)" }
        for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: files[0]))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: files[1]))
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var output: String { (try? String(contentsOfFile: files[0], encoding: .utf8)) ?? "" }
    var errors: String { (try? String(contentsOfFile: files[1], encoding: .utf8)) ?? "" }

    /// Its process.
    var pid: pid_t { process.processIdentifier }

    /// Sends it a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits until it has said something on standard error.
    func wait(forError text: String) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !errors.contains(text) {
            guard process.isRunning, ContinuousClock.now < deadline else {
                guard errors.contains(text) else {
                    throw ScratchFleet.Failure(description: "`\(text)` did not come: \(errors)")
                }
                return
            }
            usleep(5000)
        }
    }

    /// Waits for its end; gives its exit code.
    func waitForExit() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}
