import AsyncHTTPClient
import DeviceGateway
import FleetCore
import FleetEngine
import FleetJournal
import Foundation
import Logging
import NIOCore
import Testing

@testable import OperatorAPI

/// An engine on a journal of its own with the API before it, on loopback.
final class APIFixture: Sendable {
    static let fleet = "shop"

    let folder: String
    let host: EngineHost
    let running: RunningGateway
    /// Whether the folder goes with it.
    private let ownsFolder: Bool
    /// A token of each role.
    let tokens: [Role: String]

    var url: String { "http://127.0.0.1:\(running.port)" }

    /// - Parameters:
    ///   - folder: The state folder of a fixture that has ended; nil: a new fleet.
    init(limits: APILimits = APILimits(), goingOnIn former: APIFixture? = nil) async throws {
        let folder = former?.folder ?? NSTemporaryDirectory() + "api-" + UUID().uuidString
        self.folder = folder
        ownsFolder = former == nil
        host = EngineHost()
        host.identify(EngineIdentity(user: "kim", process: 1))
        try await Self.start(host, folder)
        var tokens = former?.tokens ?? [:]
        if former == nil {
            for role in Role.allCases {
                tokens[role] = try APITokenFile.issue(APIToken(name: "\(role)-1", role: role), directory: folder)
            }
        }
        self.tokens = tokens
        running = try await OperatorAPI(
            OperatorAPI.Address(host: "127.0.0.1", port: 0), host: host,
            history: JournalHistory(directory: folder, fleet: Self.fleet), tokens: APITokenFile(directory: folder),
            logger: Logger(label: "api") { _ in SwiftLogNoOpLogHandler() }, limits: limits
        ).start()
        guard former == nil else { return }
        for command in Self.beginning { #expect(try await give(command) == nil) }
    }

    private static func start(_ host: EngineHost, _ folder: String) async throws {
        try await withCheckedThrowingContinuation { continuation in
            host.start {
                let journal = try SQLiteJournal.open(directory: folder, fleet: fleet, mode: .readWrite)
                let clock = FixtureClock()
                return WallClockDriver(
                    loop: try EngineLoop(
                        log: journal, link: NoDeviceLink(), now: clock.now, steadyTime: clock.steadyTime),
                    clock: clock)
            } ready: {
                continuation.resume(with: $0)
            }
        }
    }

    private static var beginning: [Command] {
        let settings = FleetSettings(name: fleet)
        let records = (1...12).map { number in
            DeviceRecord(
                id: "till-\(number)", name: "Till \(number)", address: "", site: "site-\(number % 4)",
                region: number % 2 == 0 ? "north" : "south", location: "", tags: [Tag("model", "x\(number % 3)")],
                firmware: Version(1, 0, 0), status: .online)
        }
        return [
            .configure(settings), .addReleases([Release(version: Version(2, 0, 0), notes: "the second")]),
            .register(records),
        ] + ["night", "day", "late"].map { .draft(update($0)) }
    }

    private static func update(_ id: String) -> UpdateDefinition {
        UpdateDefinition(
            id: id, title: "Update \(id)", release: Version(2, 0, 0), selector: .all,
            strategy: .immediate(offline: .queue))
    }

    /// Lends a fixture to a test.
    static func with(
        limits: APILimits = APILimits(), goingOnIn former: APIFixture? = nil,
        _ body: (APIFixture) async throws -> Void
    ) async throws {
        let fixture = try await APIFixture(limits: limits, goingOnIn: former)
        do { try await body(fixture) } catch {
            await fixture.end()
            throw error
        }
        await fixture.end()
    }

    /// Ends the engine and the server; the folder stays for a next one.
    func end() async {
        await running.drain()
        host.stop()
    }

    deinit { if ownsFolder { try? FileManager.default.removeItem(atPath: folder) } }

    /// Has somebody else give a command; gives why it was refused.
    @discardableResult
    func give(_ command: Command, as name: String = "kim") async throws -> Refusal? {
        await withCheckedContinuation { continuation in
            let isTaken = host.submit(command, Origin(operatorName: name, source: "test", user: name)) {
                continuation.resume(returning: $0.refusal)
            }
            if !isTaken { continuation.resume(returning: Refusal("not taken", remedy: "")) }
        }
    }

    /// Has a device say something; gives what it is to do.
    @discardableResult
    func call(_ device: String, _ body: Report.Body, generation: UInt32? = nil) async -> DeviceAnswer.Work? {
        await withCheckedContinuation { continuation in
            let call = DeviceCall(device: device, reports: [DeviceCall.Body(generation: generation, body)])
            if !host.call(call, completion: { continuation.resume(returning: $0.answer?.work) }) {
                continuation.resume(returning: nil)
            }
        }
    }

    /// What stands in the journal.
    func facts() throws -> [Fact] {
        try JournalHistory(directory: folder, fleet: Self.fleet).piece(after: 0, atMost: 100_000).facts
    }

    /// The commands that came by the API: verb, object, and whether they were accepted.
    func commands() throws -> [String] {
        try facts().compactMap { fact in
            switch fact.event {
            case .commandAccepted(let record) where record.origin.source == "api":
                "\(record.origin.operatorName): \(record.verb) \(record.object)"
            case .commandRefused(let record, _) where record.origin.source == "api":
                "\(record.origin.operatorName): \(record.verb) \(record.object) refused"
            default: nil
            }
        }
    }
}

/// The machine's clocks.
private final class FixtureClock: EngineClock {
    private let begin = ContinuousClock.now

    var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    var steadyTime: Duration { ContinuousClock.now - begin }
}

/// An answer of the API.
struct APIAnswer {
    let status: Int
    let headers: [String: String]
    let bytes: [UInt8]

    /// The answer as a JSON object.
    var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] ?? [:]
    }

    func text(_ name: String) -> String? { object[name] as? String }
    func number(_ name: String) -> Int? { object[name] as? Int }
    func list(_ name: String) -> [[String: Any]] { object[name] as? [[String: Any]] ?? [] }
}

extension APIFixture {
    /// Asks for something.
    /// - Parameters:
    ///   - path: What stands behind `/api/v1`.
    ///   - role: With whose token; nil: with none.
    ///   - json: The body; nil: there is none.
    func ask(
        _ method: String, _ path: String, as role: Role? = .admin, json: String? = nil, headers: [String: String] = [:]
    ) async throws -> APIAnswer {
        var request = HTTPClientRequest(url: "\(url)/api/v1\(path)")
        request.method = .RAW(value: method)
        if let role, let token = tokens[role] { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let json {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: json))
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        let body = try await response.body.collect(upTo: 64 << 20)
        return APIAnswer(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
            bytes: Array(buffer: body))
    }

    func get(_ path: String, as role: Role? = .viewer) async throws -> APIAnswer {
        try await ask("GET", path, as: role)
    }

    func post(
        _ path: String, as role: Role? = .operator, _ json: String? = nil, headers: [String: String] = [:]
    ) async throws -> APIAnswer {
        try await ask("POST", path, as: role, json: json, headers: headers)
    }
}
