import FleetCore
import Foundation
import Synchronization
import Testing

@testable import EngineSocket

/// An engine that goes on in another process, or is gone before it has answered.
@Suite(.timeLimit(.minutes(10)))
struct HandedOverTests {
    /// Who comes while nobody listens waits, and goes to the engine that goes on: one who stops it too.
    @Test func whoComesMeanwhileGoesToTheNext() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let former = try #require(engine.server)
        former.stop(isHandedOver: true)
        let place = SocketPlace(directory: engine.directory)
        let waiting = EngineWaiting(EnginePatience(), atMost: .seconds(60))
        let line = try #require(try EngineSocketClient.Line(to: place, waiting))
        try engine.listen()
        former.release()
        let request = EngineRequest(.stop, "")
        let reply: EngineSocketClient.Reply<EngineResponse> = try line.exchange(request, atMost: 1 << 14, waiting)
        guard case .answer(let response) = reply else {
            Issue.record("there was no answer: \(reply)")
            return
        }
        #expect(response.isFull == true && response.isHandedOver == true && response.outcome == .failed)
        // The socket that is there now is the next engine's, and nothing was removed.
        #expect(try EngineSocketClient.send(request, to: engine.directory)?.outcome == .done)
        #expect(engine.isToStop && engine.origins.count == 1)
    }

    /// One that ends for good sends those who wait away at once, and they are not told that nobody knows.
    @Test func whoComesAtTheEndIsToldThatNothingWasRead() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let place = SocketPlace(directory: engine.directory)
        let waiting = EngineWaiting(EnginePatience(), atMost: .seconds(60))
        // Taken, and nothing said yet.
        let line = try #require(try EngineSocketClient.Line(to: place, waiting))
        engine.stopListening()
        let reply: EngineSocketClient.Reply<EngineResponse> = try line.exchange(
            EngineRequest(.stop, ""), atMost: 1 << 14, waiting)
        guard case .answer(let response) = reply else {
            Issue.record("there was no answer: \(reply)")
            return
        }
        #expect(response.isFull == true && response.isHandedOver == nil && response.message == "the engine has ended")
        #expect(!engine.isToStop)
    }

    /// Listens once, reads a request, and is gone without an answer.
    private func vanishAfterReading(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let listener = try SocketPlace.makeSocket()
        let bound = try SocketPlace(directory: directory).withAddress { bind(listener, $0, $1) }
        #expect(bound.result == 0 && listen(listener, 8) == 0)
        let thread = Thread {
            let connection = accept(listener, nil, nil)
            _ = try? LineChannel(descriptor: connection).readLine(atMost: 1 << 16, within: .seconds(60))
            // In this order nobody finds it again, as when a process is killed.
            close(listener)
            close(connection)
        }
        thread.start()
        try body(directory)
    }

    /// Who cannot start the next engine waits for it; if none comes, nobody knows what came of the command, which has a key.
    @Test func aCommandThatNobodyAnsweredIsNotLost() throws {
        let request = EngineRequest(.pause, "x"), key = try #require(request.key)
        try vanishAfterReading { directory in
            let error = #expect(throws: EngineSocketError.self) {
                try EngineSocketClient.send(request, to: directory, period: .seconds(1), awaitsNext: true)
            }
            #expect(error?.message.contains("it is not known whether `pause` was carried out") == true)
            #expect(error?.remedy.hasSuffix(key) == true)
        }
        // Who can, carries it out.
        try vanishAfterReading { directory in
            let answer = try EngineSocketClient.send(request, to: directory, period: .seconds(60))
            #expect(answer == nil)
        }
    }

    /// What is known of one engine is not known of the next.
    @Test func anotherEngineThanTheOneThatIsMeantIsSentNothing() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let request = EngineRequest(.pause, "x")
        let error = #expect(throws: EngineSocketError.self) {
            try EngineSocketClient.send(request, to: engine.directory, process: Int(getppid()))
        }
        #expect(error?.isGone == true && error?.message == "the engine has ended, and another one runs")
        #expect(engine.origins.isEmpty)
        let answer = try EngineSocketClient.send(request, to: engine.directory, process: Int(getpid()))
        #expect(answer?.outcome == .refused && engine.origins.count == 1)
    }

    /// Who cannot start the next engine waits for that with a question too, and is told so.
    @Test func aQuestionWaitsForTheNextEngine() throws {
        try vanishAfterReading { directory in
            let causes = Mutex<[EngineWait.Cause]>([])
            var patience = EnginePatience(room: .seconds(2)) { wait in causes.withLock { $0.append(wait.cause) } }
            patience.notice = .milliseconds(500)
            let error = #expect(throws: EngineSocketError.self) {
                try EngineSocketClient.held("x", in: directory, patience: patience, awaitsNext: true)
            }
            #expect(error?.isGone == true && causes.withLock { $0.last } == .gone)
        }
        // One that nobody was there to answer is not waited for.
        let nowhere = FileManager.default.temporaryDirectory.path()
        #expect(try EngineSocketClient.held("x", in: nowhere, awaitsNext: true) == nil)
    }

    /// Where no engine was there at all, that is said at once, and not after a minute.
    @Test func whereNobodyWasNobodyWaits() throws {
        let directory = FileManager.default.temporaryDirectory.path()
        let start = ContinuousClock.now
        #expect(try EngineSocketClient.send(EngineRequest(.pause, "x"), to: directory, awaitsNext: true) == nil)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    /// A question that changes nothing is asked again, and says that the engine is gone.
    @Test func aQuestionSaysThatTheEngineIsGone() throws {
        try vanishAfterReading { directory in
            let error = #expect(throws: EngineSocketError.self) { try EngineSocketClient.status(in: directory) }
            #expect(error?.isGone == true && error?.message == "the engine has ended before it answered")
        }
    }
}
