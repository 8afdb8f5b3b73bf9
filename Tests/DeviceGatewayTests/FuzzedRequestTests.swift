import FleetCore
import Foundation
import Testing

/// Requests and bodies that no client sends, by a fixed seed: `MUSTER_FUZZED_REQUESTS=1000000` for a long run by hand.
@Suite struct FuzzedRequestTests {
    /// Clients at once: many requests claim bodies that never come, and each of those waits until it is cut.
    private static let clients = 64

    @Test func theGatewaySurvivesThemAll() async throws {
        let count = scale("MUSTER_FUZZED_REQUESTS", 10_000)
        let seed = UInt64(scale("MUSTER_FUZZ_SEED", 1))
        let fixture = try await GatewayFixture(isDurable: false, limits: .forFuzzing)
        try await fixture.command(.start(update: GatewayFixture.update.id))
        let seeds = Self.seeds(fixture, try await Self.patiently { try await fixture.action("device-1") })
        // The first tenth fills what is kept.
        var outcome = await Self.run(fixture, seeds, seed &* 1000, count / 10)
        let memory = residentMemory(), began = ContinuousClock.now
        outcome.add(await Self.run(fixture, seeds, seed &* 1000 + 500, count - count / 10))
        let grown = residentMemory() - memory
        print("\(count) fuzzed requests in \(ContinuousClock.now - began): \(outcome); memory grew by \(grown) MiB")
        #expect(outcome.statuses[500] == nil)
        #expect(outcome.statuses[200] ?? 0 > 0 && outcome.statuses[400] ?? 0 > 0)
        #expect(outcome.silent == 0 && outcome.unconnected == 0, "\(outcome.samples)")
        #expect(try await Self.patiently { try await fixture.ask("GET", "device-1").status } == 200)
        let tally = try await fixture.view().update?.summary.tally
        #expect(tally?.total == 3 && fixture.host.failure == nil)
        #expect(grown < 200)
        await fixture.end()
    }

    /// Asks again, a bounded number of times, when the connection was closed: a request may take a second here and no more,
    /// and beside other tests a client may come to its turn later than that.
    private static func patiently<Answer>(_ ask: () async throws -> Answer) async throws -> Answer {
        for _ in 0..<30 {
            do { return try await ask() } catch RawConnection.Failure.closed {}
        }
        return try await ask()
    }

    private static func run(_ fixture: GatewayFixture, _ seeds: [[UInt8]], _ seed: UInt64, _ count: Int) async
        -> FuzzOutcome
    {
        await withTaskGroup(of: FuzzOutcome.self) { group in
            for client in 0..<clients {
                group.addTask {
                    var random = FuzzRandom(seed: seed &+ UInt64(client)), outcome = FuzzOutcome()
                    for _ in 0..<count / clients {
                        let bytes = random.mutated(seeds[Int(random.next() % UInt64(seeds.count))])
                        await send(bytes, to: fixture, &outcome)
                    }
                    return outcome
                }
            }
            return await group.reduce(into: FuzzOutcome()) { $0.add($1) }
        }
    }

    private static func send(_ bytes: [UInt8], to fixture: GatewayFixture, _ outcome: inout FuzzOutcome) async {
        // What is no whole request is followed by what ends it, and the connection with it.
        let end = Array("\r\n\r\nGET /health HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n".utf8)
        do {
            let connection = try await fixture.connect()
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

    private static func seeds(_ fixture: GatewayFixture, _ action: UInt32) -> [[UInt8]] {
        let feedback = "deploymentBase/\(action)/feedback"
        return [
            fixture.request("GET", "device-1"), fixture.request("GET", "device-2", headers: ["Prefer: wait=0"]),
            fixture.request("PUT", "device-1", "configData", body: #"{"data":{"firmware":"1.0.0","a":"b"}}"#),
            fixture.request("GET", "device-1", "deploymentBase/\(action)?c=1"),
            fixture.request("POST", "device-1", feedback, body: GatewayFixture.feedback("proceeding")),
            fixture.request("POST", "device-1", "cancelAction/7/feedback", body: GatewayFixture.feedback("closed")),
            fixture.request(
                "GET", "device-1", fixture.file(action), headers: ["Range: bytes=0-99", "If-Range: \"x\""]),
            fixture.request("HEAD", "device-1", fixture.file(action)),
            fixture.request("GET", "", "/metrics"), fixture.request("GET", "", "/health"),
        ].map { Array($0.utf8) }
    }
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

    private mutating func place(_ count: Int) -> Int { Int(next() % UInt64(max(1, count))) }

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
