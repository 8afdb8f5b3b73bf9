import FleetCore
import Synchronization

/// What this process has proven to lie on each terminal: a version that a terminal says it runs counts only together with
/// what it was sent.
final class PushLedger: Sendable {
    private let proven = Mutex<[DeviceIndex: (release: Version, bytes: Int64)]>([:])

    /// So many bytes of a release are there, by their hash.
    func note(_ bytes: Int64, of release: Version, on device: DeviceIndex) {
        proven.withLock { $0[device] = (release, bytes) }
    }

    /// How many bytes of a release a terminal was sent.
    func sent(of release: Version, to device: DeviceIndex) -> Int64 {
        proven.withLock { proven in proven[device].flatMap { $0.release == release ? $0.bytes : nil } ?? 0 }
    }
}

/// Spreads the bytes of a region's terminals over time, where its links are not to carry more than so many a second.
final class RegionPace: Sendable {
    private let free = Mutex<[String: ContinuousClock.Instant]>([:])

    /// Waits until so many bytes may go.
    func wait(for bytes: Int, region: String, bytesPerSecond: Int64?) async throws {
        guard let bytesPerSecond, bytesPerSecond > 0 else { return }
        let now = ContinuousClock.now
        let start = free.withLock { free in
            let start = max(now, free[region] ?? now)
            free[region] = start + .seconds(Double(bytes) / Double(bytesPerSecond))
            return start
        }
        if start > now { try await Task.sleep(until: start, clock: .continuous) }
    }
}
