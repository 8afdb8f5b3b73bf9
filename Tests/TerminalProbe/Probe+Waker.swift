import CursesTerminal
import Glibc

extension Probe {
    /// Wakes from a thread of its own, once.
    func wakeFromThreads() {
        let waker = currentWaker
        var thread = pthread_t()
        let context = Unmanaged.passRetained(WakerBox(waker))
        pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<WakerBox>.fromOpaque(pointer).takeRetainedValue().waker.wake()
                return nil
            }, context.toOpaque())
        pthread_detach(thread)
    }
}

private final class WakerBox {
    let waker: Waker

    init(_ waker: Waker) {
        self.waker = waker
    }
}
