import FleetCore
import FleetEngine
import NIOCore
import Synchronization

/// The way from a request to the engine and back.
public struct EngineDesk: Sendable {
    /// Puts a call into the engine's inbox; false: it is full. See `EngineHost.call`.
    public typealias Entry = @Sendable (DeviceCall, @escaping @Sendable (EngineReply) -> Void) -> Bool

    /// Why a call has no answer.
    enum Failure: Error {
        /// The inbox is full: try again later.
        case busy
        /// The engine has stopped.
        case stopped
    }

    /// What came of a call.
    typealias Outcome = Result<DeviceAnswer, Failure>

    private let entry: Entry
    private let bell: OrderBell
    private static let tickets = Atomic<UInt64>(0)

    /// A desk in front of this inbox, for an engine that sends its orders to this bell.
    public init(_ entry: @escaping Entry, bell: OrderBell) {
        self.entry = entry
        self.bell = bell
    }

    /// Says something to the engine. `completion` is called once, when it is durable or cannot be taken: on the engine's
    /// thread, which it must not hold up, or before this returns.
    func call(_ call: DeviceCall, completion: @escaping @Sendable (Outcome) -> Void) {
        if !entry(call, { completion(Self.outcome($0)) }) { completion(.failure(.busy)) }
    }

    /// Says something to the engine, and waits until it is durable.
    func call(_ call: DeviceCall) async -> Outcome {
        await withCheckedContinuation { continuation in
            self.call(call) { continuation.resume(returning: $0) }
        }
    }

    /// Calls in, and waits for an order, at most so long. The answer is that of the moment at which it is given.
    func poll(_ call: DeviceCall, waiting time: Duration, on loop: any EventLoop) async -> Outcome {
        guard time > .zero else { return await self.call(call) }
        let ticket = Self.tickets.add(1, ordering: .relaxed).newValue
        let bell = bell
        let isTaken = Mutex(false)
        let reply: EngineReply? = await withCheckedContinuation { continuation in
            let completion: @Sendable (EngineReply) -> Void = { reply in
                guard let index = reply.answer?.device, reply.answer?.isAnsweredAtOnce == false,
                    bell.hold(index, ticket: ticket, continuation)
                else { return continuation.resume(returning: reply) }
                loop.scheduleTask(in: .nanoseconds(time.nanoseconds)) { bell.release(index, ticket: ticket) }
            }
            isTaken.withLock { $0 = entry(call, completion) }
            if !isTaken.withLock({ $0 }) { continuation.resume(returning: nil) }
        }
        if let reply { return Self.outcome(reply) }
        guard isTaken.withLock({ $0 }) else { return .failure(.busy) }
        return await self.call(call)
    }

    /// Says something of which nobody waits for the answer; what cannot be taken is dropped.
    func tell(_ device: String, _ reports: [DeviceCall.Body]) {
        let contact = DeviceCall.Body(.contacted(firmware: nil))
        _ = entry(DeviceCall(device: device, reports: [contact] + reports)) { _ in }
    }

    private static func outcome(_ reply: EngineReply) -> Outcome {
        reply.answer.map { .success($0) } ?? .failure(.stopped)
    }
}

extension Duration {
    /// The duration in whole nanoseconds; durations of an hour are far from its bounds.
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
