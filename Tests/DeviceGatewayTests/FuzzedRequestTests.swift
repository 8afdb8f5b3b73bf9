import Foundation
import Testing

@testable import DeviceGateway

/// Requests and bodies that no client sends, by a fixed seed, to `muster serve` as a process, so that what is measured is
/// its memory alone: `MUSTER_FUZZED_REQUESTS=1000000` for a long run by hand.
@Suite struct FuzzedRequestTests {
    /// Clients at once: some requests claim bodies that never come, and each of those waits until it is cut.
    private static let clients = 64
    private static let tills = 300
    /// What the program may take more at the end than after the first tenth, in MiB.
    private static let mostGrowth = 32

    @Test func theGatewaySurvivesThemAll() async throws {
        let count = scale("MUSTER_FUZZED_REQUESTS", 10_000)
        let seed = UInt64(scale("MUSTER_FUZZ_SEED", 1))
        let fleet = try TillFleet(count: Self.tills)
        let service = try ServeProcess(fleet: fleet)
        let gateway = Gateway(port: try await service.port(), seeds: try await Self.seeds(fleet, service))
        let process = service.process.processIdentifier
        // The first tenth fills what is kept.
        var outcome = await Self.run(gateway, seed &* 1000, count / 10)
        let memory = residentMemory(of: process), began = ContinuousClock.now
        outcome.add(await Self.run(gateway, seed &* 1000 + 500, count - count / 10))
        let grown = residentMemory(of: process) - memory
        print(
            "\(count) fuzzed requests in \(ContinuousClock.now - began): \(outcome);",
            "memory grew by \(grown) from \(memory) MiB")
        #expect(outcome.statuses[500] == nil)
        for status in [200, 400, 401, 404] { #expect(outcome.statuses[status] ?? 0 > 0, "\(status)") }
        #expect(outcome.silent == 0 && outcome.unconnected == 0, "\(outcome.samples)")
        #expect(memory > 0 && grown < Self.mostGrowth)
        let connection = try await RawConnection.open(gateway.port)
        #expect(try await connection.ask("GET /health HTTP/1.1\r\nHost: g\r\n\r\n").status == 200)
        let counts = try fleet.counts()
        #expect(counts.values.reduce(0, +) == Self.tills, "\(counts)")
        kill(process, SIGTERM)
        #expect(try await service.end() == 0)
    }

    /// Where requests go, and what they are made of.
    private struct Gateway {
        var port: Int
        /// Of each till, what it could well ask.
        var seeds: [[WellFormedRequest]]
    }

    private static func run(_ gateway: Gateway, _ seed: UInt64, _ count: Int) async -> FuzzOutcome {
        await withTaskGroup(of: FuzzOutcome.self) { group in
            for client in 0..<clients {
                group.addTask {
                    var random = FuzzRandom(seed: seed &+ UInt64(client)), outcome = FuzzOutcome()
                    for _ in 0..<count / clients {
                        let bytes = random.one(of: random.one(of: gateway.seeds)).fuzzed(&random)
                        // Few enough addresses that some are told to come later.
                        await send(bytes, to: gateway.port, from: "127.1.0.\(1 + random.place(200))", &outcome)
                    }
                    return outcome
                }
            }
            return await group.reduce(into: FuzzOutcome()) { $0.add($1) }
        }
    }

    private static func send(_ bytes: [UInt8], to port: Int, from address: String, _ outcome: inout FuzzOutcome) async {
        // What is no whole request is followed by what ends it, and the connection with it.
        let end = Array("\r\n\r\nGET /health HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n".utf8)
        do {
            let connection = try await RawConnection.open(port, from: address)
            do {
                try await connection.send(bytes + end)
                outcome.statuses[try await connection.reply().status, default: 0] += 1
            } catch RawConnection.Failure.late {
                outcome.silent += 1
                outcome.sample("silent: " + String(decoding: bytes, as: UTF8.self).debugDescription)
            } catch {
                outcome.closed += 1
            }
            await connection.close()
        } catch {
            outcome.unconnected += 1
            outcome.sample("not connected: \(error)")
        }
    }

    /// Every kind of request of each till, with the action that it is offered.
    private static func seeds(_ fleet: TillFleet, _ service: ServeProcess) async throws -> [[WellFormedRequest]] {
        let connection = try await RawConnection.open(try await service.port())
        var result: [[WellFormedRequest]] = []
        for till in fleet.tills {
            let base = fleet.base(till), proof = "Authorization: \(try fleet.proof())"
            let poll = WellFormedRequest("GET", base, [proof])
            let reply = try await connection.ask(String(decoding: poll.bytes, as: UTF8.self))
            let action = try #require(reply.action("deploymentBase"), "\(till) is offered nothing")
            let deployment = "\(base)/deploymentBase/\(action)"
            let file = "\(base)/softwaremodules/\(action)/artifacts/firmware.swu"
            result.append([
                poll, WellFormedRequest("GET", base, [proof, "Prefer: wait=0"]),
                WellFormedRequest(
                    "PUT", base + "/configData", [proof], #"{"mode":"merge","data":{"firmware":"1.0.0","a":"b"}}"#),
                WellFormedRequest("GET", deployment + "?c=1", [proof]),
                WellFormedRequest("POST", deployment + "/feedback", [proof], GatewayFixture.feedback("proceeding")),
                WellFormedRequest(
                    "POST", "\(base)/cancelAction/\(action)/feedback", [proof], GatewayFixture.feedback("closed")),
                WellFormedRequest("GET", file, [proof, "Range: bytes=0-99", "If-Range: \"x\""]),
                WellFormedRequest("HEAD", file, [proof]), WellFormedRequest("GET", file + ".MD5SUM", [proof]),
                WellFormedRequest("GET", "/metrics"), WellFormedRequest("GET", "/health"),
            ])
        }
        await connection.close()
        return result
    }
}

/// A request as a client would write it.
private struct WellFormedRequest {
    private var method: String
    private var target: [UInt8]
    /// Lines of the header, without their ends.
    private var fields: [[UInt8]]
    private var body: [UInt8]?

    init(_ method: String, _ target: String, _ fields: [String] = [], _ body: String? = nil) {
        self.method = method
        self.target = Array(target.utf8)
        self.fields = ["Host: g"].map { Array($0.utf8) } + fields.map { Array($0.utf8) }
        self.body = body.map { Array($0.utf8) }
    }

    var bytes: [UInt8] {
        let length = body.map { [Array("Content-Length: \($0.count)".utf8)] } ?? []
        let lines = [Array("\(method) ".utf8) + target + Array(" HTTP/1.1".utf8)] + fields + length + [[]]
        return lines.flatMap { $0 + Array("\r\n".utf8) } + (body ?? [])
    }

    /// The request changed anywhere; or in its body, its target's end or one field, while all around it is right, so that
    /// the change gets past the reader of HTTP.
    func fuzzed(_ random: inout FuzzRandom) -> [UInt8] {
        let kind = random.place(3)
        if kind == 0 { return random.mutated(bytes) }
        var changed = self
        if kind == 1, let body {
            changed.body = random.mutated(body)
        } else if let place = [nil, 0, 1, 2][random.place(4)], place < fields.count {
            changed.fields[place] = Self.line(random.mutated(fields[place]))
        } else {
            let end = (target.lastIndex(of: UInt8(ascii: "/")) ?? 0) + 1
            changed.target = target[..<end] + Self.line(random.mutated(Array(target[end...])))
        }
        return changed.bytes
    }

    /// Without what would end the line.
    private static func line(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 != 10 && $0 != 13 && $0 != 0 } }
}

/// How fuzzed requests were answered.
private struct FuzzOutcome: CustomStringConvertible {
    var statuses: [Int: Int] = [:]
    /// Requests at which the connection was closed, those at which nothing happened, and connections that did not come
    /// about.
    var closed = 0, silent = 0, unconnected = 0
    /// Some of what went wrong.
    var samples: [String] = []
    private static let mostSamples = 5

