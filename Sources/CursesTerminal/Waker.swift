import CNcurses
import Glibc

/// Ends a `CursesTerminal.wait` from any thread. May outlive the terminal; then it does nothing.
public struct Waker: Sendable {
    let event: EventDescriptor

    /// Makes the wait return with `.woken`; any number of calls before it are one.
    public func wake() {
        muster_eventfd_signal(event.descriptor)
    }
}

/// An eventfd that is closed when its last owner goes.
final class EventDescriptor: Sendable {
    let descriptor: Int32

    init() throws(CursesTerminalError) {
        descriptor = muster_eventfd()
        if descriptor < 0 { throw CursesTerminalError(.systemFailure(call: "eventfd", code: errno)) }
    }

    deinit {
        close(descriptor)
    }
}
