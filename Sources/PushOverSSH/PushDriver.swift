import FleetCore
import FleetEngine
import Foundation
import Synchronization

/// Drives the terminals whose address is `ssh://user@host:port`: visits each once a heartbeat, and at once if it has an order.
///
/// It is the engine's way to such devices, and a device's way to the engine: it calls in on their behalf, as they would
/// themselves by HTTP. What it forgets at its end is asked of the engine and of the terminals at the next start.
public final class PushDriver: DeviceLink, Sendable {
    /// Puts a call into the engine's inbox; false: it is full. See `EngineHost.call`.
    public typealias Entry = @Sendable (DeviceCall, @escaping @Sendable (EngineReply) -> Void) -> Bool

    /// How the driver behaves.
    public struct Options: Sendable {
        /// How terminals are driven.
        public var settings: PushSettings
        /// How often each is visited.
        public var heartbeat: Duration
        /// How often the registry is asked which terminals there are.
        public var rosterInterval = Duration.minutes(1)

        /// Options of these values.
        public init(settings: PushSettings, heartbeat: Duration) {
            self.settings = settings
            self.heartbeat = heartbeat
        }
    }

    /// Terminals that are only asked what they run, at once, beside those that are pushed to.
    public static let mostLooks = 16
    /// The pause before a terminal with an order is visited again that could not be carried on.
    static let pauseBeforeAgain = Duration.seconds(2)
    /// The most characters of a note: a part of it may be a stranger's text.
    private static let mostNoteCharacters = 300
    /// How often it is looked whether a visit is due.
    private static let turn = Duration.milliseconds(500)

    let options: Options
    let files: any PushFileSource
    let trust: any PushTrust
    let note: @Sendable (_ device: String, _ message: String) -> Void
    let schedule: Mutex<PushSchedule>
    let ledger = PushLedger()
    let pace = RegionPace()
    private let wake: AsyncStream<Void>, waker: AsyncStream<Void>.Continuation
    private let runner = Mutex<Task<Void, Never>?>(nil)

    /// A driver that does not work yet.
    /// - Parameters:
    ///   - options: How it behaves.
    ///   - files: The files of releases.
    ///   - trust: Says which of them may be installed on whom.
    ///   - note: Told what an administrator should know of a device.
    public init(
        _ options: Options, files: any PushFileSource, trust: any PushTrust,
        note: @escaping @Sendable (_ device: String, _ message: String) -> Void
    ) {
        self.options = options
        self.files = files
        self.trust = trust
        self.note = note
        schedule = Mutex(PushSchedule(mostPushes: options.settings.atOnce, mostLooks: Self.mostLooks))
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    public func send(_ orders: [Order]) {
        schedule.withLock { schedule in for order in orders { schedule.order(order.device) } }
        waker.yield()
    }

    /// Begins to visit the terminals of an engine.
    public func start(_ host: EngineHost) {
        // A terminal that is gone is an error of a write, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        let task = Task {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.tick() }
                group.addTask { await self.followRegistry(host) }
                for await _ in self.wake where !Task.isCancelled {
                    for (target, carries) in self.schedule.withLock({ $0.takeDue(now: .now) }) {
                        group.addTask { await self.visit(target, carries: carries, host) }
                    }
                }
                group.cancelAll()
            }
        }
        runner.withLock { $0 = task }
    }

    /// Ends: no more visits, and those under way are cut off. What is installed on a terminal goes on.
    public func stop() async {
        let task = runner.withLock { $0 }
        task?.cancel()
        waker.finish()
        await task?.value
    }

    private func tick() async {
        while !Task.isCancelled {
            waker.yield()
            try? await Task.sleep(for: Self.turn)
        }
    }

    private func followRegistry(_ host: EngineHost) async {
        while !Task.isCancelled {
            if let targets = await PushRoster.read(host) {
                schedule.withLock { $0.take(targets, now: .now) }
                waker.yield()
            }
            try? await Task.sleep(for: options.rosterInterval)
        }
    }

    private func visit(_ target: PushTarget, carries: Bool, _ host: EngineHost) async {
        let visit = PushVisit(
            target: target, settings: options.settings,
            voice: EngineVoice(entry: { host.call($0, completion: $1) }, device: target.id), files: files,
            trust: trust, ledger: ledger, pace: pace,
            note: { [note] in note(target.id, InertText.of($0, characters: Self.mostNoteCharacters)) })
        let outcome = await visit.run(carries: carries)
        schedule.withLock { schedule in
            schedule.ended(target.device, carried: carries, outcome, now: .now, heartbeat: options.heartbeat)
        }
        waker.yield()
    }
}
