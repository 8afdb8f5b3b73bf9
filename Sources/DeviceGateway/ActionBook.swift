import FleetCore
import FleetEngine
import Synchronization

/// What the gateway knows of the action that each device believes to be under way, beside the engine's state: which one
/// it was offered, and what it complained of last.
///
/// Kept in memory. What is forgotten at a restart costs a client one feedback that changes nothing. What a device was
/// sent is in the ``DeliveryLedger``, which outlives the process.
final class ActionBook: Sendable {
    /// One device's action.
    private struct Entry {
        /// Nil: the device has said that it has ended.
        var action: UInt32?
        /// Whether the device was told what to fetch.
        var isGiven = false
        /// The last complaint.
        var problem: String?
    }

    private struct Content {
        var entries: [ExactText: Entry] = [:]
        /// Whose each of these actions is.
        var owners: [UInt32: ExactText] = [:]
    }

    private let content = Mutex(Content())
    /// What devices were sent.
    let deliveries: DeliveryLedger

    init(_ deliveries: DeliveryLedger) { self.deliveries = deliveries }

    /// Whether another device was offered this action, and has not ended it.
    func isAnothers(_ action: UInt32, than device: String) -> Bool {
        content.withLock { $0.owners[action].map { $0 != ExactText(device) } ?? false }
    }

    /// The device is offered this action.
    func offered(_ work: DeviceAnswer.Work, to device: String) {
        content.withLock { Self.open(work, device, in: &$0) }
        opened(work, by: device)
    }

    /// The device is told what to fetch for this action. True: for the first time.
    func given(_ work: DeviceAnswer.Work, to device: String) -> Bool {
        opened(work, by: device)
        return content.withLock { content in
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

    /// A delivery of a file of this action begins at one of its bytes; gives its number.
    /// - Parameters:
    ///   - place: The file's place in the release.
    ///   - look: How it is looked at while it is under way.
    func began(
        _ work: DeviceAnswer.Work, _ place: Int, at start: Int64, to device: String, look: DeliveryLook
    ) -> UInt64 {
        offered(work, to: device)
        let file = DeliveredFile(place: place, sha256: work.artifacts[place].sha256)
        deliveries.fetches(work.order.generation, by: device)
        return deliveries.began(file, at: start, to: device, look: look)
    }

    /// Bytes of a file of this action, from its beginning, that the device may have, in whichever attempt.
    func handed(_ work: DeviceAnswer.Work, _ place: Int, to device: String) -> Int64 {
        opened(work, by: device)
        let file = DeliveredFile(place: place, sha256: work.artifacts[place].sha256)
        return deliveries.handed(of: file, work.order.release, to: device)
    }

    /// A client may go on in another attempt with what it was sent in the one before.
    private func opened(_ work: DeviceAnswer.Work, by device: String) {
        deliveries.opened(work.order.release, size: work.size, by: device)
    }

    private static func open(_ work: DeviceAnswer.Work, _ device: String, in content: inout Content) {
        guard content.entries[device]?.action != work.order.generation else { return }
        if let action = content.entries[device]?.action { content.owners[action] = nil }
        content.owners[work.order.generation] = ExactText(device)
        content.entries[device] = Entry(action: work.order.generation)
    }
}
