import ArgumentParser
import Cells
import DeviceGateway
import EngineSocket
import FleetEngine
import FleetFiles
import Logging

/// `muster serve`: the engine without a screen, with the gateway for devices.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the engine of a fleet without a screen, and let its devices call in.",
        discussion: """
            Devices call in by HTTP, in the protocol of hawkBit's Direct Device Integration, which SWUpdate and \
            rauc-hawkbit-updater speak; `muster device token` gives them the right to. The log is JSON lines on standard \
            error. SIGTERM or SIGINT ends it in good order: no new requests, those under way finish, the journal is \
            whole. After 10 s what still goes on is cut: a long download, which its client resumes by a range.

            With --tls-cert and --tls-key devices call in by TLS 1.2 or later; SIGHUP has the files read again, and \
            cuts the connections of client certificates if an authority is not there any more. With --client-ca a client \
            certificate proves the device that its CN names, and no other, whatever token is beside it; devices without \
            one go on to prove themselves by a token, unless --require-client-cert is given.

            Terminals whose address is ssh://user@host:port are pushed to by OpenSSH, if fleet.yaml says how under `push`: with \
            the configuration, the agent and the known_hosts of the user who runs this. The others call in.

            With --api programs look and give commands over HTTP, under /api/v1, with a token of `muster api-token`; \
            /api/v1/openapi.json describes it. With --tls-cert it speaks TLS as well, without client certificates.

            While it runs, `muster console` opens the dashboard on it, commands such as `muster device` and \
            `muster update` reach it, and `muster stop` ends it, all by engine.sock in the state folder.

            Under systemd it says when it is ready, that its engine answers, and that it ends, as sd_notify(3) wants it; \
            `muster service unit` prints a unit.

            Files that are wrong stop no start where there is a journal: what that holds stays, and the log and \
            `muster status` say what was not taken in.

            Exit codes: 0 ended by a signal, 1 the engine or the gateway failed, 2 bad input.
            """)

    @OptionGroup var arguments: FleetArguments
    @OptionGroup var gatewayArguments: GatewayArguments
    @OptionGroup var apiArguments: APIArguments

    @Option(help: ArgumentHelp("An update to start if it is a draft; may be repeated.", valueName: "update"))
    var start: [String] = []

    func run() throws {
        let log = LogQueue.standardError()
        defer { log.flush() }
        let logger = Logger.jsonLines(to: log)
        let pulse = ServicePulse()
        defer { pulse.stop() }
        let takeover = try FleetTakeover.read(
            arguments, for: .service, warned: { logger.warning("a file of the fleet is not all right: \($0)") },
            left: { logger.error("what the journal holds stays: \($0)") })
        let definition = takeover.definition
        if takeover.leftOut.isEmpty {
            for update in start { try KnownUpdates(definition, arguments).expect(update) }
        }
        let directory = try arguments.stateDirectory(definition)
        try GatewayRunner.refuseSimulated(directory)
        var gateway = GatewayRunner(
            fleet: arguments.fleet, definition: definition, directory: directory,
            address: gatewayArguments.listen ?? .standard, security: try gatewayArguments.security(logger),
            logger: logger)
        gateway.limits.bytesPerSecondPerDevice = gatewayArguments.bytesPerSecondPerDevice
        gateway.alerts = try AlertRunner(takeover, in: directory, logger: logger)
        let api = try apiArguments.runner(
            directory: directory, fleet: definition.settings.name,
            security: try gatewayArguments.withoutClients.security(logger), logger: logger)
        gateway.isWhole = takeover.leftOut.isEmpty
        try gateway.prepare()
        gateway.push = PushRunner(
            definition, fleet: arguments.fleet, directory: directory, repository: gateway.repository, logger: logger)
        var engine = FleetEngineSetup(
            takeover: takeover, fleet: arguments.fleet, directory: directory, starts: start,
            operatorName: UserName.own,
            onRefusal: { logger.warning("refused: \($0)") }, link: gateway.link,
            commitTimes: gateway.commitTimes)
        engine.owner = arguments.owner
        engine.deliveryFaults = gateway.deliveryFaults
        try serve(engine, gateway, api, logger, pulse)
    }

    private func serve(
        _ engine: FleetEngineSetup, _ gateway: GatewayRunner, _ api: APIRunner?, _ logger: Logger,
        _ pulse: ServicePulse
    ) throws {
        let end = EndOfService {
            gateway.reloadSecurity()
            api?.reloadSecurity()
        }
        let host = EngineHost { end.look() }
        end.watch { host.failure }
        try OwnEngine.start(host) { try engine.makeDriver() }
        let socket = try CommandSocket.start(host, in: gateway.directory) { _ in end.end() }
        let running: RunningGateway
        var runningAPI: RunningGateway?
        do {
            // Before the gateway, which says that everything is up.
            runningAPI = try api?.start(host)
            running = try gateway.start(host)
        } catch {
            if let runningAPI { gateway.stop(runningAPI) }
            socket.stop()
            host.stop()
            throw error
        }
        gateway.alerts?.start(host)
        pulse.isReady(host)
        let failure = end.wait()
        pulse.isEnding()
        if let failure {
            logger.critical("the engine has failed, and ends", metadata: ["failure": "\(failure)"])
        } else {
            logger.info("ending")
        }
        if let runningAPI { gateway.stop(runningAPI) }
        gateway.stop(running)
        socket.stop()
        let hasEnded = host.stop()
        gateway.alerts?.end()
        guard hasEnded else {
            printError("muster: the engine did not end within 10 s; its journal is whole")
            throw ExitStatus.failed
        }
        if failure != nil { throw ExitStatus.failed }
    }
}
