import FleetCore
import Foundation

/// A fleet on disk whose engine is the real program, `muster serve`: the benchmark reaches it as devices do, and needs
/// nothing of the gateway to be built.
final class MusterServer {
    let token: String
    let devices: [String]
    private let workshop: Workshop
    private let fleet: String, state: String
    private var process: ServerProcess?

    static let release = "9.0.0", file = "firmware.bin", update = "everyone"

    /// A fleet of so many devices that were never seen, and a release of so many bytes.
    /// - Parameter updates: Whether an update names every device, with all limits opened.
    init(_ workshop: Workshop, devices count: Int, releaseBytes: Int, updates: Bool) throws {
        self.workshop = workshop
        fleet = try workshop.folder("fleet")
        state = try workshop.folder("fleet-state")
        let records = Fixture.chain(count).devices.map { record in
            var record = record
            (record.status, record.lastSeen) = (.unknown, nil)
            return record
        }
        devices = records.map(\.id)
        _ = try DeviceFile.write(records, to: fleet)
        try Self.settings.write(toFile: fleet + "/fleet.yaml", atomically: true, encoding: .utf8)
        let payload = try workshop.folder("payload") + "/" + Self.file
        try MusterServer.bytes(releaseBytes).write(to: URL(fileURLWithPath: payload))
        let program = try workshop.muster()
        _ = try workshop.output(of: program, ["release", "add", fleet, Self.release, payload])
        if updates {
            try FileManager.default.createDirectory(atPath: fleet + "/updates", withIntermediateDirectories: true)
            try Self.updateFile.write(toFile: fleet + "/updates/everyone.yaml", atomically: true, encoding: .utf8)
        }
        token = try workshop.output(of: program, ["device", "token", fleet, "--state", state])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Starts the engine with its gateway.
    /// - Parameter tls: What secures connections; nil: they are plain.
    func start(_ options: [String] = [], tls: CertifiedKey? = nil) throws -> ServerProcess {
        let options = options + (tls.map { ["--tls-cert", $0.certificate, "--tls-key", $0.key] } ?? [])
        return try start(options, port: try LoopbackPort.free(), isAwaited: true)
    }

    /// Starts it anew at the port where it was, and does not wait until it listens.
    func restart(_ former: ServerProcess) throws -> ServerProcess {
        former.stop()
        return try start([], port: former.port, isAwaited: false)
    }

    private func start(_ options: [String], port: UInt16, isAwaited: Bool) throws -> ServerProcess {
        let process = try ServerProcess(
            try workshop.muster(), ["serve", fleet, "--state", state, "--listen", "127.0.0.1:\(port)"] + options,
            port: port, log: "\(workshop.directory)/serve.log", isAwaited: isAwaited)
        self.process = process
        return process
    }

    /// Ends the engine, and reads from its journal how many devices have completed the update.
    func completed() throws -> Int { try count("completed") }

    /// Ends the engine, and reads from its journal how many devices are in a state of the update.
    func count(_ name: String) throws -> Int {
        process?.stop()
        let text = try workshop.output(
            of: try workshop.muster(), ["updates", fleet, "--state", state, "--json"])
        let rows = try JSONDecoder().decode([UpdateRow].self, from: Data(text.utf8))
        return rows.first { $0.id == Self.update }?.counts[name] ?? 0
    }

    private struct UpdateRow: Decodable {
        var id: String
        var counts: [String: Int]
    }

    // MARK: - Requests

    /// A request of a device, whole.
    func request(_ method: String, _ device: String, _ path: String = "", headers: String = "", body: String = "")
        -> [UInt8]
    {
        let length = method == "GET" ? "" : "Content-Length: \(body.utf8.count)\r\n"
        return Array(
            """
            \(method) /DEFAULT/controller/v1/\(device)\(path) HTTP/1.1\r
            Host: 127.0.0.1\r
            Authorization: GatewayToken \(token)\r
            \(headers)\(length)\r
            \(body)
            """.utf8)
    }

    // MARK: - Files

    private static let settings = """
        version: 1
        name: benchmark
        limits: {in-flight: 10000000}
        floor: {untouched: 0, applies-from: 2}

        """
    private static let updateFile = """
        version: 1
        id: \(update)
        title: Everyone
        release: \(release)
        devices: all
        strategy: immediate
        offline: queue

        """

    /// Bytes of which none is like its neighbours.
    private static func bytes(_ count: Int) -> Data {
        var state: UInt64 = 1
        var data = Data(count: count)
        data.withUnsafeMutableBytes { bytes in
            for place in bytes.indices {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                bytes[place] = UInt8(truncatingIfNeeded: state >> 56)
            }
        }
        return data
    }
}
