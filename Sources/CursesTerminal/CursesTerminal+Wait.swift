import CNcurses
import Cells
import Glibc

extension CursesTerminal {
    /// How often input may be announced without coming before the terminal is taken to be gone.
    private static let emptyReadLimit = 3

    /// Waits for keys, signals or a wake, and gives all that came.
    ///
    /// - Parameter timeoutMilliseconds: how long; nil waits for ever.
    /// - Returns: at least one event; `.timedOut` alone where nothing came.
    public func wait(timeoutMilliseconds: Int?) -> [Event] {
        let deadline = timeoutMilliseconds.map { ContinuousClock.now + .milliseconds(max($0, 0)) }
        while true {
            let ready = pollOnce(milliseconds: remaining(until: deadline))
            let events = collect(ready)
            if !events.isEmpty { return events }
            if let deadline, ContinuousClock.now >= deadline { return [.timedOut] }
        }
    }

    private struct Ready {
        var input: Int16 = 0
        var hasSignal = false
        var hasWake = false
    }

    private func remaining(until deadline: ContinuousClock.Instant?) -> Int32 {
        if keys.hasMore { return 0 }
        guard let deadline else { return -1 }
        let left = (deadline - .now).components
        // Rounded up, so that the last millisecond is slept and not spun.
        let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000 + 1
        return Int32(clamping: max(0, milliseconds))
    }

    private func pollOnce(milliseconds: Int32) -> Ready {
        let wanted = Int16(POLLIN)
        var sources = [
            pollfd(fd: isInputOpen ? STDIN_FILENO : -1, events: wanted, revents: 0),
            pollfd(fd: signals.descriptor, events: wanted, revents: 0),
            pollfd(fd: wakes.descriptor, events: wanted, revents: 0),
        ]
        guard poll(&sources, nfds_t(sources.count), milliseconds) > 0 else { return Ready() }
        return Ready(
            input: sources[0].revents, hasSignal: sources[1].revents != 0, hasWake: sources[2].revents != 0)
    }

    private func collect(_ ready: Ready) -> [Event] {
        var events: [Event] = []
        if ready.hasSignal { events += takeSignals() }
        if ready.hasWake, muster_eventfd_clear(wakes.descriptor) != 0 { events.append(.woken) }
        if isInputOpen, ready.input != 0 || keys.hasMore { events += readInput(ready.input) }
        return events
    }

    // MARK: - Input

    private func readInput(_ condition: Int16) -> [Event] {
        let (events, count) = keys.read()
        var result: [Event] = events.isEmpty ? [] : [.keys(events)]
        if isGone(condition, hasRead: count > 0) {
            isInputOpen = false
            result.append(.hungUp)
        }
        return result
    }

    /// Input that is ready and yet empty is at its end. One such reading may be half a key; several are not.
    private func isGone(_ condition: Int16, hasRead: Bool) -> Bool {
        if condition & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { return true }
        guard !hasRead, condition & Int16(POLLIN) != 0, muster_bytes_waiting(STDIN_FILENO) <= 0 else {
            emptyReads = 0
            return false
        }
        emptyReads += 1
        return emptyReads >= Self.emptyReadLimit
    }

    // MARK: - Signals

    private func takeSignals() -> [Event] {
        _ = muster_eventfd_clear(signals.descriptor)
        let taken = muster_guard_take()
        func has(_ number: Int32) -> Bool { taken & (1 << UInt32(number)) != 0 }
        var events: [Event] = []
        for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] where has(number) {
            muster_guard_cancel_deadline()
            events.append(.quitRequested(signal: number))
        }
        if has(SIGWINCH) {
            screen.resize(to: Self.windowSize())
            events.append(.resized(size))
        }
        if has(SIGTSTP) {
            events.append(.stopRequested)
        } else if has(SIGCONT) {
            // Whoever stopped the process may have left the screen in any state: leave it, and enter again.
            endwin()
            takeBack()
            events.append(.resumed)
        }
        return events
    }
}
