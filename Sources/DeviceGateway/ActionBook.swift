import FleetCore
import FleetEngine
import Synchronization

/// What the gateway knows of the action that each device believes to be under way, beside the engine's state: which one
/// it was offered, how much of its files it was sent, and what it complained of last.
///
/// What is delivered is what has arrived, as far as the system can know that. Bytes that were handed to the system and
/// not acknowledged count once the device asks for those behind them.
///
/// Kept in memory. What is forgotten at a restart costs a client one feedback that changes nothing; of the files of what
/// had begun by then it is believed that what a device does not ask for again was delivered before.
final class ActionBook: Sendable {
    /// One device's action.
    private struct Entry {
        /// Nil: the device has said that it has ended.
        var action: UInt32?
        var release: Version
        /// Whether whatever was delivered of the release was delivered by this process.
        var isWhole: Bool
        /// Whether the device was told what to fetch.
        var isGiven = false
        /// Bytes of each file that were delivered without a gap from its start, by the file's place.
        var delivered: [Int: Int64] = [:]
        /// The same with those that were handed to the system and may have arrived.
        var handed: [Int: Int64] = [:]
        /// Bytes of the release that were delivered without a gap.
        var sent: Int64 = 0
        /// The last complaint.
        var problem: String?

        mutating func take(_ range: Range<Int64>, of file: Int, hasArrived: Bool) {
            let before = delivered[file] ?? (isWhole ? 0 : range.lowerBound)
            let reach = max(before, handed[file] ?? 0)
            delivered[file] = before
            // Bytes behind a gap prove nothing: a device could ask for the last one alone.
            guard range.lowerBound <= reach else { return }
            delivered[file] = max(before, hasArrived ? range.upperBound : range.lowerBound)
            handed[file] = max(reach, range.upperBound)
        }

        /// Counts what was sent; gives what was handed over.
        mutating func count(_ work: DeviceAnswer.Work, through file: Int) -> Int64 {
            sent = 0
            var all: Int64 = 0
            for place in work.artifacts.indices {
                // Of what had begun before this process, what is not asked for again was delivered before.
                let whole = isWhole || place >= file ? 0 : work.artifacts[place].size
                sent += delivered[place] ?? whole
                all += max(delivered[place] ?? whole, handed[place] ?? 0)
            }
            return all
        }
    }

    private struct Content {
        var entries: [String: Entry] = [:]
        /// Whose each of these actions is.
        var owners: [UInt32: String] = [:]
        /// Deliveries that have begun and not ended, by device.
        var open: [String: Int] = [:]
    }

    private let content = Mutex(Content())

    /// Whether another device was offered this action, and has not ended it.
    func isAnothers(_ action: UInt32, than device: String) -> Bool {
        content.withLock { $0.owners[action].map { $0 != device } ?? false }
    }

    /// The device is offered this action.
    func offered(_ work: DeviceAnswer.Work, to device: String) {
        content.withLock { Self.open(work, device, in: &$0) }
    }

    /// The device is told what to fetch for this action. True: for the first time.
    func given(_ work: DeviceAnswer.Work, to device: String) -> Bool {
        content.withLock { content in
            Self.open(work, device, in: &content)
            defer { content.entries[device]?.isGiven = true }
            return content.entries[device]?.isGiven == false
        }
    }

    /// The device said that this action has ended.
    func closed(_ action: UInt32, by device: String) {
        content.withLock { content in
            guard content.entries[device]?.action == action else { return }
            content.entries[device]?.action = nil
            content.entries[device]?.problem = nil
            content.owners[action] = nil
        }
    }

    /// The action that a device is to drop since another or none is under way: a client goes on with one that was called
    /// off until it has confirmed the cancel. Nil: none.
    func cancelled(_ device: String, underWay: UInt32?) -> UInt32? {
        content.withLock { content in
            guard let known = content.entries[device]?.action, known != underWay else { return nil }
            return known
        }
    }

    /// What the device complained of; the latest is kept.
    func complained(_ problem: String, of action: UInt32, by device: String) {
        content.withLock { if $0.entries[device]?.action == action { $0.entries[device]?.problem = problem } }
    }

    /// What the device complained of last.
    func complaint(of action: UInt32, by device: String) -> String? {
        content.withLock { $0.entries[device]?.action == action ? $0.entries[device]?.problem : nil }
    }

    /// A delivery to a device begins, or ends.
    func deliveryChanged(_ device: String, by change: Int) {
        content.withLock { content in
            let open = (content.open[device] ?? 0) + change
            content.open[device] = open > 0 ? open : nil
        }
    }

    /// Whether something is being delivered to a device: then it is not yet known what it has.
    func isDelivering(_ device: String) -> Bool { content.withLock { $0.open[device] != nil } }

    /// Bytes of a release that a device was sent without a gap, in whichever attempt.
    func sent(of release: Version, to device: String) -> Int64 {
        content.withLock { content in
            guard let entry = content.entries[device], entry.release == release else { return 0 }
            return entry.sent
        }
    }

    /// These bytes of a file were delivered, or handed over.
    /// - Parameters:
    ///   - file: The file's place in the release.
    ///   - hasArrived: Whether all of them are known to have arrived.
    /// - Returns: How many bytes of the release were delivered without a gap, and how many may have been.
    func delivered(
        _ range: Range<Int64>, of file: Int, hasArrived: Bool, _ work: DeviceAnswer.Work, to device: String
    ) -> (sent: Int64, handed: Int64) {
        content.withLock { content in
            Self.open(work, device, in: &content)
            guard var entry = content.entries[device] else { return (0, 0) }
            entry.take(range, of: file, hasArrived: hasArrived)
            let handed = entry.count(work, through: file)
            content.entries[device] = entry
            return (entry.sent, handed)
        }
    }

    private static func open(_ work: DeviceAnswer.Work, _ device: String, in content: inout Content) {
        guard content.entries[device]?.action != work.order.generation else { return }
        let former = content.entries[device]
        if let action = former?.action { content.owners[action] = nil }
        content.owners[work.order.generation] = device
        let isFirst = work.order.attempt == 1 && work.step == .offered
        var entry = Entry(
            action: work.order.generation, release: work.order.release, isWhole: isFirst || !work.isOlderThanEngine)
        // A client may go on in another attempt with what it was sent in the one before.
        if let former, former.release == entry.release {
            (entry.delivered, entry.handed) = (former.delivered, former.handed)
            (entry.isWhole, entry.sent) = (former.isWhole, former.sent)
        }
        content.entries[device] = entry
    }
}
