import ArtifactStore
import DeviceGateway
import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import Logging
import SwupdateTesting

/// An engine with its journal and its gateway, in this process, put together as `muster serve` does it.
///
/// Unchecked, because it is used by one test at a time, and what its parts share they guard themselves.
final class TestFleet: @unchecked Sendable {
    static let name = "tills"

    let watch = JournalWatch()
    private let directory: String
    private let store: ArtifactStore
    private var host: EngineHost?
    private var running: RunningGateway?

    /// Makes a fleet that has no engine yet.
    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "muster-gateway-\(UUID().uuidString)").path()
        store = ArtifactStore(state: directory)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    // MARK: - The engine

    /// Starts the engine and the gateway, at first or again after `stop`.
    func start() async throws {
        let host = EngineHost {}
        let bell = OrderBell()
        try await withCheckedThrowingContinuation { (ready: CheckedContinuation<Void, any Error>) in
            host.start({ [directory, watch] in
                let journal = try SQLiteJournal.open(directory: directory, fleet: Self.name, mode: .readWrite)
                let clock = TestClock()
                let log = WatchedJournal(journal, watch: watch)
                let loop = try EngineLoop(log: log, link: bell, now: clock.now, steadyTime: clock.steadyTime)
                return WallClockDriver(loop: loop, clock: clock)
            }) { ready.resume(with: $0) }
        }
        self.host = host
        let options = DeviceGateway.Options(
            host: "127.0.0.1", port: 0, tenant: Self.name, pollInterval: .seconds(1), orderedPollInterval: .seconds(1))
        running = try await DeviceGateway(
            options, entry: { host.call($0, completion: $1) }, bell: bell,
            credentials: CredentialFile(directory: directory), artifacts: StoreFiles(store: store),
            deliveries: DeliveryLedger(
                directory: directory, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ).start()
    }

    /// Ends both in good order.
    func stop() async {
        await running?.drain()
        host?.stop()
        running = nil
        host = nil
    }

    /// The gateway's port.
    var port: Int { running?.port ?? 0 }

    // MARK: - Orders of an operator

    /// Gives a command, and waits until its acceptance is durable.
    func command(_ command: Command) async throws {
        let before = Self.answers(to: command, watch.now.facts).count
        guard host?.submit(command, Origin(operatorName: "kim", source: "test"), completion: { _ in }) == true else {
            throw GatewayTestFailure("The engine takes no commands.")
        }
        try await watch.wait("`\(command.verb)` was answered") {
            Self.answers(to: command, $0.facts).count > before
        }
        if let refusal = Self.answers(to: command, watch.now.facts).last ?? nil { throw refusal }
    }

    private static func answers(to command: Command, _ facts: [Fact]) -> [Refusal?] {
        facts.compactMap { fact in
            switch fact.event {
            case .commandAccepted(let record) where record.verb == command.verb && record.object == command.object:
                .some(nil)
            case .commandRefused(let record, let refusal)
            where record.verb == command.verb && record.object == command.object:
                .some(refusal)
            default: nil
            }
        }
    }

    /// Takes up devices, each at a store of its own, and releases of one image each.
    /// - Parameter firmware: What the registry believes that the devices run. Terminals run 1.0.0 at first.
    func register(
        _ devices: [String], releases: [SwupdateImage], firmware: String = "0.9.0",
        _ change: (inout FleetSettings) -> Void = { _ in }
    ) async throws {
        var settings = FleetSettings(name: Self.name)
        // Slow machines may take a second for what takes a millisecond; what is retried is not waited for.
        settings.retry.backoff = .seconds(1)
        change(&settings)
        try await command(.configure(settings))
        let known = try releases.map { image in
            try store.add(path: image.path)
            let artifact = Artifact(name: image.name, size: Int64(image.byteCount), sha256: image.sha256)
            return Release(version: try version(image.version), artifacts: [artifact])
        }
        try await command(.addReleases(known))
        let firmware = try version(firmware)
        try await command(.register(devices.map { DeviceRecord(id: $0, site: "store of \($0)", firmware: firmware) }))
    }

    /// Starts an update of all devices to a release, each at its next contact.
    func start(_ id: String, to release: String) async throws {
        try await command(
            .draft(
                UpdateDefinition(
                    id: id, release: try version(release), selector: .all, strategy: .onConnect(expires: nil))))
        try await command(.start(update: id))
    }

    private func version(_ text: String) throws -> Version {
        guard let version = Version(text) else { throw GatewayTestFailure("\(text) is no version.") }
        return version
    }

    // MARK: - Its devices

    /// Draws a token for a device.
    func token(of device: String) throws -> String { try CredentialFile.issue(device, directory: directory) }

    /// Switches a terminal on, as this device. It calls the proxy if there is one.
    func switchOn(_ terminal: SwupdateTerminal, as device: String, by proxy: CuttingProxy? = nil) throws {
        try terminal.start(
            url: "http://127.0.0.1:\(proxy?.port ?? port)", tenant: Self.name, id: device, token: try token(of: device))
    }

    /// Waits until a device's attempt has reached a step.
    func wait(until device: String, isAt step: AttemptStep) async throws {
        try await watch.wait("\(device) is \(step)") { content in
            guard let index = content.state.devices.index(of: device),
                let update = content.state.devices.liveUpdate(index),
                let position = content.state.update(update).assignments.position(of: index),
                let reached = content.state.update(update).assignments.step(position)
            else { return false }
            return reached >= step
        }
    }

    /// Waits until there are so many facts of a kind.
    func wait(untilFacts count: Int, _ isMeant: @escaping @Sendable (Event) -> Bool) async throws {
        try await watch.wait("\(count) such facts are there") { $0.facts.count { isMeant($0.event) } >= count }
    }

    /// Waits until an update has ended.
    func wait(until update: String, is status: UpdateStatus) async throws {
        try await watch.wait("\(update) is \(status)") { $0.state.update(update)?.status == status }
    }

    /// Ends the engine, and reads what its journal says.
    func end() async throws -> JournalReading {
        await stop()
        return try JournalReading(directory: directory, fleet: Self.name)
    }
}

/// The machine's own clock.
private final class TestClock: EngineClock {
    var now: Timestamp { Timestamp(milliseconds: Self.milliseconds(CLOCK_REALTIME)) }
    var steadyTime: Duration { .milliseconds(Self.milliseconds(CLOCK_BOOTTIME)) }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// The files of a store, proven anew for each delivery.
private struct StoreFiles: ArtifactSource {
    let store: ArtifactStore

    func file(_ artifact: Artifact, of release: Version) -> DeliverableFile? {
        guard let file = try? store.open(sha256: artifact.sha256) else { return nil }
        let known = file.artifact
        return DeliverableFile(
            size: known.size, sha1: known.sha1, md5: known.md5, sha256: known.sha256, bytes: Bytes(file: file))
    }

    func heldFile(_ artifact: Artifact, of release: Version) -> DeliverableFile? { nil }

    private struct Bytes: FileBytes {
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
