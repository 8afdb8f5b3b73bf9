import Synchronization

/// So many places, taken and given up.
final class Places: Sendable {
    private let most: Int
    private let taken = Mutex(0)

    init(_ most: Int) { self.most = most }

    /// Takes one; false: all are taken.
    func take() -> Bool {
        taken.withLock { taken in
            guard taken < most else { return false }
            taken += 1
            return true
        }
    }

    func giveUp() { taken.withLock { $0 -= 1 } }
}
