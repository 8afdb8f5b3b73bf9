import Foundation
import Synchronization

/// That the terminal was lost while there was no screen yet that would notice: it is kept in mind until the engine stands, and
/// what is under way goes on.
enum EarlyHangUp {
    private static let mark = Atomic(false)

    /// From now on a hang-up does not end this process. One that was started so that it outlives its session is left alone.
    static func keepInMind() {
        // Made here, so that the handler makes nothing.
        mark.store(false, ordering: .relaxed)
        var before = sigaction()
        sigaction(SIGHUP, nil, &before)
        guard unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_DFL, to: Int.self)
        else { return }
        var keeping = sigaction()
        keeping.__sigaction_handler.sa_handler = { _ in EarlyHangUp.mark.store(true, ordering: .relaxed) }
        keeping.sa_flags = SA_RESTART
        sigaction(SIGHUP, &keeping, nil)
    }

    /// Whether one has come.
    static var hasCome: Bool { mark.load(ordering: .relaxed) }
}
