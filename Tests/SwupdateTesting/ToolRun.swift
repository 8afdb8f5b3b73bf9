import Foundation

/// The programs that the tests run as they were installed; `Tests/run` installs them.
public enum SwupdateTools {
    /// Their names.
    public static let names = ["swupdate", "cpio", "openssl"]

    /// Those that are not on the PATH; a suite is enabled if there are none.
    public static var missing: [String] { names.filter { path(of: $0) == nil } }

    static func path(of name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func requiredPath(of name: String) throws -> String {
        if let path = path(of: name) { return path }
        throw SwupdateFailure(
            description: "There is no \(name) on the PATH: apt-get install -y \(names.joined(separator: " "))")
    }
}

/// One run of a tool to its end, in a directory, with text on its standard input.
enum ToolRun {
    /// - Returns: what it wrote to its standard output.
    /// - Throws: `SwupdateFailure` with what it wrote to standard error, when it ends with another code than 0.
    @discardableResult
    static func output(
        _ name: String, _ arguments: [String], in directory: String, input: String = ""
    ) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: try SwupdateTools.requiredPath(of: name))
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: directory)
        // Files, because a pipe that nobody reads meanwhile would stall a tool that writes much.
        let files = ["in", "out", "err"].map { URL(filePath: "\(directory)/.\($0)-\(UUID().uuidString)") }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        try Data(input.utf8).write(to: files[0])
        for file in files.dropFirst() { try Data().write(to: file) }
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let errors = try String(contentsOf: files[2], encoding: .utf8)
            let command = ([name] + arguments).joined(separator: " ")
            throw SwupdateFailure(description: "`\(command)` ended with \(process.terminationStatus): \(errors)")
        }
        return try Data(contentsOf: files[1])
    }

    /// The SHA-256 of a file, in lower case hexadecimal.
    static func sha256(ofFile path: String) throws -> String {
        let directory = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        let line = try output("openssl", ["dgst", "-sha256", "-r", path], in: directory)
        return String(String(decoding: line, as: UTF8.self).prefix { $0 != " " })
    }
}
