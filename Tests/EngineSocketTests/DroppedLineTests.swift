import Foundation
import Synchronization
import Testing

@testable import EngineSocket

/// What is asked again, and how often, where an engine cuts lines or says what nobody understands.
@Suite(.timeLimit(.minutes(10)))
struct DroppedLineTests {
    /// Reads a line of each connection, answers the same bytes to all, and cuts it.
    private final class Answerer: Sendable {
        let directory: String
        private let listener: Int32
        private let answer: [UInt8]
        private let counted = Mutex(0)

        init(_ answer: [UInt8]) throws {
            self.answer = answer
            directory = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path()
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            listener = try SocketPlace.makeSocket()
            let bound = try SocketPlace(directory: directory).withAddress { [listener] in bind(listener, $0, $1) }
            #expect(bound.result == 0 && listen(listener, 8) == 0)
            let thread = Thread { [self] in answerAll() }
            thread.start()
        }

        /// Lines that were read so far.
        var count: Int { counted.withLock { $0 } }

        func stop() {
            _ = shutdown(listener, Int32(SHUT_RDWR))
            try? FileManager.default.removeItem(atPath: directory)
        }

        private func answerAll() {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                if (try? LineChannel(descriptor: connection).readLine(atMost: 1 << 16, within: .seconds(20))) != nil {
                    counted.withLock { $0 += 1 }
                }
                var sent = 0
                while sent < answer.count {
                    let count = answer[sent...].withUnsafeBytes {
                        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { break }
                    sent += count
                }
                _ = close(connection)
            }
            _ = close(listener)
        }
    }

    /// One of another version would answer the same again.
    @Test(arguments: ["{}\n", "what?\n", "no end"]) func whatCannotBeReadIsNotAskedForAgain(answer: String) throws {
        let isLong = answer == "no end"
        let engine = try Answerer(
            isLong ? Array(repeating: UInt8(ascii: " "), count: LookResponse.maximumLength + 8192) : Array(answer.utf8))
        defer { engine.stop() }
        let says = "the engine (pid \(getpid())) has given an answer that cannot be read"
        let looked = #expect(throws: EngineSocketError.self) { try EngineSocketClient.status(in: engine.directory) }
        #expect(looked?.message == says && looked?.remedy == "use the `muster` that runs the engine")
        #expect(looked?.isUnreadable == true && looked?.isGone == false)
        #expect(engine.count == 1)
        let request = EngineRequest(.pause, "x"), key = try #require(request.key)
        let sent = #expect(throws: EngineSocketError.self) {
            try EngineSocketClient.send(request, to: engine.directory)
        }
        #expect(sent?.message == "\(says), so that it is not known whether `pause` was carried out")
        #expect(sent?.isUnreadable == true && sent?.remedy.hasSuffix(key) == true)
        #expect(engine.count == 2)
        let sat = #expect(throws: EngineSocketError.self) {
            try AttachedEngine.attach(to: engine.directory, isReadOnly: true, alias: nil, onNews: {})
        }
        #expect(sat?.isUnreadable == true && engine.count == 3)
    }

    /// Each time is one more for the engine to decide; and who still listens has not ended.
    @Test func whereLinesDropItIsAskedMoreAndMoreRarely() throws {
        let engine = try Answerer([])
        defer { engine.stop() }
        let time = Duration.seconds(4), most = 70
        let looked = #expect(throws: EngineSocketError.self) {
            try EngineSocketClient.status(in: engine.directory, patience: EnginePatience(room: time))
        }
        #expect(looked?.message == "the engine (pid \(getpid())) has cut each connection before it answered")
        #expect(looked?.isGone == false && looked?.isUnreadable == false)
        let count = engine.count
        #expect(2...most ~= count, "\(count) times in \(time)")
        let sent = #expect(throws: EngineSocketError.self) {
            try EngineSocketClient.send(EngineRequest(.pause, "x"), to: engine.directory, period: time)
        }
        #expect(sent?.message.contains("it is not known whether `pause` was carried out") == true)
        #expect(2...most ~= engine.count - count, "\(engine.count - count) times in \(time)")
    }
}
