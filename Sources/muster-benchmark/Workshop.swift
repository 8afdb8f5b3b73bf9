import ArgumentParser
import Foundation

/// Why something could not be measured.
struct BenchmarkFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// A temporary directory, and the real program.
final class Workshop {
    /// The directory, which `remove` takes away.
    let directory: String
    private let givenBinary: String?

    init(binary: String?) throws {
        givenBinary = binary
        directory = NSTemporaryDirectory() + "muster-benchmark-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    func remove() { Self.remove(directory) }

    /// Takes a workshop's directory away.
    static func remove(_ directory: String) { try? FileManager.default.removeItem(atPath: directory) }

    /// Runs a program to its end; gives what it writes.
    func output(of program: String, _ arguments: [String]) throws -> String {
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw BenchmarkFailure("there is no program \(program); install it")
        }
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let command = ([URL(fileURLWithPath: program).lastPathComponent] + arguments).joined(separator: " ")
            throw BenchmarkFailure("\(command) ended with \(process.terminationStatus)")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// The muster that was named, or that was built beside this program.
    func muster() throws -> String {
        if let givenBinary {
            guard FileManager.default.isExecutableFile(atPath: givenBinary) else {
                throw ValidationError("--binary: there is no program \(givenBinary)")
            }
            return givenBinary
        }
        let folder = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
            .deletingLastPathComponent()
        let path = folder.path + "/muster"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            let configuration = folder.lastPathComponent == "debug" ? "debug" : "release"
            throw BenchmarkFailure(
                "there is no program \(path); build it: swift build -c \(configuration) --product muster")
        }
        return path
    }

    /// A fresh directory.
    func folder(_ name: String) throws -> String {
        let path = "\(directory)/\(name)"
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}
