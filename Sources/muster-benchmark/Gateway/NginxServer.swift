import Foundation

/// nginx as Debian builds it, with a configuration of its own, as whoever runs the benchmark.
enum NginxServer {
    private static let program = "/usr/sbin/nginx"
    /// Bytes of the fixed reply to a poll.
    private static let replyLength = 300

    static func expectInstalled() throws {
        guard !FileManager.default.isExecutableFile(atPath: program) else { return }
        throw BenchmarkFailure(
            "there is no \(program) to compare with; install nginx-light, or leave polls and downloads out by --only")
    }

    /// Starts it. `/poll` is answered by a fixed reply, everything else by the file of that name in `files`.
    /// - Parameter tls: What secures connections; nil: they are plain.
    static func start(_ workshop: Workshop, files: String, tls: CertifiedKey? = nil) throws -> ServerProcess {
        let folder = try workshop.folder("nginx"), port = try LoopbackPort.free()
        let path = "\(folder)/nginx.conf"
        try configuration(folder, files: files, port: port, tls).write(toFile: path, atomically: true, encoding: .utf8)
        return try ServerProcess(
            program, ["-e", "\(folder)/error.log", "-p", folder, "-c", path], port: port, log: "\(folder)/said")
    }

    private static func configuration(_ folder: String, files: String, port: UInt16, _ tls: CertifiedKey?) -> String {
        let reply = String(repeating: "x", count: replyLength)
        // As root it would give its workers to a user who may not read the folder.
        let user = getuid() == 0 ? "user root;" : ""
        let security = tls.map { "ssl_certificate \($0.certificate); ssl_certificate_key \($0.key);" } ?? ""
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
        return """
            \(user) worker_processes \(ProcessInfo.processInfo.activeProcessorCount);
            daemon off; pid \(folder)/pid; worker_rlimit_nofile 20000;
            events { worker_connections 10000; }
            http {
                access_log off; keepalive_requests 1000000000; sendfile on; tcp_nopush on; \(temporary)
                server {
                    listen 127.0.0.1:\(port) \(tls == nil ? "" : "ssl") backlog=4096; \(security)
                    location /poll { default_type application/hal+json; return 200 "\(reply)"; }
                    location / { root \(files); }
                }
            }

            """
    }
}
