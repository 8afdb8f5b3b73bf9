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

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

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
