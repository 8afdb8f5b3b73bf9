import Foundation

/// A large file of a release beside the same file from nginx, which sends it by sendfile.
enum DownloadBenchmark {
    private static let megabytes = 256
    private static let connectionCounts = [1, 8]
    private static let rounds = 5

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        let fleet = try MusterServer(workshop, devices: 64, releaseBytes: megabytes << 20, updates: true)
        let muster = try fleet.start(["--start", MusterServer.update])
        let nginx = try NginxServer.start(workshop, files: "\(workshop.directory)/payload")
        let device = DeviceRun(fleet)
        let requests = try (0..<(connectionCounts.max() ?? 1)).map { try device.download(fleet.devices[$0], muster) }
        let plain = Array("GET /\(MusterServer.file) HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
        return try connectionCounts.flatMap { connections in
            var ours: [Double] = [], theirs: [Double] = [], most = 0
            for _ in 0..<rounds {
                theirs.append(try rate(nginx, connections) { _ in plain })
                ours.append(try rate(muster, connections) { requests[$0] })
                most = max(most, ProcessFigures.residentBytes(of: muster.identifier))
            }
            let downloads = Timing.median(ours), fixed = Timing.median(theirs)
            let text = connections == 1 ? "1 connection" : "\(connections) connections"
            return [
                Measurement(
                    "download of \(megabytes) MiB, \(text)", downloads, "MB/s",
                    note: "server \(most >> 20) MiB in memory"),
                Measurement("peer: nginx, the same file, \(text)", fixed, "MB/s"),
                Measurement("downloads as a share of nginx's, \(text)", downloads / fixed, "", atLeast: 0.9),
            ]
        }
    }

    private static func rate(_ server: ServerProcess, _ connections: Int, _ request: (Int) -> [UInt8]) throws -> Double
    {
        let client = try LoadClient(port: server.port, connections: connections)
        let outcome = try client.run(first: request) { _ in nil }
        guard outcome.refusals == 0, outcome.bytes == Int64(connections * megabytes) << 20 else {
            throw BenchmarkFailure("\(outcome.bytes) bytes came, first refusal \(outcome.firstRefusal ?? 0)")
        }
        return Double(outcome.bytes) / 1e6 / outcome.seconds
    }
}
