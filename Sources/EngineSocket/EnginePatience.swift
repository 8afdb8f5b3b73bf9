import Foundation

/// What whoever waits for an engine is told while they do.
public struct EngineWait: Hashable, Sendable {
    /// Why they wait.
    public enum Cause: Hashable, Sendable {
        /// The engine has the question, or does not even take it, and does not answer.
        case silence
        /// It has no room for another connection now.
        case noRoom
        /// The engine has ended before it answered, and it is for somebody else to start the next one.
        case gone
    }

    /// Why they wait.
    public var cause: Cause
    /// The engine's process, by the kernel's word; nil: it has not taken the connection.
    public var process: Int?
    /// For how long they go on.
    public var rest: Duration
}

/// How long an engine that does not answer is waited for, and who hears of it meanwhile.
public struct EnginePatience: Sendable {
    /// When whoever waits is told that they do, as a rule.
    public static let usualNotice = Duration.seconds(4)
    /// How long an answer is waited for: longer than the engine's own deadlines together.
    public static let usualAnswer = EngineSocketServer.answerDeadline + EngineSocketServer.lineDeadline + .seconds(5)

    /// How long an answer is waited for.
    public var answer: Duration
    /// When whoever waits is told that they do.
    public var notice = usualNotice
    /// For how long one who is turned away for lack of room comes again.
    public var room: Duration
    /// Told once, after `notice`.
    public var tell: @Sendable (EngineWait) -> Void

    /// The patience of somebody who hears of it by `tell`.
    public init(
        answer: Duration = usualAnswer, room: Duration = EngineSocketClient.resendPeriod,
        tell: @escaping @Sendable (EngineWait) -> Void = { _ in }
    ) {
        self.answer = answer
        self.room = room
        self.tell = tell
    }
}

/// One command's time with an engine.
final class EngineWaiting {
    /// What it is measured by.
    let patience: EnginePatience
    private let noticeAt: ContinuousClock.Instant
    private let end: ContinuousClock.Instant
    private var hasTold = false

    /// - Parameter time: After how long nothing is waited for any more.
    init(_ patience: EnginePatience, atMost time: Duration) {
        self.patience = patience
        noticeAt = .now + patience.notice
        end = .now + time
    }

    /// How long is left.
    var rest: Duration { max(.zero, end - .now) }

    /// Waits until something can be read, or nothing is to be waited for any more; says meanwhile that it does.
    func waitUntilReadable(_ descriptor: Int32, process: Int?) {
        if !hasTold {
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let time = min(max(.zero, noticeAt - .now), rest).components
            let milliseconds = time.seconds * 1000 + time.attoseconds / 1_000_000_000_000_000
            guard poll(&watched, 1, Int32(milliseconds)) <= 0 else { return }
            tellIfDue(.silence, process: process)
        }
    }

    /// Says that it is waited, once that has taken a while.
    func tellIfDue(_ cause: EngineWait.Cause, process: Int?) {
        guard !hasTold, ContinuousClock.now >= noticeAt - .milliseconds(5), rest > .zero else { return }
        hasTold = true
        patience.tell(EngineWait(cause: cause, process: process, rest: rest))
    }
}
