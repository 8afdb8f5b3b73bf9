import EngineSocket
import FleetCore
import Foundation
import Synchronization
import TerminalTesting
import Testing

/// A thousand commands, each sent twice and more, over lines that are cut, to an engine that is killed: each is carried out
/// once, and answered the same each time.
@Suite(.timeLimit(.minutes(10)))
struct CutLineTests {
    private static let commands = 1000
    private static let senders = 8
    /// The commands before which the engine is killed.
    private static let kills: Set<Int> = [120, 330, 540, 760, 930]
    private static let update = "critical-patch-2.4.1"

    /// `MUSTER_CUT_SEED` repeats where lines are cut.
    private static var seed: UInt64 {
        ProcessInfo.processInfo.environment["MUSTER_CUT_SEED"].flatMap { UInt64($0) } ?? 5
    }

    /// An engine that is killed and started again; whoever finds it dead waits for the next.
    private final class MortalEngine: Sendable {
        private struct Run: @unchecked Sendable { var serve: ServeRun }
        private let run: Mutex<Run>

        init(_ scratch: ScratchFleet) throws { run = Mutex(Run(serve: try ServeRun(scratch))) }

        func killAndStart() throws {
            try run.withLock { run in
                run.serve.signal(SIGKILL)
                _ = run.serve.stop()
                run = Run(serve: try ServeRun(run.serve.scratch))
            }
        }

        func stop() -> Int32 { run.withLock { $0.serve.stop() } }
    }

    @Test func eachIsCarriedOutOnce() throws {
        let scratch = try ScratchFleet()
        let engine = try MortalEngine(scratch)
        #expect(try MusterRun(["update", "start", scratch.fleet, Self.update], scratch).code == 0)
        let proxy = try CuttingProxy("\(scratch.root)/proxy", to: scratch.state, seed: Self.seed)
        defer { proxy.stop() }
        let requests = (0..<Self.commands).map(Self.request)
        let next = Mutex(0), answers = Mutex<[String: [EngineResponse]]>([:]), problems = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: Self.senders) { _ in
            while let number = next.withLock({ Self.take(&$0) }) {
                do {
                    if Self.kills.contains(number) { try engine.killAndStart() }
                    let both = try Self.sendTwice(requests[number], to: proxy.directory, atOnce: number % 10 == 7)
                    answers.withLock { $0[requests[number].key ?? ""] = both }
                } catch {
                    problems.withLock { $0.append("\(number): \(error)") }
                }
            }
        }
        #expect(problems.withLock { $0 } == [])
        #expect(proxy.cuts > Self.commands, "\(proxy.cuts) lines were cut")
        #expect(engine.stop() == 0)
        try expectEachOnce(requests, answers.withLock { $0 }, Audit(scratch).facts)
        print("cut lines: \(proxy.cuts) cut, \(Self.kills.count) engines killed, seed \(Self.seed)")
    }

    private static func take(_ next: inout Int) -> Int? {
        guard next < commands else { return nil }
        defer { next += 1 }
        return next
    }

    /// New devices, tokens, an update that is held and goes on, devices that leave, and updates that are not there.
    private static func request(_ number: Int) -> EngineRequest {
        switch number % 5 {
        case 0, 1:
            let id = "cut-\(number)"
            return EngineRequest(.register, id, device: DeviceForm(id: id, firmware: "1.0.0"))
        case 2: return EngineRequest(.issueToken, "", reason: "command \(number)")
        case 3: return EngineRequest(number % 2 == 0 ? .pause : .resume, number % 7 == 0 ? "nothing" : update)
        default: return EngineRequest(.decommission, "cut-\(number - 4)")
        }
    }

    private static func sendTwice(
        _ request: EngineRequest, to directory: String, atOnce: Bool
    ) throws -> [EngineResponse] {
        guard atOnce else { return try (0..<2).map { _ in try send(request, to: directory) } }
        let answers = Mutex<[Result<EngineResponse, any Error>]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            let answer = Result { try send(request, to: directory) }
            answers.withLock { $0.append(answer) }
        }
        return try answers.withLock { $0 }.map { try $0.get() }
    }

    /// Until it is decided: an engine that has no room says so.
    private static func send(_ request: EngineRequest, to directory: String) throws -> EngineResponse {
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            if let answer = try EngineSocketClient.send(request, to: directory), answer.outcome != .failed {
                return answer
            }
        }
        throw ScratchFleet.Failure(description: "`\(request.command)` was not decided in time")
    }

    private func expectEachOnce(
        _ requests: [EngineRequest], _ answers: [String: [EngineResponse]], _ facts: [Fact]
    ) throws {
        var written: [String: [EngineResponse]] = [:]
        for fact in facts {
            switch fact.event {
            case .commandAccepted(let record): note(record, nil, &written)
            case .commandRefused(let record, let refusal): note(record, refusal, &written)
            default: break
            }
        }
        for request in requests {
            let key = try #require(request.key)
            let known = try #require(written[key], "\(request.command) \(request.object) is not in the journal")
            #expect(known.count == 1, "\(request.command) \(request.object)")
            #expect(answers[key] == [known[0], known[0]], "\(request.command) \(request.object)")
        }
        let outcomes = Set(answers.values.compactMap(\.first?.outcome))
        #expect(outcomes == [.done, .refused])
        let registered = facts.compactMap {
            if case .deviceRegistered(let record) = $0.event { record.id } else { nil }
        }
        #expect(Set(registered).count == registered.count)
    }

    private func note(_ record: CommandRecord, _ refusal: Refusal?, _ written: inout [String: [EngineResponse]]) {
        guard let key = record.origin.key else { return }
        written[key.description, default: []].append(EngineResponse(refusal: refusal))
    }
}
