import Dispatch
import FleetEngine
import Synchronization

/// Puts checkpoints in their place, one after the other, on a thread of its own: hashing and syncing a large file takes
/// longer than the engine may stand still.
final class CheckpointWriter: Sendable {
    private struct Shared {
        var underWay = 0
        var failure: String?
    }

    private let shared = Mutex(Shared())
    private let queue = DispatchQueue(label: "checkpoint", qos: .utility)

    /// Whether one is being written.
    var isBusy: Bool { shared.withLock { $0.underWay > 0 } }
    /// Why the last one was not written; nil: it was, or there was none.
    var failure: String? { shared.withLock { $0.failure } }

    /// Writes a checkpoint; see `CheckpointFile` for the bytes, which are sealed here.
    func write(_ bytes: [UInt8], to directory: StateDirectory, inBackground: Bool) {
        shared.withLock { $0.underWay += 1 }
        queue.async { [self] in
            let failure = Self.failure { () throws(FactLogError) in
                try directory.replace(CheckpointFile.name, with: CheckpointFile.sealed(bytes))
            }
            shared.withLock {
                $0.underWay -= 1
                $0.failure = failure
            }
        }
        if !inBackground { finish() }
    }

    /// Waits until everything is written that was given.
    func finish() { queue.sync {} }

    private static func failure(of body: () throws(FactLogError) -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return error.description
        }
    }
}
