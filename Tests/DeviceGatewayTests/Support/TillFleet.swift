import Foundation
import Synchronization
import TerminalTesting
import Testing

@testable import DeviceGateway

/// The files of a fleet of tills, which are to be brought to a release of one file. Taken away at the end.
final class TillFleet: Sendable {
    let tills: [String], update = "spring", payload = GatewayFixture.bytes(5 * FileDelivery.pieceLength)
    private let folder = NSTemporaryDirectory() + "tills-" + UUID().uuidString
    private let token = Mutex("")
    var directory: String { folder + "/fleet" }
    var state: String { folder + "/state" }

    /// - Parameter count: How many tills, each at a store of its own: `till-1` and so on.
    init(count: Int = 1) throws {
        tills = (1...count).map { "till-\($0)" }
        try FileManager.default.createDirectory(atPath: directory + "/updates", withIntermediateDirectories: true)
        let devices = tills.map {
            #"{"id":"\#($0)","name":"A till","status":"online","firmware_version":"1.0.0","#
                + #""metadata":{"region":"north","store_id":"S-\#($0)"}}"#
        }
        for (name, text) in [
            "fleet.yaml": """
            version: 1
            name: tills
            time-zone: UTC
            limits: {in-flight: 1000}
            retry: {attempts: 1}

            """,
            "devices.json": "[" + devices.joined(separator: ",") + "]",
            "updates/spring.yaml": "version: 1\nid: spring\nrelease: 2.0.0\ndevices: all\nstrategy: on-connect\n",
        ] {
            try Data(text.utf8).write(to: URL(filePath: "\(directory)/\(name)"))
        }
        try Data(payload).write(to: URL(filePath: "\(folder)/firmware.swu"))
        _ = try muster("release", "add", directory, "2.0.0", "\(folder)/firmware.swu")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// What a command of the program says.
    func muster(_ arguments: String...) throws -> Data {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: try BuiltProduct.path(of: "muster"))
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        let said = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(arguments): \(String(decoding: said, as: UTF8.self))")
        return said
    }

    /// How many devices of the update are in which state.
    func counts() throws -> [String: Int] {
        let said = try muster("updates", directory, "--state", state, "--json")
        let updates = try #require(try JSONSerialization.jsonObject(with: said) as? [[String: Any]])
        return try #require(updates.first?["counts"] as? [String: Int])
    }

    /// What the first till says.
    func request(_ method: String, _ path: String = "", body: String = "") throws -> String {
        "\(method) \(base(tills[0]))\(path) HTTP/1.1\r\nHost: g\r\nAuthorization: \(try proof())\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
    }

    /// The target of a till's polls.
    func base(_ till: String) -> String { "/DEFAULT/controller/v1/\(till)" }

    /// The `Authorization` field that is right for each till.
    func proof() throws -> String {
        try token.withLock { token in
            if token.isEmpty { token = try CredentialFile.issue(nil, directory: state) }
            return "GatewayToken \(token)"
        }
    }
}
