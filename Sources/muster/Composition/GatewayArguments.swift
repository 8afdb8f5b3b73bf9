import ArgumentParser
import Cells
import GatewayTLS
import Logging

/// Where and how devices call in; the same for every command that lets them.
struct GatewayArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where devices call in. Port 0 takes one that is free. `muster serve` takes 127.0.0.1:8080 by itself.",
            valueName: "host:port"))
    var listen: ListenAddress?

    @Option(
        help: ArgumentHelp(
            "The server's certificate and those above it, in PEM: devices call in by TLS.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The certificate's private key, in PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            """
            Authorities whose client certificates prove devices, in PEM, each with its root; a certificate's CN is the \
            device's id.
            """,
            valueName: "file"))
    var clientCa: String?

    @Flag(help: "Send away who shows no client certificate, even with a token.")
    var requireClientCert = false

    @Option(help: ArgumentHelp("Bytes of artifacts a second for one device. Default: no limit.", valueName: "bytes"))
    var bytesPerSecondPerDevice: Int64?

    func validate() throws {
        guard bytesPerSecondPerDevice.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--bytes-per-second-per-device is a number above 0")
        }
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together: name both or none")
        }
        guard clientCa == nil || tlsCert != nil else {
            throw ValidationError("--client-ca: client certificates need TLS; name --tls-cert and --tls-key too")
        }
        guard !requireClientCert || clientCa != nil else {
            throw ValidationError("--require-client-cert: say with --client-ca whose certificates are believed")
        }
    }

    /// The same for who shows no client certificates.
    var withoutClients: GatewayArguments {
        var arguments = self
        arguments.clientCa = nil
        arguments.requireClientCert = false
        return arguments
    }

    /// What secures the connections; nil: nothing does. Ends the command with exit code 2 if a file is wrong.
    func security(_ logger: Logger) throws -> GatewayTLS? {
        guard let tlsCert, let tlsKey else { return nil }
        do {
            return try GatewayTLS(
                TLSFiles(
                    certificate: tlsCert, key: tlsKey, clientAuthorities: clientCa,
                    requiresClientCertificate: requireClientCert),
                logger: logger)
        } catch {
            printError("muster: \(TextWidth.sanitised(error.description))")
            throw ExitStatus.badInput
        }
    }
}

/// Where devices call in.
struct ListenAddress: ExpressibleByArgument, Hashable, Sendable, CustomStringConvertible {
    var host: String
    var port: Int

    /// The address of this machine alone, as long as nobody names another.
    static let standard = ListenAddress(host: "127.0.0.1", port: 8080)

    /// As it is read.
    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine can reach it.
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `HOST:PORT`, or `[IPv6]:PORT`.
    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.contains("[") else { return nil }
        self.host = host
        self.port = Int(port)
    }
}
