import ArtifactStore
import Crypto
import DeviceGateway
import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import Logging
import Synchronization
import TerminalClients

/// A fleet on loopback for tests: a real journal, a real store, a real gateway, real sockets, in a folder of its own.
public final class LoopbackFleet: Sendable {
    /// What a fleet is made of.
    public struct Plan: Sendable {
        /// The fleet's settings.
        public var settings: FleetSettings
        /// Its terminals.
        public var devices: [DeviceRecord]
        /// The contents of its releases' files, by the release's version, in order.
        public var releases: [(version: Version, files: [(name: String, bytes: Data)])]
        /// Its updates, as drafts.
        public var updates: [UpdateDefinition]

        /// A fleet of these parts.
        public init(
            settings: FleetSettings, devices: [DeviceRecord],
            releases: [(version: Version, files: [(name: String, bytes: Data)])], updates: [UpdateDefinition]
        ) {
            self.settings = settings
            self.devices = devices
            self.releases = releases
            self.updates = updates
        }
    }

    /// The folder that holds everything, removed at the end.
    public let directory: String
    /// The engine's clock.
    public let clock: SteppedClock
    /// Where terminals call in.
    public let address: GatewayAddress
    /// The connections of terminals.
    public let pool: ConnectionPool
    private let fleet: String
    private let host: EngineHost
    private let gateway: RunningGateway

    /// Starts a fleet.
    /// - Parameter connections: Those that terminals share.
    public init(_ plan: Plan, connections: Int) async throws {
        let directory = NSTemporaryDirectory() + "muster-loopback-\(UUID().uuidString)"
        let store = ArtifactStore(state: directory)
        let releases = try plan.releases.map { try Self.take($0.version, $0.files, into: store, directory) }
        let clock = SteppedClock(), bell = OrderBell(), host = EngineHost {}
        try await Self.start(host, clock, bell, fleet: plan.settings.name, directory: directory)
        let origin = Origin(operatorName: "kim", source: "test")
        let commands: [Command] = [.configure(plan.settings), .addReleases(releases), .register(plan.devices)]
        for command in commands + plan.updates.map({ .draft($0) }) { _ = host.submit(command, origin) { _ in } }
        let token = try CredentialFile.issue(nil, directory: directory)
        var logger = Logger(label: "loopback")
        logger.logLevel = .critical
        let gateway = DeviceGateway(
            DeviceGateway.Options(
                host: "127.0.0.1", port: 0, tenant: plan.settings.name, pollInterval: plan.settings.heartbeat),
            entry: { host.call($0, completion: $1) }, bell: bell, credentials: CredentialFile(directory: directory),
            artifacts: HeldFiles(store: store), deliveries: DeliveryLedger(directory: directory, logger: logger),
            logger: logger)
        let running = try await gateway.start()
        self.gateway = running
        address = GatewayAddress(loopbackPort: running.port, gatewayToken: token)
        pool = ConnectionPool(size: connections)
        (self.directory, self.clock, self.host, fleet) = (directory, clock, host, plan.settings.name)
    }

    /// Asks the engine for something, without waiting for the answer: what it did is in the journal.
    public func command(_ command: Command) {
        _ = host.submit(command, Origin(operatorName: "kim", source: "test")) { _ in }
    }

    /// Sets the engine's clock ahead, and has it look.
    public func skip(_ time: Duration) {
        clock.advance(by: time)
        _ = host.call(DeviceCall(device: "nobody", reports: [])) { _ in }
    }

    /// What the journal says: the engine is not asked.
    public func journal() throws -> EngineLoop {
        try EngineLoop(reading: try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readOnly))
    }

    /// Ends everything and removes the folder.
    public func end() async throws {
        try await pool.shutDown()
        await gateway.drain()
        host.stop()
        try FileManager.default.removeItem(atPath: directory)
    }

    // MARK: - Parts

    private static func start(
        _ host: EngineHost, _ clock: SteppedClock, _ bell: OrderBell, fleet: String, directory: String
    ) async throws {
        try await withCheckedThrowingContinuation { (ready: CheckedContinuation<Void, any Error>) in
            host.start(
                {
                    let journal = try SQLiteJournal.open(directory: directory, fleet: fleet, mode: .readWrite)
                    let loop = try EngineLoop(
                        log: journal, link: bell, now: clock.now, steadyTime: clock.steadyTime)
                    return WallClockDriver(loop: loop, clock: clock)
                }, ready: { ready.resume(with: $0) })
        }
    }

    private static func take(
        _ version: Version, _ files: [(name: String, bytes: Data)], into store: ArtifactStore, _ directory: String
    ) throws -> Release {
        let folder = "\(directory)/incoming-\(version)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let artifacts = try files.map { name, bytes in
            try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            return Artifact(name: name, size: Int64(bytes.count), sha256: bytes.sha256)
        }
        let release = Release(version: version, artifacts: artifacts)
        try store.import(release, from: folder)
        return release
    }
}

extension Data {
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    public var sha256: String { SHA256.hash(data: self).map { String(format: "%02x", $0) }.joined() }
}

/// The machine's clock, which can be set ahead.
public final class SteppedClock: EngineClock, Sendable {
    private let began = ContinuousClock.now
    private let skipped = Mutex(Duration.zero)
    private let start = Timestamp(milliseconds: 1_772_550_000_000)

    public var now: Timestamp { start + steadyTime }
    public var steadyTime: Duration {
        .milliseconds((ContinuousClock.now - began + skipped.withLock { $0 }).milliseconds)
    }

    func advance(by time: Duration) { skipped.withLock { $0 += time } }
}

/// The files of a store, each proven when it is first asked for.
private final class HeldFiles: ArtifactSource {
    private let store: ArtifactStore
    private let open = Mutex<[String: OpenArtifact]>([:])

    init(store: ArtifactStore) { self.store = store }

    func file(_ artifact: Artifact, of release: Version) -> DeliverableFile? {
        guard let file = open.withLock({ $0[artifact.sha256] }) ?? (try? store.open(sha256: artifact.sha256)) else {
            return nil
        }
        open.withLock { $0[artifact.sha256] = file }
        let known = file.artifact
        return DeliverableFile(
            size: known.size, sha1: known.sha1, md5: known.md5, sha256: known.sha256, bytes: OpenBytes(file: file))
    }

    func heldFile(_ artifact: Artifact, of release: Version) -> DeliverableFile? { nil }

    private struct OpenBytes: FileBytes {
        let file: OpenArtifact

        var isUnchanged: Bool { file.isUnchanged }

        func read(at offset: Int64, into piece: UnsafeMutableRawBufferPointer) throws -> Int {
            try file.read(at: offset, into: piece)
        }

        func descriptor(ofCached range: Range<Int64>) -> Int32? {
            file.isCached(range) ? file.descriptor : nil
        }
    }
}
