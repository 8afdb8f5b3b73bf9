import ArtifactStore
import Crypto
import DeviceGateway
import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import Logging
import Synchronization
import Testing

@testable import muster

/// An engine with its gateway, on loopback: the parts of `muster serve` in this process.
final class GatewayFixture: Sendable {
    let folder: String
    let host: EngineHost
    /// Where the operator sits.
    let seat: EngineSeat
    /// The gateway that runs now.
    private let present: Mutex<RunningGateway>
    private let makeGateway: @Sendable () -> DeviceGateway
    /// What the gateway delivers.
    let files: StoredFiles
    let fleetToken: String
    /// Devices' own tokens.
    let tokens: [String: String]
    let bell: OrderBell
    let log: LogLines
    /// The one file of release 2.0.0.
    let payload: [UInt8]
    /// The names under which the release has it; one, unless a test asks for more.
    let fileNames: [String]

    static let tenant = "shop", fileName = "firmware.swu"

    /// Devices of id `device-1` and so on, active, of release 1.0.0; one that is registered and one out of service.
    init(
        devices: Int = 3, payload: [UInt8] = GatewayFixture.bytes(300_000),
        fileNames: [String] = [GatewayFixture.fileName], isDurable: Bool = true,
        limits: GatewayLimits = GatewayLimits(), pollInterval: Duration = .seconds(300), failure: String? = nil,
        gate: CallGate = CallGate(isOpen: true),
        settings change: (inout FleetSettings) -> Void = { _ in }
    ) async throws {
        folder = NSTemporaryDirectory() + "gateway-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.payload = payload
        self.fileNames = fileNames
        fleetToken = try CredentialFile.issue(nil, directory: folder)
        var tokens: [String: String] = [:]
        for device in ["device-1", "device-2", "waiting", "gone"] {
            tokens[device] = try CredentialFile.issue(device, directory: folder)
        }
        self.tokens = tokens
        let log = LogLines()
        self.log = log
        let logger = Logger(label: "gateway") { _ in log.handler }
        let store = ArtifactStore(state: folder)
        try Data(payload).write(to: URL(fileURLWithPath: "\(folder)/\(Self.fileName)"))
        try store.add(path: "\(folder)/\(Self.fileName)")
        bell = OrderBell()
        host = EngineHost {}
        seat = try #require(host.seat(ConsoleUser(name: "kim", source: "test")) {})
        let commitTimes = CommitTimes()
        let faults = DeliveryFaults()
        try await Self.start(host, isDurable ? folder : nil, bell, commitTimes, faults)
        files = StoredFiles(store, fleet: folder, logger: logger) { faults.tell($0) }
        var settings = FleetSettings(name: Self.tenant)
        settings.floor.untouched = 0
        settings.limits.inFlight = 100_000
        change(&settings)
        let host = host
        let metrics = EngineMetrics(host: host, commitTimes: commitTimes)
        makeGateway = { [folder, bell, files] in
            DeviceGateway(
                DeviceGateway.Options(host: "127.0.0.1", port: 0, tenant: Self.tenant, pollInterval: pollInterval),
                entry: { call, completion in gate.enter { host.call(call, completion: completion) } }, bell: bell,
                credentials: CredentialFile(directory: folder),
                artifacts: files,
                deliveries: DeliveryLedger(directory: folder, logger: logger), logger: logger, limits: limits,
                readings: EngineReadings(failure: { failure ?? host.failure }, metrics: { await metrics.read() }))
        }
        present = Mutex(try await makeGateway().start())
        try await command(
            .configure(settings), .addReleases([release]), .register(Self.records(devices)), .draft(Self.update))
    }

    /// Ends everything, and takes the folder away.
    func end() async {
        await running.drain()
        host.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    var running: RunningGateway { present.withLock { $0 } }

    /// Ends the gateway in good order, and starts another: all that is left of the first is what is in the folder.
    func restartGateway() async throws {
        await running.drain()
        let next = try await makeGateway().start()
        present.withLock { $0 = next }
    }

    // MARK: - The fleet

    private static func records(_ count: Int) -> [DeviceRecord] {
        let firmware = Version(1, 0, 0)
        var records = (1...count).map { DeviceRecord(id: "device-\($0)", region: "north", firmware: firmware) }
        for index in records.indices { records[index].status = .online }
        records.append(DeviceRecord(id: "waiting", firmware: firmware, lifecycle: .registered))
        records.append(DeviceRecord(id: "gone", firmware: firmware, lifecycle: .decommissioned))
        return records
    }

    private var release: Release {
        let hash = SHA256.hash(data: Data(payload)).map { String(format: "%02x", $0) }.joined()
        let artifacts = fileNames.map { Artifact(name: $0, size: Int64(payload.count), sha256: hash) }
        return Release(version: Version(2, 0, 0), artifacts: artifacts)
    }

    static let update = UpdateDefinition(
        id: "patch", release: Version(2, 0, 0), selector: .all, strategy: .immediate(offline: .queue))

    /// Bytes that differ from place to place.
    static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
    }

