import FleetCore
import Foundation
import Logging

/// The thread of a way.
extension AlertService {
    /// How long a way rests at most: a clock that was set is noticed by then.
    private static let longestRest: Int64 = 60_000

    func work(_ route: any AlertRoute) {
        while let job = nextJob(route.way) {
            let delivery = route.deliver(job.alert)
            settle(job.alert, job.attempts + 1, delivery, route.way)
        }
    }

    /// Waits for an alert that is due; nil: it is time to end.
    private func nextJob(_ way: AlertWay) -> Job? {
        let longestPause = max(options.schedule.longestPause, options.schedule.longestWish).milliseconds
        while true {
            let now = nowMilliseconds
            let prospect = shared.withLock { shared -> Prospect in
                if shared.isOver { return Prospect(job: nil, due: nil, isLast: true) }
                let job = shared.outbox.next(way, now: now, longestPause: longestPause)
                return Prospect(job: job, due: shared.outbox.nextDue(way), isLast: shared.hasEnded)
            }
            if let job = prospect.job { return job }
            if prospect.isLast { return nil }
            let rest = min(Self.longestRest, max(1, (prospect.due ?? .max / 2) - now))
            _ = wayNews[way]?.wait(timeout: .now() + .milliseconds(Int(rest)))
        }
    }

    private typealias Job = (alert: Alert, attempts: Int)

    /// What a way has to do.
    private struct Prospect {
        var job: Job?
        /// When there is something to do again.
        var due: Int64?
        /// Whether nothing comes behind it.
        var isLast: Bool
    }

    private func settle(_ alert: Alert, _ attempts: Int, _ delivery: Delivery, _ way: AlertWay) {
        let details: Logger.Metadata = [
            "alert": "\(alert.id)", "way": "\(way.rawValue)", "attempt": "\(attempts)", "result": "\(delivery.text)",
        ]
        switch delivery {
        case .delivered:
            keep { shared in
                shared.outbox.finish(way, alert.id)
                shared.counts.delivered[way, default: 0] += 1
            }
            logger.info("alert delivered", metadata: details)
        case .refused: giveUp(alert, way, details)
        case .failed(_, let wish): postpone(alert, attempts, wish, way, details)
        }
    }

    private func postpone(
        _ alert: Alert, _ attempts: Int, _ wish: Duration?, _ way: AlertWay, _ details: Logger.Metadata
    ) {
        var generator = SystemRandomNumberGenerator()
        let pause = options.schedule.pause(behind: attempts, wish: wish, using: &generator)
        let now = nowMilliseconds
        let since = shared.withLock { shared in
            shared.counts.failed[way, default: 0] += 1
            return shared.outbox.postpone(way, alert.id, until: now + pause.milliseconds)
        }
        guard let since, options.schedule.gives(up: attempts, since: since, now: now) else {
            let next = Double(pause.milliseconds) / 1000
            return logger.warning(
                "alert not delivered", metadata: details.merging(["again-in-seconds": "\(next)"]) { $1 })
        }
        giveUp(alert, way, details)
    }

    private func giveUp(_ alert: Alert, _ way: AlertWay, _ details: Logger.Metadata) {
        keep { shared in
            shared.outbox.finish(way, alert.id)
            shared.counts.givenUp[way, default: 0] += 1
        }
        logger.error(
            "alert given up", metadata: details.merging(["text": "\(AlertBody.bounded(alert.text))"]) { $1 })
    }
}
