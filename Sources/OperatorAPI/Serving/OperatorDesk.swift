import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// The way from a request to the engine and back. Nobody waits for the engine for ever.
struct OperatorDesk: Sendable {
    let host: EngineHost
    let history: any FactHistory
    let answerTime: Duration

    /// Asks something of the engine.
    func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (any EngineDriver) -> Answer
    ) async throws(Problem) -> Answer {
        let answer: Answer?? = await OneAnswer.within(answerTime) { host.ask(question, completion: $0) }
        guard let answer else { throw Self.slow }
        guard let answer else { throw Self.busy }
        return answer
    }

    /// Has a command decided; gives why it was refused, nil: it was carried out and is durable.
    func decide(_ command: Command, _ origin: Origin) async throws(Problem) -> Refusal? {
        let reply: EngineReply?? = await OneAnswer.within(answerTime) { completion in
            if !host.submit(command, origin, completion: { completion($0) }) { completion(nil) }
        }
        guard let reply else { throw Self.undecided }
        guard let reply else { throw Self.busy }
        if reply.refusal != nil, host.failure != nil { throw Self.stopped }
        return reply.refusal
    }

    /// Reads facts, apart from the threads that serve connections.
    func piece(after number: UInt64, atMost count: Int) async throws(Problem) -> HistoryPiece {
        let history = history
        let result: Result<HistoryPiece, FactLogError>? = await OneAnswer.within(answerTime) { completion in
            Self.readers.async {
                completion(
                    Result { () throws(FactLogError) in try history.piece(after: number, atMost: count) })
            }
        }
        switch result {
        case .success(let piece): return piece
        case .failure(let error): throw Problem(.unavailable, error.message, remedy: error.remedy)
        case nil: throw Self.slow
        }
    }

    private static let readers = DispatchQueue(label: "muster.api.history")
    private static let slow = Problem(
        .unavailable, "the engine has not answered in time", remedy: "try again later", headers: [.retryAfter: "5"])
    private static let busy = Problem(
        .unavailable, "the engine takes nothing now", remedy: "try again later", headers: [.retryAfter: "2"])
    private static let stopped = Problem(
        .unavailable, "the engine has stopped", remedy: "start it again, then send this again with the same key",
        headers: [.retryAfter: "10"])
    private static let undecided = Problem(
        .unavailable, "the engine has not answered in time, and may carry it out yet",
        remedy: "send it again with the same Idempotency-Key: it is carried out once", headers: [.retryAfter: "5"])
}

/// The first of an answer and the end of patience.
private final class OneAnswer<Value: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<Value?, Never>?>

    private init(_ continuation: CheckedContinuation<Value?, Never>) { waiting = Mutex(continuation) }

    private func give(_ value: Value?) {
        waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }?.resume(returning: value)
    }

    /// What `begin` hands over; nil: it did not in time.
    static func within(
        _ time: Duration, _ begin: (@escaping @Sendable (Value) -> Void) -> Void
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let answer = OneAnswer(continuation)
            begin { answer.give($0) }
            let end = DispatchTime.now() + .milliseconds(Int(time.components.seconds * 1000))
            DispatchQueue.global().asyncAfter(deadline: end) { answer.give(nil) }
        }
    }
}
