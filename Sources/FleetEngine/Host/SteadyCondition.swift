import FleetCore
import Foundation

/// A lock with a condition whose waits end by a clock that nobody sets. Foundation's `NSCondition` waits until a moment
/// of the wall clock: one that is set back by a year meanwhile would let the engine sleep for a year.
final class SteadyCondition: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        #if os(Linux)
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        #endif
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }
    func broadcast() { pthread_cond_broadcast(condition) }

    /// Waits for a broadcast; the lock must be held.
    func wait() { pthread_cond_wait(condition, mutex) }

    /// Waits for a broadcast, at most until a deadline; the lock must be held. False: the deadline came first.
    func wait(until deadline: Deadline) -> Bool {
        var time = deadline.time
        return pthread_cond_timedwait(condition, mutex, &time) == 0
    }

    /// A moment of the clock by which waits end.
    struct Deadline {
        fileprivate var time = timespec()

        /// So long from now; at once where it is not positive.
        init(in duration: Duration) {
            #if os(Linux)
                clock_gettime(CLOCK_MONOTONIC, &time)
            #else
                clock_gettime(CLOCK_REALTIME, &time)
            #endif
            let wait = max(0, duration.milliseconds)
            let nanoseconds = time.tv_nsec + Int(wait % 1000) * 1_000_000
            time.tv_sec += Int(wait / 1000) + nanoseconds / 1_000_000_000
            time.tv_nsec = nanoseconds % 1_000_000_000
        }
    }
}
