import FleetCore
import FleetEngine

/// The way of a push to the engine and back: the driver calls in on behalf of a terminal.
struct EngineVoice: Sendable {
    /// How often a call is tried while the inbox is full, and the pause between.
    static let mostTries = 50, pause = Duration.milliseconds(100)

    let entry: PushDriver.Entry
    /// The terminal that it speaks for.
    let device: String

    /// Says something of the terminal, and waits until it is durable. Nothing to say is a question that proves nothing.
    func say(_ reports: [DeviceCall.Body] = []) async throws -> DeviceAnswer {
        for _ in 0..<Self.mostTries {
            let reply: EngineReply?? = await withCheckedContinuation { continuation in
                let isTaken = entry(DeviceCall(device: device, reports: reports)) {
                    continuation.resume(returning: .some($0))
                }
                if !isTaken { continuation.resume(returning: .none) }
            }
            if let reply {
                guard let answer = reply?.answer else { throw PushFault.engineAway }
                return answer
            }
            try await Task.sleep(for: Self.pause)
        }
        throw PushFault.engineAway
    }

    /// Says something of an order, and gives how it stands then.
    /// - Throws: `orderGone` if it is not the device's any more, or was taken back.
    func say(_ reports: [Report.Body], of order: Order) async throws -> DeviceAnswer.Work {
        let answer = try await say(reports.map { .init(generation: order.generation, $0) })
        guard let work = answer.work, work.order.generation == order.generation, !work.isWithdrawn else {
            throw PushFault.orderGone
        }
        return work
    }
}
