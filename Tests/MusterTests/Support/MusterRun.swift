import Foundation
import TerminalTesting
import Testing

/// One run of the real program, without a terminal, to its end.
struct MusterRun {
    let arguments: [String]
    let code: Int32
    let output: String
    let errors: String

    /// Runs the program with these arguments and this environment, in the scratch fleet's working directory.
    /// - Parameters:
    ///   - user: Who runs it; nil: whoever runs the tests.
    ///   - mostFileBlocks: How many blocks of 512 bytes a file may have, as on a disk that is full; nil: any.
    init(
        _ arguments: [String], _ scratch: ScratchFleet, environment: [String: String] = [:], as user: OtherUser? = nil,
        mostFileBlocks: Int? = nil
    ) throws {
        self.arguments = arguments
        let process = Process()
        let command = try scratch.command(arguments)
        process.executableURL = URL(filePath: user == nil ? command.program : OtherUser.tool)
        process.arguments = (user.map { $0.options + [command.program] } ?? []) + command.arguments
        if let mostFileBlocks {
            // A write beyond the limit fails only where its signal is ignored. What it says is such a write too, and is lost.
            let limited = "trap '' XFSZ; ulimit -f \(mostFileBlocks); exec \"$@\""
            process.arguments = ["-c", limited, "sh", try BuiltProduct.path(of: "muster")] + arguments
            process.executableURL = URL(filePath: "/bin/sh")
        }
        process.environment = scratch.environment.merging(environment) { $1 }
        process.currentDirectoryURL = URL(filePath: "\(scratch.root)/work")
        let files = ["out", "err"].map { "\(scratch.root)/\($0)-\(UUID().uuidString)" }
        defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
        for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: files[0]))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: files[1]))
        try process.run()
        process.waitUntilExit()
        code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        output = try String(contentsOfFile: files[0], encoding: .utf8)
        errors = try String(contentsOfFile: files[1], encoding: .utf8)
    }

    /// The output as JSON.
    func json() throws -> Any {
        try JSONSerialization.jsonObject(with: Data(output.utf8), options: [.fragmentsAllowed])
    }

    /// The output as a JSON object.
    func object() throws -> [String: Any] { try #require(try json() as? [String: Any], "\(output)") }
    /// The output as a list of JSON objects.
    func list() throws -> [[String: Any]] { try #require(try json() as? [[String: Any]], "\(output)") }
}
