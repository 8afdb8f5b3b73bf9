import Foundation

/// Programs that are run to their end.
enum Tool {
    /// Why a program did not do what it was to.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs a program; gives what it wrote to its standard output.
    @discardableResult
    static func run(_ program: String, _ arguments: [String], environment: [String: String]? = nil) throws -> String {
        let process = Process(), output = Pipe(), errors = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let environment { process.environment = environment }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let complained = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let words = ([program] + arguments).joined(separator: " ")
            throw Failure(description: "\(words): \(String(decoding: complained + said, as: UTF8.self))")
        }
        return String(decoding: said, as: UTF8.self)
    }
}