    mutating func sample(_ text: String) { if samples.count < Self.mostSamples { samples.append(text) } }

    mutating func add(_ other: FuzzOutcome) {
        statuses.merge(other.statuses, uniquingKeysWith: +)
        closed += other.closed
        silent += other.silent
        unconnected += other.unconnected
        other.samples.forEach { sample($0) }
    }

    var description: String {
        let statuses = statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        return "\(statuses), closed \(closed), silent \(silent), not connected \(unconnected)"
    }
}

/// SplitMix64, so that a run can be repeated.
private struct FuzzRandom {
    private var state: UInt64
    private static let words = [
        "\r\n", "\r\n\r\n", "%00", "%2f..%2f", "Transfer-Encoding: chunked\r\n", "Content-Length: 99999999999\r\n",
        "Content-Length: -1\r\n", "Expect: 100-continue\r\n", "Range: bytes=-", "[[[[[[[[[[", "{\"a\":", "\u{1b}[2J",
        "\u{202e}", "9223372036854775808", "HTTP/9.9", "HTTP/1.0", " ", "\0", "://", "?#;", "Connection: close\r\n",
        "Upgrade: h2c\r\n", "Prefer: wait=1\r\n", "ffffffffffffffff\r\n",
    ].map { Array($0.utf8) }

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number from 0 and less than this.
    mutating func place(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }

    mutating func one<Element>(of all: [Element]) -> Element { all[place(all.count)] }

    /// The bytes with one to eight changes: bits, runs, words of the protocol, cuts and repetitions.
    mutating func mutated(_ seed: [UInt8]) -> [UInt8] {
        var bytes = seed
        for _ in 0...place(8) {
            let at = place(bytes.count)
            switch place(6) {
            case 0: if !bytes.isEmpty { bytes[at] ^= UInt8(1 << place(8)) }
            case 1: if !bytes.isEmpty { bytes[at] = UInt8(truncatingIfNeeded: next()) }
            case 2: bytes.insert(contentsOf: Self.words[place(Self.words.count)], at: at)
            case 3: bytes.removeSubrange(at..<min(bytes.count, at + place(16)))
            case 4: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + place(64))], at: at)
            default:
                bytes.insert(contentsOf: Array(repeating: UInt8(truncatingIfNeeded: next()), count: place(300)), at: at)
            }
        }
        return bytes
    }
}
