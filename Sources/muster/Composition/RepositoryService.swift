import DeviceGateway
import FleetCore
import Foundation
import Logging
import PushOverSSH
import ReleaseRepository
import Synchronization

/// Looks after a fleet's signed repository while its gateway runs: takes over what is published, makes snapshot and
/// timestamp anew before they end, and says what goes wrong. Whatever does, the gateway goes on.
final class RepositoryService: SignedRepository {
    /// How often it is looked whether something was published, or is to be made anew.
    private static let interval = DispatchTimeInterval.milliseconds(500)
    /// Seconds that a look under way may take until the gateway ends without it.
    private static let longestEnd = 5.0

    private struct Work {
        var keeper: RepositoryKeeper?
        var logger: Logger?
        var isEnding = false
        /// What was said last, so that nothing is said again at every look.
        var said: Set<String> = []
    }

    private let work = Mutex(Work())
    /// Held by a look: there is one at a time.
    private let looking = Mutex(())
    private let end = DispatchSemaphore(value: 0), hasEnded = DispatchSemaphore(value: 0)

    /// Begins to look after the repository of a fleet, whether there is one yet or not, on a thread of its own. The first
    /// look is over when this returns.
    func start(fleet: String, state: String, logger: Logger) {
        let keeper = RepositoryKeeper(fleet: fleet, state: state, keys: KeyFolder(state: state))
        work.withLock { work in
            work.keeper = keeper
            work.logger = logger
        }
        look(keeper, logger)
        let thread = Thread { [self] in
            while end.wait(timeout: .now() + Self.interval) == .timedOut { look(keeper, logger) }
            hasEnded.signal()
        }
        thread.name = "release repository"
        thread.start()
    }

    /// Ends; waits for a look that is under way. What was served last can still be asked for.
    func stop() {
        let isFirst = work.withLock { work in
            defer { work.isEnding = true }
            return !work.isEnding && work.keeper != nil
        }
        guard isFirst else { return }
        end.signal()
        _ = hasEnded.wait(timeout: .now() + Self.longestEnd)
    }

    private func look(_ keeper: RepositoryKeeper, _ logger: Logger) {
        let notes = looking.withLock { _ in keeper.look(now: WallClock.now) }
        let said = Set(notes.map(\.text))
        let before = work.withLock { work in
            defer { work.said = said }
            return work.said
        }
        for note in notes where note.isEvent || !before.contains(note.text) {
            let fields: Logger.Metadata? = note.remedy.map { ["remedy": "\($0)"] }
            logger.log(level: note.isTrouble ? .error : .notice, "\(note.text)", metadata: fields)
        }
    }

    private var keeper: RepositoryKeeper? { work.withLock { $0.keeper } }

    func metadata(_ name: String) -> [UInt8]? { keeper?.metadata(name) }

    func target(version: String, name: String, sha256: String) -> (artifact: Artifact, release: Version)? {
        keeper?.target(version: version, name: name, sha256: sha256)
    }

    /// Why a release's file is not to be sent to any device; nil: it may be.
    func objection(to artifact: Artifact, of release: Version) -> String? {
        keeper?.objection(to: artifact, of: release)
    }

    /// What was published is taken over now, and not within the next moment.
    private func lookNow() {
        let (keeper, logger) = work.withLock { ($0.keeper, $0.logger) }
        if let keeper, let logger { look(keeper, logger) }
    }

    /// What is counted, as Prometheus reads it.
    var metrics: [MetricFamily] {
        guard let keeper, let ends = keeper.ends else { return [] }
        let now = WallClock.now
        return [
            MetricFamily(
                "muster_repository_remaining_seconds", .gauge, "Until the metadata of a role of the repository ends.",
                RepositoryRole.allCases.compactMap { role in
                    ends[role].map { .init(Double(($0 - now).components.seconds), [.init("role", role.rawValue)]) }
                }),
            MetricFamily(
                "muster_repository_trouble", .gauge, "Whether the repository cannot be read or made anew.",
                keeper.isInTrouble ? 1 : 0),
        ]
    }
}

/// A terminal behind SSH has nobody who asks for signatures: this is asked in its stead.
extension RepositoryService: PushTrust {
    func objection(to artifacts: [Artifact], of release: Version, over running: Version?) -> String? {
        func ask() -> String? {
            keeper?.objection(toInstalling: artifacts, of: release, over: running, now: WallClock.now)
        }
        guard ask() != nil else { return nil }
        // An update that is started right behind `muster release publish` comes before the next look.
        lookNow()
        return ask()
    }
}
