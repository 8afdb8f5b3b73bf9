import Cells
import Console
import FleetEngine
import Foundation
import Synchronization

/// Keeps the service manager up to date on a thread of its own: that the service is starting, is ready, lives, ends.
///
/// It lives while the engine's own thread answers. That of a process that only breathes would keep a service alive in which
/// nothing moves.
final class ServicePulse: Sendable {
    /// How often a start says that it goes on, and what it asks for each time.
    static let startInterval = Duration.seconds(10), startExtension = Duration.seconds(30)
    /// How often it does so at most: for an hour. A start that takes longer is stuck.
    static let mostExtensions = 360
    /// How often the status line is brought up to date where nobody watches.
    static let statusInterval = Duration.seconds(10)

    private enum Stage { case starting, serving(EngineHost), ended }

    private let notifier: ServiceNotifier?
    private let stage = Mutex(Stage.starting)
    private let change = DispatchSemaphore(value: 0)
    private let hasEnded = DispatchSemaphore(value: 0)

    /// Begins to tell the manager, if there is one.
    init(_ notifier: ServiceNotifier? = ServiceNotifier()) {
        self.notifier = notifier
        guard let notifier else { return }
        let thread = Thread { [self] in
            run(notifier)
            hasEnded.signal()
        }
        thread.name = "service pulse"
        thread.start()
    }

    /// The engine, its socket and the gateway are up.
    func isReady(_ host: EngineHost) {
        notifier?.tell(["READY=1", "STATUS=ready"])
        move(to: .serving(host))
    }

    /// No new requests are taken any more.
    func isEnding() { notifier?.tell(["STOPPING=1", "STATUS=ending: what is under way finishes"]) }

    /// Says nothing more.
    func stop() {
        guard notifier != nil else { return }
        move(to: .ended)
        // One that waits for an engine that stands still ends with the process.
        _ = hasEnded.wait(timeout: .now() + 1)
    }

    private func move(to stage: Stage) {
        self.stage.withLock { $0 = stage }
        change.signal()
    }

    private func run(_ notifier: ServiceNotifier) {
        var extensions = 0
        var question = EngineQuestion()
        let interval = notifier.watchdog.map { $0 / 2 } ?? Self.statusInterval
        while true {
            switch stage.withLock({ $0 }) {
            case .starting:
                if extensions < Self.mostExtensions { tellStart(notifier) }
                extensions += 1
                rest(Self.startInterval)
            case .serving(let host):
                let asked = ContinuousClock.now
                if let statistics = question.answer(of: host, within: interval) {
                    notifier.tell(
                        (notifier.watchdog == nil ? [] : ["WATCHDOG=1"]) + ["STATUS=\(Self.line(statistics))"])
                }
                rest(interval - (ContinuousClock.now - asked))
            case .ended: return
            }
        }
    }

    private func tellStart(_ notifier: ServiceNotifier) {
        let microseconds = Self.startExtension.components.seconds * 1_000_000
        notifier.tell(["EXTEND_TIMEOUT_USEC=\(microseconds)", "STATUS=taking up files and journal"])
    }

    private func rest(_ time: Duration) {
        let milliseconds = time / .milliseconds(1)
        guard milliseconds > 0 else { return }
        _ = change.wait(timeout: .now() + .milliseconds(Int(milliseconds)))
    }

    private static func line(_ statistics: EngineStatistics) -> String {
        "\(NumberText.count(statistics.openUpdates, "update")) under way, "
            + "\(NumberText.count(statistics.inFlight, "device")) in flight"
    }
}

/// A question that waits for an engine's answer. An engine that stands still is not asked again and again.
private struct EngineQuestion {
    private final class Answer: Sendable {
        let statistics = Mutex<EngineStatistics?>(nil)
        let hasCome = DispatchSemaphore(value: 0)
    }

    private var open: Answer?

    /// What the engine says; nil: nothing within this time.
    mutating func answer(of host: EngineHost, within time: Duration) -> EngineStatistics? {
        let answer = open ?? Self.ask(host)
        open = answer
        guard answer.hasCome.wait(timeout: .now() + .milliseconds(Int(time / .milliseconds(1)))) == .success else {
            return nil
        }
        open = nil
        return answer.statistics.withLock { $0 }
    }

    private static func ask(_ host: EngineHost) -> Answer {
        let answer = Answer()
        host.readStatistics { statistics in
            answer.statistics.withLock { $0 = statistics }
            answer.hasCome.signal()
        }
        return answer
    }
}
