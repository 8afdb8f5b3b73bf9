import Foundation
import TerminalTesting

/// A copy of the sample fleet in a directory of its own, with homes for state and configuration beside it, all removed
/// with the value.
final class ScratchFleet {
    /// Everything of this test lies in here.
    let root: String

    /// The sample fleet, changed by `edits`: texts that take the place of files, by their path in the fleet's directory.
    init(_ edits: [String: String] = [:]) throws {
        root = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        for home in ["home", "config", "state", "work"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(home)", withIntermediateDirectories: false)
        }
        try FileManager.default.copyItem(atPath: Checkout.path("sample-fleet"), toPath: fleet)
        for (file, text) in edits { try write(file, Array(text.utf8)) }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// The mask under which the program creates files, in octal; nil: that of the tests.
    var mask: String?

    /// What runs the program with these arguments.
    func command(_ arguments: [String]) throws -> (program: String, arguments: [String]) {
        let program = try BuiltProduct.path(of: "muster")
        guard let mask else { return (program, arguments) }
        return ("/bin/sh", ["-c", "umask \(mask); exec \"$@\"", "sh", program] + arguments)
    }

    /// The fleet's directory.
    var fleet: String { "\(root)/fleet" }
    /// Where this fleet's state is kept by default.
    var state: String { "\(root)/state/muster/sample-fleet" }

    /// An environment that knows nothing of the machine the test runs on.
    var environment: [String: String] {
        [
            "HOME": "\(root)/home", "XDG_STATE_HOME": "\(root)/state", "XDG_CONFIG_HOME": "\(root)/config",
            "USER": "kim", "LANG": "C.UTF-8", "TERM": "xterm-256color", "PATH": "/usr/bin:/bin",
        ]
    }

    /// Writes a file of the fleet.
    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: "\(fleet)/\(name)"))
    }

    /// A file of the fleet.
    func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(fleet)/\(name)", encoding: .utf8)
    }

    /// Replaces a text that must be in a file of the fleet.
    func edit(_ name: String, _ old: String, _ new: String) throws {
        let before = try text(name)
        guard before.contains(old) else { throw Failure(description: "\(name) has no `\(old)`") }
        try write(name, Array(before.replacingOccurrences(of: old, with: new).utf8))
    }

    /// A fixture that does not fit.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}

/// The files of this checkout.
enum Checkout {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ relative: String) -> String { root.appending(path: relative).path() }
}
