import ArgumentParser
import Cells
import FleetEngine
import FleetJournal
import GatewayTLS
import Logging
import OperatorAPI

import struct DeviceGateway.RunningGateway

/// Whether and where programs reach the fleet over HTTP.
struct APIArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Let programs with a token look and give commands over HTTP here. Port 0 takes one that is free.",
            valueName: "host:port"))
    var api: ListenAddress?

    @Flag(help: "Let the API listen where other machines reach it, without TLS: whoever is between can read tokens.")
    var apiWithoutTls = false

    func validate() throws {
        guard api != nil || !apiWithoutTls else {
            throw ValidationError("--api-without-tls: say with --api where it listens")
        }
    }

    /// The API of a fleet; nil: it is off. Ends the command with exit code 2 where others could listen in.
    func runner(directory: String, fleet: String, security: GatewayTLS?, logger: Logger) throws -> APIRunner? {
        guard let api else { return nil }
        guard security != nil || api.isLoopback || apiWithoutTls else {
            printError(
                "muster: --api \(TextWidth.sanitised(api.host)):\(api.port) can be reached by other machines, and tokens would "
                    + "go there unencrypted; name --tls-cert and --tls-key, or say --api-without-tls")
            throw ExitStatus.badInput
        }
        return APIRunner(address: api, directory: directory, fleet: fleet, security: security, logger: logger)
    }
}

/// Runs the API beside an engine.
struct APIRunner {
    let address: ListenAddress
    let directory: String
    let fleet: String
    /// What secures the connections; nil: nothing does.
    let security: GatewayTLS?
    let logger: Logger

    /// Reads the files of TLS again; if they are wrong, everything stays as it was, which the gateway has said.
    func reloadSecurity() { _ = try? security?.reload() }

    /// Listens. Programs reach this engine.
    func start(_ host: EngineHost) throws -> RunningGateway {
        let logger = logger
        let api = OperatorAPI(
            OperatorAPI.Address(host: address.host, port: address.port), host: host,
            history: JournalHistory(directory: directory, fleet: fleet),
            tokens: APITokenFile(directory: directory) { logger.warning("\($0)") }, security: security,
            logger: logger)
        do {
            let running = try wait { try await api.start() }
            let scheme = security == nil ? "http" : "https"
            host.announce(address.url(scheme, port: running.port))
            logger.info(
                "the API listens",
                metadata: ["host": "\(address.host)", "port": "\(running.port)", "scheme": "\(scheme)"])
            return running
        } catch {
            printError("muster: the API cannot listen on \(address.host):\(address.port): \(error)")
            throw ExitStatus.failed
        }
    }
}

extension ListenAddress {
    /// The URL of what listens here.
    func url(_ scheme: String, port: Int) -> String {
        "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
}
