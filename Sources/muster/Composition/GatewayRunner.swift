import ArtifactStore
import Cells
import DeviceGateway
import FleetEngine
import FleetFiles
import Foundation
import GatewayTLS
import Logging

/// Runs the gateway beside an engine.
struct GatewayRunner {
    /// The fleet's directory, and what it says.
    var fleet: String, definition: FleetDefinition
    /// Whether all of that is what the files say.
    var isWhole = true
    /// Where the fleet's state is kept.
    var directory: String
    var address: ListenAddress
    /// What secures the connections; nil: nothing does.
    var security: GatewayTLS?
    var logger: Logger
    /// Where orders wait for devices that call in.
    let bell = OrderBell()
    /// What is signed of the fleet's releases.
    let repository = RepositoryService()
    /// What cannot be delivered, for the engine to tell, and what looks at it again.
    let deliveryFaults = DeliveryFaults(), faultWatch = FaultWatch()
    /// What devices may take at most.
    var limits = GatewayLimits()
    /// How long commits of the journal take.
    let commitTimes = CommitTimes()
    /// What tells of the engine beside it; nil: nothing does.
    var alerts: AlertRunner?

    /// What drives terminals by SSH; nil: nothing does.
    var push: PushRunner?

    /// Where the engine sends its orders.
    var link: any DeviceLink & Sendable { push.map { DeviceLinks([bell, $0.driver]) } ?? bell }

    /// Real devices have nothing to do with the state of simulated ones, whose clock is another.
    static func refuseSimulated(_ directory: String) throws {
        guard FleetEngineSetup.isSimulated(directory) else { return }
        printError(
            "muster: \(TextWidth.sanitised(directory)) is the state of simulated terminals; "
                + "name another state folder with --state")
        throw ExitStatus.badInput
    }

    /// The log of a gateway whose process has a screen, in a file of bounded size.
    static func log(in directory: String) throws -> LogQueue { try .file("gateway.log", in: directory) }

    /// Makes sure that devices can be served, and puts the files of the fleet's releases where they are delivered from;
    /// before the engine starts, so that no device is told to fetch what cannot be had.
    func prepare() throws {
        _ = try descriptors()
        do {
            try ReleaseIntake(
                fleet: fleet, store: ArtifactStore(state: directory),
                only: isWhole ? nil : definition.releases.map(\.version)
            ).run()
        } catch let error as ArtifactStoreError {
            printError("muster: \(TextWidth.sanitised(error.description))")
            throw error.fault == .storage ? ExitStatus.failed : ExitStatus.badInput
        }
    }

    private func descriptors() throws -> DescriptorBudget {
        let limit = DescriptorBudget.raise()
        guard let budget = DescriptorBudget(limit: limit, processors: ProcessInfo.processInfo.processorCount) else {
            printError(
                "muster: this process may open only \(limit) files and connections, too few for a gateway; "
                    + "raise `ulimit -n`, for instance to 4096")
            throw ExitStatus.failed
        }
        return budget
    }

    /// The tokens of devices. What is wrong with them shuts devices out, so that it is told wherever somebody looks.
    private var credentials: CredentialFile {
        CredentialFile(directory: directory) { [logger, deliveryFaults] problem in
            deliveryFaults.tell(
                tokens: problem.map {
                    DeliveryFaults.TokenFault(reason: $0.message, remedy: $0.remedy, since: WallClock.now)
                })
            if let problem {
                logger.error("tokens of devices cannot be read", metadata: ["reason": "\(problem)"])
            } else {
                logger.notice("the tokens of devices can be read again")
            }
        }
    }

    /// Listens. Devices reach this engine.
    func start(_ host: EngineHost) throws -> RunningGateway {
        let descriptors = try descriptors()
        let limits = limits.fitting(connections: descriptors.connections)
        if limits.connections < self.limits.connections {
            logger.notice(
                "connections are limited by the system",
                metadata: ["connections": "\(limits.connections)", "remedy": "raise `ulimit -n`"])
        }
        let options = DeviceGateway.Options(
            host: address.host, port: address.port, tenant: definition.settings.name,
            pollInterval: definition.settings.heartbeat)
        let files = StoredFiles(
            ArtifactStore(state: directory), fleet: fleet, capacity: descriptors.files,
            objection: { [repository] in repository.objection(to: $0, of: $1) }, logger: logger,
            onFaults: { [deliveryFaults] in deliveryFaults.tell($0) })
        repository.start(fleet: fleet, state: directory, logger: logger)
        let credentials = credentials
        let gateway = DeviceGateway(
            options, entry: { host.call($0, completion: $1) }, bell: bell, credentials: credentials,
            artifacts: files, deliveries: DeliveryLedger(directory: directory, logger: logger), repository: repository,
            security: security, logger: logger, limits: limits,
            readings: EngineReadings(
                failure: { host.failure },
                metrics: { [commitTimes, alerts, repository] in
                    await EngineMetrics(host: host, commitTimes: commitTimes).read() + files.metrics
                        + repository.metrics
                        + (alerts?.metrics ?? [])
                }))
        if security == nil, !address.isLoopback {
            logger.warning(
                "devices of other machines call in without TLS: whoever is between can read their tokens",
                metadata: ["host": "\(address.host)", "remedy": "--tls-cert and --tls-key"])
        }
        do {
            let running = try wait { try await gateway.start() }
            faultWatch.start {
                files.lookAgain()
                credentials.lookAgain()
            }
            push?.driver.start(host)
            host.announce(address.url(security == nil ? "http" : "https", port: running.port))
            logger.info(
                "listening",
                metadata: [
                    "host": "\(address.host)", "port": "\(running.port)", "fleet": "\(definition.settings.name)",
                ])
            return running
        } catch {
            repository.stop()
            printError("muster: cannot listen on \(address.host):\(address.port): \(error)")
            throw ExitStatus.failed
        }
    }

    /// Reads the files of TLS again; if they are wrong, everything stays as it was. Who was let in by an authority that is
    /// not there any more is sent away.
    func reloadSecurity() {
        guard let security else { return }
        do throws(TLSFailure) {
            let closed = try security.reload()
            logger.info(
                "the TLS certificates were read again",
                metadata: closed == 0 ? [:] : ["closed": "\(closed)", "why": "a client authority was taken away"])
        } catch {
            logger.error("the TLS certificates stay as they were", metadata: ["reason": "\(error)"])
        }
    }

    /// Takes no new requests and waits for those under way; visits by SSH are cut off.
    func stop(_ running: RunningGateway) {
        push?.stop()
        wait { await running.drain() }
        faultWatch.stop()
        repository.stop()
    }
}

/// Waits on a thread that belongs to no task.
func wait<Success: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () async throws(Failure) -> Success
) throws(Failure) -> Success {
    let done = DispatchSemaphore(value: 0)
    let result = OneResult<Success, Failure>()
    Task {
        do throws(Failure) { result.value = .success(try await work()) } catch { result.value = .failure(error) }
        done.signal()
    }
    done.wait()
    guard let value = result.value else { preconditionFailure("the task has ended") }
    return try value.get()
}

/// Handed from one task to one thread, in this order, by a semaphore.
private final class OneResult<Success: Sendable, Failure: Error>: @unchecked Sendable {
    var value: Result<Success, Failure>?
}
