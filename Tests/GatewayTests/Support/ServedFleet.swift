import Foundation
import SwupdateTesting
import TerminalTesting

/// A fleet directory with its state, for runs of the real program; removed with the value.
final class ServedFleet: Sendable {
    static let name = "tills"

    private let root: String

    /// A fleet of these devices, each at a store of its own, with one update of all of them.
    init(devices: [String], update: String, to release: String) throws {
        root = FileManager.default.temporaryDirectory.appending(path: "muster-served-\(UUID().uuidString)").path()
        for folder in ["", "/home", "/fleet", "/fleet/updates"] {
            try FileManager.default.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
        }
        try write("fleet.yaml", "version: 1\nname: \(Self.name)\ntime-zone: Etc/UTC\nretry:\n  backoff: 1s\n")
        let update = """
            version: 1
            id: \(update)
            release: \(release)
            devices: all
            strategy: on-connect

            """
        try write("updates/update.yaml", update)
        let records = devices.map { device in
            let place = ["store_id": "store-\(device)", "region": "north"]
            return [
                "id": device, "name": device, "address": "https://\(device).test:8443", "status": "unknown",
                "firmware_version": "0.9.0", "location": "Köln", "metadata": place,
            ] as [String: Any]
        }
        try write("devices.json", String(decoding: try JSONSerialization.data(withJSONObject: records), as: UTF8.self))
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// The fleet's directory.
    var fleet: String { "\(root)/fleet" }
    /// Where its state is kept.
    var state: String { "\(root)/state" }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: "\(fleet)/\(name)"))
    }

    /// Nothing of the machine that the test runs on.
    var environment: [String: String] {
        ["HOME": "\(root)/home", "USER": "kim", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"]
    }

    /// Runs a command of the program to its end; gives its standard output.
    @discardableResult
    func muster(_ arguments: String...) throws -> String { try run(arguments) }

    /// What a command prints with `--json`: a list of objects, or one object a line.
    func list(_ arguments: String...) throws -> [[String: Any]] {
        let text = try run(arguments + ["--state", state, "--json"])
        let isList = text.hasPrefix("[")
        let parts = isList ? [text] : text.split(separator: "\n").map(String.init)
        let values = try parts.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) }
        let found = isList ? values.first as? [[String: Any]] : values as? [[String: Any]]
        guard let found else { throw GatewayTestFailure("muster \(arguments) printed no list: \(text)") }
        return found
    }

    private func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: try BuiltProduct.path(of: "muster"))
        process.arguments = arguments
        process.environment = environment
        let files = ["out", "err"].map { URL(filePath: "\(root)/\($0)-\(UUID().uuidString)") }
        for file in files { try Data().write(to: file) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let errors = try String(contentsOf: files[1], encoding: .utf8)
            throw GatewayTestFailure("muster \(arguments) ended with \(process.terminationStatus): \(errors)")
        }
        return try String(contentsOf: files[0], encoding: .utf8)
    }
}
