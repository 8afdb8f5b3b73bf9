import Foundation
import TerminalTesting

/// The real `muster serve` on a fleet, on a free port.
final class ShopGateway {
    private let process = Process()
    private let log: String
    private(set) var port = 0

    init(_ shop: ShopFleet, _ options: String...) throws {
        log = "\(shop.root)/serve-\(UUID().uuidString)"
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.executableURL = URL(filePath: try BuiltProduct.path(of: "muster"))
        process.arguments = ["serve", shop.fleet, "--listen", "127.0.0.1:0"] + options
        process.environment = shop.environment
        process.currentDirectoryURL = URL(filePath: "\(shop.root)/work")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: URL(filePath: log))
        try process.run()
        port = try eventually { lines.first { $0["message"] == "listening" }?["port"].flatMap { Int($0) } }
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Where the repository is.
    var url: String { "http://127.0.0.1:\(port)/DEFAULT/tuf" }

    /// The whole lines of its log.
    var lines: [[String: String]] {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: String]
        }
    }

    /// Waits until it serves a version of the timestamp.
    func waitForTimestamp(_ version: Int) throws {
        _ = try eventually {
            lines.contains { $0["message"]?.hasSuffix("timestamp \(version)") == true } ? true : nil
        }
    }

    /// Ends it in good order; gives its exit code.
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }
}

/// Waits for something, at most half a minute.
func eventually<Found>(_ look: () throws -> Found?) throws -> Found {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if let found = try look() { return found }
        usleep(5000)
    }
    throw Failure("what was waited for did not come")
}
