import Foundation
import TerminalTesting

/// A fleet directory with alerts, and the real program on it.
final class AlertFleet {
    let folder: ScratchFolder
    var fleet: String { "\(folder.path)/fleet" }
    var state: String { "\(folder.path)/state" }

    /// - Parameter alerts: What stands behind `alerts:`, in flow style.
    init(alerts: String) throws {
        folder = try ScratchFolder()
        let secret = try folder.write("secret", "s3cret\n")
        try folder.write(
            "fleet/fleet.yaml",
            "version: 1\nname: shop\nalerts: \(alerts.replacingOccurrences(of: "SECRET", with: secret))\n")
        try folder.write(
            "fleet/devices.json",
            #"[{"id": "pos-1", "firmware_version": "1.0.0", "status": "offline", "site": "S-1", "region": "north"}]"#)
        try folder.write("fleet/releases/2.0.0.yaml", "version: 2.0.0\n")
        try folder.write(
            "fleet/updates/now.yaml", "version: 1\nid: now\nrelease: 2.0.0\ndevices: all\nstrategy: immediate\n")
        try folder.write(
            "fleet/updates/later.yaml", "version: 1\nid: later\nrelease: 2.0.0\ndevices: all\nstrategy: on-connect\n")
    }

    /// Starts the program.
    func start(_ arguments: [String], log: String) throws -> Process {
        let process = Process(), path = "\(folder.path)/\(log)"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        process.executableURL = URL(filePath: try BuiltProduct.path(of: "muster"))
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: path))
        process.standardError = process.standardOutput
        try process.run()
        return process
    }

    /// `muster serve`, once it listens.
    func serve(_ log: String = "serve", _ options: [String] = []) throws -> Process {
        let process = try start(
            ["serve", fleet, "--state", state, "--listen", "127.0.0.1:0"] + options, log: log)
        try eventually("listening: \(folder.text(log))") {
            guard process.isRunning else { throw TestFailure("it has ended: \(folder.text(log))") }
            return folder.text(log).contains(#""message":"listening""#)
        }
        return process
    }

    /// Runs the program to its end.
    func run(_ arguments: [String]) throws -> (code: Int32, text: String) {
        let name = "run-\(UUID().uuidString)"
        let process = try start(arguments, log: name)
        process.waitUntilExit()
        return (process.terminationStatus, folder.text(name))
    }

    func update(_ verb: String, _ id: String) throws {
        let result = try run(["update", verb, fleet, id, "--state", state])
        guard result.code == 0 else { throw TestFailure("update \(verb) \(id): \(result.text)") }
    }
}

extension Process {
    /// Ends it in good order.
    func stop() -> Int32 {
        terminate()
        waitUntilExit()
        return terminationReason == .exit ? terminationStatus : -terminationStatus
    }
}
