import FleetCore
import Foundation
import Synchronization
import Testing

@testable import EngineSocket

/// A process that listens as an engine does, and says nothing, as one that stands still.
@Suite(.timeLimit(.minutes(10)))
struct SilentEngineTests {
    /// Listens in a folder of its own, and takes no connection.
    private final class Silence {
        let directory: String
        private let listener: Int32
        private var others: [Int32] = []

        /// - Parameter backlog: How many may wait until they are taken.
        init(backlog: Int32) throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path()
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            listener = try SocketPlace.makeSocket()
            let bound = try SocketPlace(directory: directory).withAddress { [listener] in bind(listener, $0, $1) }
            #expect(bound.result == 0 && listen(listener, backlog) == 0)
        }

        /// Has others wait until nobody else may.
        func fill() throws {
            while true {
                let other = try SocketPlace.makeSocket()
                others.append(other)
                _ = fcntl(other, F_SETFL, O_NONBLOCK)
                let connected = try SocketPlace(directory: directory).withAddress { connect(other, $0, $1) }
                guard connected.result == 0 else { return #expect(connected.code == EAGAIN) }
            }
        }

        deinit {
            for descriptor in others + [listener] { close(descriptor) }
            try? FileManager.default.removeItem(atPath: directory)
        }
    }

    private final class Told: Sendable {
        let waits = Mutex<[EngineWait]>([])
        func patience(_ answer: Duration) -> EnginePatience {
            var patience = EnginePatience(answer: answer) { wait in self.waits.withLock { $0.append(wait) } }
            patience.notice = .milliseconds(100)
            return patience
        }
    }

    /// Who waits hears once whom for and how much longer, and then that there was no answer.
    @Test func whoAsksIsTold() throws {
        let engine = try Silence(backlog: 8), told = Told()
        let error = #expect(throws: EngineSocketError.self) {
            try EngineSocketClient.status(in: engine.directory, patience: told.patience(.seconds(1)))
        }
        #expect(error?.isSilence == true && error?.silentProcess == Int(getpid()) && error?.isRefusal == false)
        #expect(error?.message == "the engine (pid \(getpid())) holds the fleet and has not answered within 1 s")
        expectOne(told, process: Int(getpid()))
    }

    @Test func whoCommandsIsTold() throws {
        let engine = try Silence(backlog: 8), told = Told()
        let request = EngineRequest(.stop, "")
        let error = #expect(throws: EngineSocketError.self) {
            try EngineSocketClient.send(
                request, to: engine.directory, period: .zero, patience: told.patience(.seconds(1)))
        }
        #expect(error?.isSilence == true && error?.silentProcess == Int(getpid()))
        #expect(error?.message.contains("it is not known whether `stop` was carried out") == true)
        #expect(told.waits.withLock { $0.count } == 1)
    }

    /// Others wait there already, so that not even a connection comes about.
    @Test func whoIsNotEvenTakenIsTold() throws {
        let engine = try Silence(backlog: 1), told = Told()
        try engine.fill()
        #expect(EngineSocketClient.isListening(in: engine.directory))
        let error = #expect(throws: EngineSocketError.self) {
            try EngineSocketClient.status(in: engine.directory, patience: told.patience(.seconds(1)))
        }
        #expect(error?.isSilence == true && error?.silentProcess == nil)
        expectOne(told, process: nil)
    }

    private func expectOne(_ told: Told, process: Int?) {
        let waits = told.waits.withLock { $0 }
        #expect(waits.map(\.cause) == [.silence] && waits.map(\.process) == [process])
        #expect(waits.allSatisfy { $0.rest > .zero && $0.rest <= .seconds(1) })
    }

    /// The line that began a connection has left a deadline on its socket; a console that is stopped for longer is shown the
    /// rest once it goes on.
    @Test func whatIsWrittenToASlowReaderComesWhole() throws {
        var ends: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        var limit = timeval(tv_sec: 0, tv_usec: 1000)
        _ = setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let message = [UInt8](repeating: 7, count: 4 << 20), writer = FrameChannel(descriptor: ends[0])
        let hasEnded = DispatchSemaphore(value: 0), isWhole = Mutex(false)
        let thread = Thread {
            let wrote = writer.write(message)
            isWhole.withLock { $0 = wrote }
            hasEnded.signal()
        }
        thread.start()
        // Many times its deadline, in which nobody reads.
        #expect(hasEnded.wait(timeout: .now() + 0.5) == .timedOut)
        #expect(try FrameChannel(descriptor: ends[1]).read(atMost: message.count) == message)
        #expect(hasEnded.wait(timeout: .now() + 20) == .success)
        #expect(isWhole.withLock { $0 })
    }
}
