import Foundation

/// A connection by TLS that stays open between requests, made by the real openssl.
final class KeptConnection {
    private let process = Process()
    private let requests = Pipe()
    private let output: String

    /// Connects to a port of this machine, with a certificate if one is given.
    init(_ port: Int, _ shop: CertificateShop, _ client: CertificateShop.Certificate?) throws {
        output = "\(shop.root)/kept-\(UUID().uuidString)"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        let shown = client.map { ["-cert", $0.certificate, "-key", $0.key] } ?? []
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(port)", "-CAfile", "\(shop.authority).pem"]
            + shown
        process.standardInput = requests
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Sends a request without a body, which begins with its method and target.
    func send(_ request: String, _ headers: String...) throws {
        let lines = ["\(request) HTTP/1.1", "Host: gateway"] + headers
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n"
        try requests.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    private var received: Data { (try? Data(contentsOf: URL(filePath: output))) ?? Data() }

    /// Bytes that have come.
    var bytes: Int { received.count }
    /// Answers of 200 that have come, or begun to.
    var answers: Int {
        String(decoding: received, as: UTF8.self).components(separatedBy: "HTTP/1.1 200 OK\r\n").count - 1
    }
    /// Whether the other end has not closed it.
    var isOpen: Bool { process.isRunning }

    /// Waits until so many answers have begun.
    func wait(forAnswers count: Int) throws { try wait("answer \(count)") { answers >= count } }

    /// Waits until the other end closes it.
    func waitForEnd() throws { try wait("the end") { !process.isRunning } }

    private func wait(_ what: String, until isSo: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(40)
        while !isSo() {
            guard ContinuousClock.now < deadline else {
                throw ScratchFleet.Failure(
                    description: "\(what) did not come: \(String(decoding: received.prefix(2000), as: UTF8.self))")
            }
            usleep(5000)
        }
    }
}
