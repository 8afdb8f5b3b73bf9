import CNcurses
import Cells
import Glibc

extension CursesTerminal {
    /// Whether somebody could continue the process if it were stopped.
    public var canSuspend: Bool { muster_guard_can_stop() != 0 }

    /// Gives the terminal back to the shell and stops the process, until the shell continues it; then takes the
    /// terminal again. The caller draws next.
    ///
    /// - Returns: false where nobody could continue it, so that it was not stopped: the process was started to ignore
    ///   such stops, or its process group was started from another session, as by sshd for one command.
    @discardableResult
    public func suspend() -> Bool {
        guard canSuspend else { return false }
        send(modes.off)
        endwin()
        muster_guard_disarm()
        raise(SIGSTOP)
        forgetContinue()
        takeBack()
        return true
    }

    /// After a stop: the shell may have changed the modes, the size and what is on the screen.
    func takeBack() {
        reset_prog_mode()
        muster_guard_arm(modes.restore, modes.restore.utf8.count)
        screen.resize(to: Self.windowSize())
        send(modes.on)
    }

    /// The signal that ended a stop of our own is no news; those that came meanwhile are.
    private func forgetContinue() {
        let taken = muster_guard_take() & ~(1 << UInt32(SIGCONT)) & ~(1 << UInt32(SIGTSTP))
        for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH] where taken & (1 << UInt32(number)) != 0 {
            raise(number)
        }
    }
}
