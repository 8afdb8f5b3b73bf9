import Synchronization

/// Notices two devices under one id: what tells a device from others, such as the address it calls from, goes back and
/// forth between two values. One change is a new lease or a replaced terminal, and one return is a mistake that was
/// mended; several within a short time are two that call by turns.
final class CloneWatch: Sendable {
    /// Returns to the value before that are taken for two devices.
    static let returns = 3

    /// What is known of one trait of one device.
    private struct Trace {
        var current: String
        var former: String?
        var returns = 0
        var since: ContinuousClock.Instant
    }

    private struct Key: Hashable {
        var device: String
        var trait: String
    }

    private let traces = Mutex<[Key: Trace]>([:])
    private let window: Duration

    /// Notices what happens within so long.
    init(within window: Duration) {
        self.window = window
    }

    /// Takes in what a device was seen with; only of devices that have proven who they are, so that there are not more
    /// of them than the fleet has.
    /// - Returns: What speaks for two devices; nil: nothing.
    func saw(_ device: String, by trait: String, _ value: String, at now: ContinuousClock.Instant = .now) -> String? {
        let key = Key(device: device, trait: trait)
        return traces.withLock { traces in
            guard var trace = traces[key] else {
                traces[key] = Trace(current: value, since: now)
                return nil
            }
            guard value != trace.current else { return nil }
            let isReturn = value == trace.former && now - trace.since <= window
            if !isReturn { (trace.returns, trace.since) = (0, now) }
            (trace.former, trace.current) = (trace.current, value)
            if isReturn { trace.returns += 1 }
            let isProof = trace.returns >= Self.returns
            traces[key] = isProof ? nil : trace
            return isProof ? "\(trait) \(trace.former ?? "") and \(value) by turns" : nil
        }
    }
}
