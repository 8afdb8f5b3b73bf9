import Foundation

/// Cleans up when the benchmark is ended from outside, and then ends by the signal that it was sent.
enum Interruption {
    private static nonisolated(unsafe) var bell: Int32 = -1

    /// Sees to it that `clean` is called, on another thread, at SIGINT and SIGTERM.
    static func clean(by clean: @escaping @Sendable () -> Void) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
            throw BenchmarkFailure("there is no pipe: error \(errno)")
        }
        bell = ends[1]
        let reader = ends[0]
        Thread.detachNewThread {
            var number: UInt8 = 0
            guard read(reader, &number, 1) == 1 else { return }
            clean()
            _ = signal(Int32(number), SIG_DFL)
            kill(getpid(), Int32(number))
        }
        // A handler may do no more than this. One that were ignored instead would be so in every program started here.
        for number in [SIGINT, SIGTERM] {
            _ = signal(number) { number in
                var number = UInt8(number)
                _ = write(Interruption.bell, &number, 1)
            }
        }
    }
}
