import DeviceGateway
import FleetCore
import FleetEngine
import FleetFiles
import FleetSimulator
import Foundation
import Logging
import TerminalClients

/// The simulated terminals of a fleet in this process, which reach its engine through the gateway.
struct LoopbackTerminals {
    private let definition: FleetDefinition
    private let directory: String
    private let clock: SimulationClock
    private let runner: GatewayRunner

    /// The terminals of a fleet. Puts the files of its releases where the gateway delivers them from.
    /// - Parameter directory: Where the fleet's state is kept.
    init(fleet: String, definition: FleetDefinition, directory: String, clock: SimulationClock) throws {
        self.definition = definition
        self.directory = directory
        self.clock = clock
        // Until the terminals are there no time passes.
        clock.hold(true)
        // A console owns the terminal: what the gateway would log has no place there, and the numbers say it all.
        runner = GatewayRunner(
            fleet: fleet, definition: definition, directory: directory,
            address: ListenAddress(host: "127.0.0.1", port: 0),
            logger: Logger(label: "muster") { _ in SwiftLogNoOpLogHandler() })
        try runner.prepare()
    }

    /// Where the engine sends its orders.
    var link: any DeviceLink & Sendable { runner.bell }

    /// Starts the gateway to an engine, and the terminals.
    /// - Returns: What ends them; to be called before the engine ends.
    func start(_ host: EngineHost) throws -> () -> Void {
        let token = try CredentialFile.issue(nil, directory: directory)
        let gateway = try runner.start(host)
        let pool = ConnectionPool()
        let terminals = SimulatedTerminals(
            World(
                records: definition.devices, settings: definition.settings, profile: definition.simulation,
                start: clock.now),
            devices: definition.devices.map(\.id), clock: clock,
            gateway: GatewayAddress(loopbackPort: gateway.port, gatewayToken: token), pool: pool)
        let life = Task { await terminals.run() }
        return {
            life.cancel()
            wait {
                await life.value
                try? await pool.shutDown()
            }
            runner.stop(gateway)
        }
    }
}
