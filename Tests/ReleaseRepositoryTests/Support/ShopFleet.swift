import Foundation
import TerminalTesting

/// A copy of the sample fleet with homes of its own, and the real program on it. Everything goes with the value.
final class ShopFleet {
    /// Everything of this test lies in here.
    let root: String

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path()
        for folder in ["state", "work", "home"] {
            try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        try FileManager.default.copyItem(atPath: Self.checkout("sample-fleet"), toPath: fleet)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var fleet: String { "\(root)/fleet" }
    var tuf: String { "\(fleet)/tuf" }
    /// Where this fleet's state is kept by default.
    var state: String { "\(root)/state/muster/sample-fleet" }

    /// A path in this checkout.
    static func checkout(_ relative: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: relative).path()
    }

    /// What runs outside knows nothing of the machine the test runs on.
    var environment: [String: String] {
        ["HOME": "\(root)/home", "XDG_STATE_HOME": "\(root)/state", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"]
    }

    /// Runs a program to its end, in the working folder.
    func run(_ program: String, _ arguments: [String]) throws -> ProgramRun {
        try ProgramRun(program, arguments, environment, folder: "\(root)/work")
    }

    /// Runs the real muster to its end.
    @discardableResult
    func muster(_ arguments: String...) throws -> ProgramRun {
        try run(try BuiltProduct.path(of: "muster"), arguments)
    }

    /// Keys for all roles, and the first publication.
    func begin(_ options: String...) throws {
        for arguments in [["key", "new", fleet] + options, ["release", "publish", fleet] + options] {
            let run = try run(try BuiltProduct.path(of: "muster"), arguments)
            guard run.code == 0 else { throw Failure("\(arguments): \(run.output) \(run.errors)") }
        }
    }

    /// A file that was published, as JSON.
    func metadata(_ name: String) throws -> [String: Any] { try object("\(tuf)/metadata/\(name)") }

    func object(_ path: String) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path)))
        guard let object = json as? [String: Any] else { throw Failure("\(path) is no object") }
        return object
    }

    /// The signed part of a published file.
    func signed(_ name: String) throws -> [String: Any] {
        guard let signed = try metadata(name)["signed"] as? [String: Any] else { throw Failure("\(name): no signed") }
        return signed
    }

    /// The ids of a role's keys by a root.
    func keyIDs(_ role: String, root version: Int) throws -> [String] {
        let roles = try signed("\(version).root.json")["roles"] as? [String: [String: Any]]
        return roles?[role]?["keyids"] as? [String] ?? []
    }

    /// The names in a folder, sorted.
    func names(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// The private keys of a role in the state's folder.
    func keyFiles(_ role: String) -> [String] {
        names("\(state)/keys").filter { $0.hasPrefix("\(role)-") }.map { "\(state)/keys/\($0)" }
    }
}

/// A fixture that does not fit.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// One run of a program to its end.
struct ProgramRun {
    let code: Int32
    let output: String, errors: String

    init(_ program: String, _ arguments: [String], _ environment: [String: String], folder: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = URL(filePath: folder)
        let files = ["out", "err"].map { "\(folder)/../\($0)-\(UUID().uuidString)" }
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
    func object() throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
            throw Failure("no object: \(output)")
        }
        return object
    }
}

/// The real program.
func program() throws -> String { try BuiltProduct.path(of: "muster") }