    private static func start(
        _ host: EngineHost, _ folder: String?, _ bell: OrderBell, _ times: CommitTimes, _ faults: DeliveryFaults
    ) async throws {
        try await withCheckedThrowingContinuation { (ready: CheckedContinuation<Void, any Error>) in
            host.start(
                {
                    let clock = WallClock()
                    let log: any FactLog =
                        if let folder {
                            try SQLiteJournal.open(directory: folder, fleet: Self.tenant, mode: .readWrite)
                        } else { MemoryLog() }
                    var loop = try EngineLoop(
                        log: TimedLog(log, times), link: bell, now: clock.now, steadyTime: clock.steadyTime)
                    loop.deliveryFaults = faults
                    return WallClockDriver(loop: loop, clock: clock)
                }, ready: { ready.resume(with: $0) })
        }
    }

    // MARK: - What an operator does

    /// Carries out commands, and expects that none is refused.
    func command(_ commands: Command...) async throws {
        for command in commands {
            let ticket = try #require(seat.submit(command, reason: ""))
            let reply = try await eventually { self.seat.takeNews().replies.first { $0.ticket == ticket } }
            #expect(reply.refusal == nil)
        }
    }

    /// A view of the engine.
    /// - Parameters:
    ///   - update: The update in focus.
    ///   - detail: The device to show in detail.
    func view(of update: String = update.id, detail: String? = nil) async throws -> FleetView {
        var query = ViewQuery()
        query.update = update
        query.detail = detail
        query.eventCount = 0
        // One that differs from the last is answered at once.
        query.deviceRows = RowRange(offset: 0, count: Int.random(in: 1...1000))
        let asked = query
        _ = seat.takeNews()
        seat.ask(asked)
        return try await eventually { self.seat.takeNews().view.flatMap { $0.query == asked ? $0 : nil } }
    }

    // MARK: - What a device does

    func connect(reads: Bool = true, from address: String? = nil) async throws -> RawConnection {
        try await RawConnection.open(running.port, reads: reads, from: address)
    }

    /// A device's own token.
    func token(_ device: String) throws -> String { try #require(tokens[device]) }

    /// A request, as text.
    /// - Parameters:
    ///   - path: Behind the device's base; one that begins with a slash is taken as it is.
    ///   - proof: The `Authorization` field; nil: the fleet's token; empty: none.
    func request(
        _ method: String, _ device: String, _ path: String = "", proof: String? = nil,
        headers: [String] = [], body: String? = nil
    ) -> String {
        let target =
            path.hasPrefix("/") ? path : "/\(Self.tenant)/controller/v1/\(device)" + (path.isEmpty ? "" : "/\(path)")
        var lines = ["\(method) \(target) HTTP/1.1", "Host: gateway"]
        let proof = proof ?? "GatewayToken \(fleetToken)"
        if !proof.isEmpty { lines.append("Authorization: \(proof)") }
        lines += headers
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }

    /// Sends one request on a connection of its own.
    func ask(
        _ method: String, _ device: String, _ path: String = "", proof: String? = nil,
        headers: [String] = [], body: String? = nil
    ) async throws -> Reply {
        let connection = try await connect()
        let reply = try await connection.ask(
            request(method, device, path, proof: proof, headers: headers, body: body), hasBody: method != "HEAD")
        await connection.close()
        return reply
    }

    /// Starts the update, and gives the action that a device is offered.
    func offer(_ device: String = "device-1") async throws -> UInt32 {
        try await command(.start(update: Self.update.id))
        return try await action(device)
    }

    /// The action that a device is offered.
    func action(_ device: String) async throws -> UInt32 {
        try #require(try await ask("GET", device).action("deploymentBase"))
    }

    /// The path of an action's file.
    func file(_ action: UInt32) -> String { "softwaremodules/\(action)/artifacts/\(Self.fileName)" }

    /// The body of a feedback.
    static func feedback(_ execution: String, _ finished: String = "none", id: String = "\"1\"") -> String {
        #"{"id":\#(id),"time":"20261123T152732","status":{"execution":"\#(execution)","#
            + #""result":{"finished":"\#(finished)"},"details":[]}}"#
    }
}

/// Waits for a condition, at most a minute.
func eventually<Found: Sendable>(
    within limit: Duration = .seconds(60), _ look: @Sendable () async throws -> Found?
) async throws -> Found {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let found = try await look() { return found }
        try await Task.sleep(for: .milliseconds(2))
    }
    throw NeverCame()
}

/// What was waited for did not come.
struct NeverCame: Error {}

/// Waits until something holds.
func eventuallyHolds(within limit: Duration = .seconds(60), _ look: @Sendable () async throws -> Bool) async throws {
    _ = try await eventually(within: limit) { try await look() ? true : nil }
}

extension GatewayLimits {
    /// For as many requests as a test makes: none is sent away, and each has the usual time.
    static var withoutRates: GatewayLimits {
        var limits = GatewayLimits()
        let rate = TokenRate(perSecond: 1e6, burst: 1e6)
        (limits.requests, limits.feedback, limits.failures) = (rate, rate, rate)
        limits.descriptions = rate
        return limits
    }
}
