import FleetCore
import FleetEngine
import Foundation
import Logging
import Synchronization

/// Tells of what an engine does to those who are not at a console. It follows the journal on a thread of its own, as a
/// console that looks on does, and each way has another: the engine waits for none of them.
///
/// Made before the engine starts, so that it knows where the history ends; started behind it; ended behind its end.
public final class AlertService: Sendable {
    /// What there is to count, since the start.
    public struct Counts: Hashable, Sendable {
        /// Alerts delivered, attempts that failed, and alerts given up, by way.
        public var delivered: [AlertWay: Int] = [:]
        public var failed: [AlertWay: Int] = [:]
        public var givenUp: [AlertWay: Int] = [:]
        /// Alerts that had to go without being told, as there were too many.
        public var dropped = 0
    }

    /// What it works on.
    public struct Options: Sendable {
        public var settings: AlertSettings
        /// The fleet's name.
        public var fleet: String
        /// The state folder.
        public var directory: String
        public var schedule = RetrySchedule()
        /// How often the journal is looked at.
        public var interval = Duration.milliseconds(250)
        /// How long the end waits for what can still be delivered.
        public var lastChance = Duration.seconds(5)
        /// How long an attempt may take.
        public var webhookTime = Webhook.attemptTime
        public var commandTime = CommandHook.runTime
        /// The wall clock.
        public var now: @Sendable () -> Timestamp

        /// The usual times.
        public init(
            settings: AlertSettings, fleet: String, directory: String, now: @escaping @Sendable () -> Timestamp
        ) {
            (self.settings, self.fleet, self.directory, self.now) = (settings, fleet, directory, now)
        }
    }

    /// Opens the journal for reading.
    public typealias JournalOpening = @Sendable () throws -> any FactLog

    struct Shared {
        var outbox: Outbox
        var counts = Counts()
        var end: End?
        /// Whether nothing comes any more, and whether what is left has to wait for the next start.
        var hasEnded = false
        var isOver = false
        /// Whether the last change could be kept.
        var isKept = true
    }

    /// Why it ends.
    enum End { case stopped, handedOver }

    let options: Options
    private let factCount: UInt64
    let openJournal: JournalOpening
    let logger: Logger
    let file: OutboxFile
    let shared: Mutex<Shared>
    let routes: [any AlertRoute]
    /// Wake the follower and each way.
    let followerNews = DispatchSemaphore(value: 0)
    let wayNews: [AlertWay: DispatchSemaphore]
    /// Signalled once by each thread that has ended.
    let ended = DispatchSemaphore(value: 0)

    /// A service that has not begun. To be made before the engine starts.
    /// - Parameters:
    ///   - factCount: Facts that the journal holds now. On the first start alerts begin behind them, not with history.
    ///   - openJournal: Opens the journal once the engine works on it.
    public init(
        _ options: Options, factCount: Int, logger: Logger, openJournal: @escaping JournalOpening
    ) {
        self.options = options
        self.factCount = UInt64(factCount)
        self.openJournal = openJournal
        self.logger = logger
        file = OutboxFile(directory: options.directory)
        routes = AlertTest.routes(options)
        wayNews = Dictionary(uniqueKeysWithValues: routes.map { ($0.way, DispatchSemaphore(value: 0)) })
        shared = Mutex(Shared(outbox: Outbox(cursor: self.factCount)))
    }

    var ways: [AlertWay] { routes.map(\.way) }

    /// What there is to count.
    public var counts: Counts {
        shared.withLock { shared in
            var counts = shared.counts
            counts.dropped = shared.outbox.dropped
            return counts
        }
    }

    /// Takes away what is kept of alerts: where they are not configured any more, they do not go on where they were.
    public static func forget(in directory: String) { OutboxFile(directory: directory).remove() }

    /// Begins, once the engine works and no other can: only then what is kept is this engine's.
    /// - Parameter failure: Why the engine works no more; nil: it does.
    public func start(failure: @escaping @Sendable () -> String?) {
        let outbox = takeUp()
        keep { $0.outbox = outbox }
        thread("alerts") { self.follow(failure) }
        for route in routes { thread("alerts \(route.way.rawValue)") { self.work(route) } }
    }

    /// What was kept, brought up to the journal as it was before the engine started.
    private func takeUp() -> Outbox {
        var outbox = Outbox(cursor: factCount)
        do throws(OutboxFile.Failure) {
            if let kept = try file.read() { outbox = kept }
        } catch {
            logger.warning("alerts begin anew, at the present end of the journal", metadata: ["reason": "\(error)"])
        }
        if outbox.cursor > factCount {
            logger.warning("the journal is older than what was alerted; alerts go on at its end")
            (outbox.cursor, outbox.isRunning, outbox.uncleanEnd) = (factCount, false, nil)
        }
        if outbox.isRunning, factCount > 0 { outbox.uncleanEnd = outbox.uncleanEnd ?? factCount }
        outbox.isRunning = true
        outbox.keep(ways)
        return outbox
    }

    private func thread(_ name: String, _ work: @escaping @Sendable () -> Void) {
        let thread = Thread { [ended] in
            work()
            ended.signal()
        }
        thread.name = name
        thread.stackSize = 2 << 20
        thread.start()
    }

    /// Ends in good order, once the engine has ended: what it did last is told too, or kept for the next start.
    /// - Parameter isHandedOver: Whether another process goes on as the engine at once, so that nothing has stopped.
    public func end(isHandedOver: Bool = false) {
        let isFirst = shared.withLock { shared in
            defer { shared.end = shared.end ?? (isHandedOver ? .handedOver : .stopped) }
            return shared.end == nil
        }
        guard isFirst else { return }
        wakeAll()
        let chance = isHandedOver ? Duration.seconds(1) : options.lastChance
        var left = routes.count + 1
        let deadline = DispatchTime.now() + .milliseconds(Int(chance.milliseconds))
        while left > 0, ended.wait(timeout: deadline) == .success { left -= 1 }
        shared.withLock { $0.isOver = true }
        for route in routes { route.cancel() }
        while left > 0, ended.wait(timeout: .now() + .seconds(1)) == .success { left -= 1 }
        keep { $0.outbox.isRunning = false }
    }

    func wakeAll() {
        followerNews.signal()
        wakeWays()
    }

    func wakeWays() { for news in wayNews.values { news.signal() } }

    /// Changes what outlives the process, and keeps it.
    func keep(_ change: (inout Shared) -> Void) {
        shared.withLock { shared in
            change(&shared)
            do throws(OutboxFile.Failure) {
                try file.write(shared.outbox)
                shared.isKept = true
            } catch {
                // Alerts go on in memory: a disk that is full is a reason to send them.
                if shared.isKept { logger.error("alerts cannot be kept", metadata: ["reason": "\(error)"]) }
                shared.isKept = false
            }
        }
    }

    var nowMilliseconds: Int64 { options.now().milliseconds }
}
