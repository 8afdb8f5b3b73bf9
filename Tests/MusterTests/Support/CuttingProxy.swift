import Foundation
import Synchronization
import Testing

@testable import EngineSocket

/// Stands between clients and an engine's socket, and cuts lines where a seed says: in the request, behind it, or in the
/// answer.
final class CuttingProxy: Sendable {
    /// Where a line is cut, in bytes of what goes over it.
    struct Cut: Sendable {
        var request = Int.max, answer = Int.max
    }

    /// How long a line may be silent.
    private static let patience = timeval(tv_sec: 60, tv_usec: 0)
    /// Of a hundred lines, how many are cut in the request, and how many behind it.
    private static let cutInRequest = 25, cutInAnswer = 35
    /// About the lengths of a request and an answer.
    private static let requestLength = 250, answerLength = 19

    /// The folder in which it listens in the engine's place.
    let directory: String
    private let target: SocketPlace
    private let listener: Int32
    private let random: Mutex<SeededRandom>
    private let counted = Mutex(0)

    init(_ directory: String, to engine: String, seed: UInt64) throws {
        self.directory = directory
        target = SocketPlace(directory: engine)
        random = Mutex(SeededRandom(seed: seed))
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        listener = try SocketPlace.makeSocket()
        let listener = listener
        let bound = try SocketPlace(directory: directory).withAddress { bind(listener, $0, $1) }
        try #require(bound.result == 0 && listen(listener, 64) == 0)
        let thread = Thread { [self] in acceptAll() }
        thread.start()
    }

    /// Takes no more lines.
    func stop() { _ = shutdown(listener, Int32(SHUT_RDWR)) }

    /// Lines that were cut so far.
    var cuts: Int { counted.withLock { $0 } }

    private func acceptAll() {
        while true {
            let client = accept(listener, nil, nil)
            guard client >= 0 else { break }
            let cut = random.withLock { Self.draw(&$0) }
            let thread = Thread { [self] in
                if !carry(client, cut) { counted.withLock { $0 += 1 } }
                _ = close(client)
            }
            thread.start()
        }
        _ = close(listener)
    }

    private static func draw(_ random: inout SeededRandom) -> Cut {
        switch Int.random(in: 0..<100, using: &random) {
        case ..<cutInRequest: Cut(request: .random(in: 0..<requestLength, using: &random))
        case ..<(cutInRequest + cutInAnswer): Cut(answer: .random(in: 0..<answerLength, using: &random))
        default: Cut()
        }
    }

    /// Carries one request and its answer; false: the line dropped before its end.
    private func carry(_ client: Int32, _ cut: Cut) -> Bool {
        // An engine that is dead is a line that drops.
        guard let engine = try? EngineSocketClient.connection(to: target) else { return false }
        defer { _ = close(engine) }
        return Self.pump(from: client, to: engine, atMost: cut.request, untilLineEnds: true)
            && Self.pump(from: engine, to: client, atMost: cut.answer, untilLineEnds: false)
    }

    private static func pump(from source: Int32, to sink: Int32, atMost limit: Int, untilLineEnds: Bool) -> Bool {
        var patience = patience, piece = [UInt8](repeating: 0, count: 4096), carried = 0
        _ = setsockopt(source, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        while carried < limit {
            let count = recv(source, &piece, min(piece.count, limit - carried), 0)
            guard count > 0 else { return !untilLineEnds && count == 0 && carried > 0 }
            guard send(sink, piece, count, Int32(MSG_NOSIGNAL)) == count else { return false }
            carried += count
            if untilLineEnds, piece[count - 1] == UInt8(ascii: "\n") { return true }
        }
        return false
    }
}
