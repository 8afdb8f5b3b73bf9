import FleetCore
import Synchronization

/// Devices that called in and wait for acceptance, so that each is written down once.
final class Newcomers: Sendable {
    private let known = Mutex<Set<ExactText>>([])

    /// Whether a device that waits was not seen waiting before. There are not more of them than may wait, so that with
    /// more than that some have been dealt with, and it begins anew.
    func isNew(_ device: String) -> Bool {
        let device = ExactText(device)
        return known.withLock { known in
            if known.count >= Introduction.mostWaiting, !known.contains(device) { known = [] }
            return known.insert(device).inserted
        }
    }
}
