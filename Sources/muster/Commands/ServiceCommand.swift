import ArgumentParser
import Cells
import FleetFiles
import Foundation

/// `muster service`: a fleet's engine as a service of the machine.
struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Run a fleet's engine as a service of the machine.",
        subcommands: [Unit.self])

    /// `muster service unit FLEET`.
    struct Unit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a systemd unit that runs `muster serve` on a fleet.",
            discussion: """
                The service has a user of its own and no rights beyond it, sees a read-only system, writes in its state \
                folder alone, and is started anew when it fails or its engine stands still. The options are those of \
                `muster serve` and stand in the unit, with absolute paths. Its first lines say how it is installed.

                The state is /var/lib/muster-FLEET/state unless --state names another folder; give the same to the \
                commands that are to reach the engine, and run them as the service's user, or as one whom `access:` in \
                fleet.yaml names; the unit lets those pass to the engine's socket.

                What that user cannot read is told on standard error.

                Exit codes: 0 printed, 2 bad input.
                """)

        @OptionGroup var arguments: FleetArguments
        @OptionGroup var gatewayArguments: GatewayArguments
        @OptionGroup var apiArguments: APIArguments

        @Option(help: ArgumentHelp("An update to start if it is a draft; may be repeated.", valueName: "update"))
        var start: [String] = []

        @Option(help: ArgumentHelp("The user that the service runs as.", valueName: "name"))
        var user = "muster"

        func validate() throws {
            guard ServiceUnit.isUserName(user) else {
                throw ValidationError("--user: a name has letters, digits, - and _ only, and begins with a letter")
            }
        }

        func run() throws {
            let definition = try arguments.load()
            for update in start { try KnownUpdates(definition, arguments).expect(update) }
            let unit = ServiceUnit(
                fleetName: definition.settings.name, serviceName: ServiceUnit.name(of: definition.settings.name),
                fleet: AbsolutePath.of(arguments.fleet), state: arguments.state.map(AbsolutePath.of),
                program: try ServiceUnit.ownProgram(), options: options,
                files: files
                    + [definition.push?.sshConfiguration, definition.alerts?.webhook?.secretFile].compactMap { $0 },
                listen: gatewayArguments.listen ?? .standard, user: user,
                admitsOthers: definition.settings.access.admitsOthers)
            print(unit.text, terminator: "")
            for line in unit.warnings { printError("muster: \(TextWidth.sanitised(line))") }
        }

        /// Files that the service reads, beside those of the fleet.
        private var files: [String] {
            [gatewayArguments.tlsCert, gatewayArguments.tlsKey, gatewayArguments.clientCa].compactMap { $0 }
                .map(AbsolutePath.of)
        }

        private var options: [String] {
            let gateway = gatewayArguments
            var options: [String] = []
            func add(_ name: String, _ value: String?) { if let value { options += [name, value] } }
            add("--listen", gateway.listen?.description)
            add("--tls-cert", gateway.tlsCert.map(AbsolutePath.of))
            add("--tls-key", gateway.tlsKey.map(AbsolutePath.of))
            add("--client-ca", gateway.clientCa.map(AbsolutePath.of))
            if gateway.requireClientCert { options.append("--require-client-cert") }
            add("--bytes-per-second-per-device", gateway.bytesPerSecondPerDevice.map { "\($0)" })
            add("--api", apiArguments.api?.description)
            if apiArguments.apiWithoutTls { options.append("--api-without-tls") }
            for update in start { add("--start", update) }
            return options
        }
    }
}

/// Paths as a service needs them, which stands in no folder.
enum AbsolutePath {
    /// The path from the root on, without `.` and `..`; links in it stay.
    static func of(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path(percentEncoded: false)
            .replacing(/(.)\/+$/, with: { $0.output.1 })
    }
}
