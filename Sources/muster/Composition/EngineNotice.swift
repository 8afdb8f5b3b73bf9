import EngineSocket
import Foundation

extension EnginePatience {
    /// The patience of a command, which says on standard error that it waits.
    static func spoken(answer: Duration = usualAnswer) -> EnginePatience {
        EnginePatience(answer: answer) { printError("muster: \($0.text)") }
    }

    /// How long whoever has no time at all waits for an engine's word, so that one look is always taken.
    static let leastAnswer = Duration.seconds(5)

    /// The same of one that has until then, and takes one look in any case; nil: for as long as it takes.
    static func spoken(until deadline: ContinuousClock.Instant?) -> EnginePatience {
        var patience = spoken()
        guard let deadline else { return patience }
        let rest = max(leastAnswer, deadline - .now)
        patience.answer = min(patience.answer, rest)
        patience.room = min(patience.room, rest)
        return patience
    }
}

extension EngineWait {
    /// What the person at the command line is told.
    fileprivate var text: String {
        let engine = process.map { "the engine (pid \($0))" } ?? "the engine"
        let time = "for up to \(rest.inSeconds) s more"
        return switch cause {
        case .silence: "\(engine) holds the fleet and does not answer; waiting for it \(time)"
        case .gone: "the engine has ended before it answered; waiting for the next one \(time)"
        case .noRoom: "\(engine) has no room for another connection; trying again \(time)"
        }
    }
}

/// A wait for what an engine is about to do, which says on standard error that it waits once that takes a while.
struct SpokenWait {
    private let what: String
    private let noticeAt: ContinuousClock.Instant
    private let end: ContinuousClock.Instant
    private var hasTold = false

    /// - Parameters:
    ///   - what: What the engine does, or does not.
    ///   - time: For how long it is waited for.
    init(_ what: String, atMost time: Duration) {
        self.what = what
        noticeAt = .now + EnginePatience.usualNotice
        end = .now + time
    }

    /// Whether to look once more.
    mutating func goesOn() -> Bool {
        let rest = end - .now
        guard rest > .zero else { return false }
        if !hasTold, ContinuousClock.now >= noticeAt {
            hasTold = true
            printError("muster: \(what); waiting for it for up to \(rest.inSeconds) s more")
        }
        return true
    }

    /// Of an engine that has just started, ends, or stands still.
    static let doesNotListen = "an engine holds the fleet and does not listen"
}

extension Duration {
    /// In whole seconds, and at least one.
    fileprivate var inSeconds: Int64 { max(1, components.seconds + (components.attoseconds > 0 ? 1 : 0)) }
}
