import FleetCore
import Foundation
import Logging
import Synchronization

/// Which bytes of a release each device was sent: what decides whether its word that it runs the release counts.
///
/// Bytes are written down as handed over before they are, as taken when the system has them all, and as arrived when the
/// other side's system has acknowledged them. So a process that is killed forgets nothing that a device may have: what
/// the system had taken is sent all the same, and is taken for arrived. The piece on its way to the system is not, since
/// a part of it may have gone down with the process: it counts once the device asks for what lies behind. After a power
/// cut only what was acknowledged counts: a device may have to fetch again what it has, and none counts for what it was
/// not sent.
public final class DeliveryLedger: Sendable {
    /// The file's name in the state folder.
    public static let name = DeliveryFile.name
    /// The pause between two attempts to write a file that could not be written.
    private static let pause = Duration.seconds(1)

    private struct Content: ~Copyable {
        var state = DeliveryState()
        var file: DeliveryFile?
        /// When the file is to be made, if there is none.
        var retryAt = ContinuousClock.now
        var lastDelivery: UInt64 = 0
        /// How those are looked at that are under way.
        var looks: [UInt64: DeliveryLook] = [:]
    }

    private let content: Mutex<Content>
    private let directory: String
    private let logger: Logger

    /// The deliveries of a state folder, whose engine is this process's.
    /// - Parameter logger: Told when the file cannot be read or written. What is sent meanwhile counts only as long as
    ///   this process lives.
    public init(directory: String, logger: Logger) {
        self.directory = directory
        self.logger = logger
        var content = Content()
        do {
            let found = try DeliveryFile.read(directory: directory)
            for record in found.records { content.state.apply(record) }
            content.state.endAll(believes: found.isOfThisBoot && found.isWhole)
        } catch {
            logger.warning("what devices were sent before is not known", metadata: ["reason": "\(error)"])
        }
        self.content = Mutex(content)
        self.content.withLock { makeFile(&$0) }
    }

    /// A device is to fetch the files of this release, of so many bytes.
    func opened(_ release: Version, size: Int64, by device: String) {
        content.withLock { content in
            let entry = content.state.entries[device]
            guard entry?.release != release || entry?.size != size else { return }
            note(.opened(device: device, release: release, size: size), &content)
        }
    }

    /// A device fetches for this action from now on.
    func fetches(_ action: UInt32, by device: String) {
        content.withLock { content in
            guard let entry = content.state.entries[device], entry.action != action else { return }
            note(.fetches(device: device, action: action), &content)
        }
    }

    /// Whether a device fetched for this action, and has all bytes of its release since.
    func hasEverything(of release: Version, for action: UInt32, _ device: String) -> Bool {
        content.withLock { content in
            guard let entry = content.state.entries[device], entry.release == release else { return false }
            return entry.size > 0 && entry.action == action && entry.arrived >= entry.size
        }
    }

    /// A delivery to a device begins at this byte of a file; gives its number.
    /// - Parameter look: How it is looked at while it is under way.
    func began(_ file: DeliveredFile, at start: Int64, to device: String, look: DeliveryLook? = nil) -> UInt64 {
        content.withLock { content in
            content.lastDelivery += 1
            content.looks[content.lastDelivery] = look
            note(.began(delivery: content.lastDelivery, device: device, file: file, start: start), &content)
            return content.lastDelivery
        }
    }

    /// The bytes of a delivery up to this one are about to be handed to the system, which has taken those before.
    /// - Parameter arrived: Behind the last byte that is known to have arrived.
    func hands(_ delivery: UInt64, upTo end: Int64, arrived: Int64) {
        content.withLock { note(.handed(delivery: delivery, end: end, arrived: arrived), &$0) }
    }

    /// The system has taken the bytes of a delivery up to this one.
    /// - Parameter arrived: Behind the last byte that is known to have arrived.
    func taken(_ delivery: UInt64, upTo end: Int64, arrived: Int64) {
        content.withLock { content in
            guard content.state.open[delivery].map({ $0.taken < end }) == true else { return }
            note(.taken(delivery: delivery, end: end, arrived: arrived), &content)
        }
    }

    /// The bytes of a delivery up to one have arrived, and those up to another may have left.
    func looked(at delivery: UInt64, arrived: Int64, left: Int64) {
        content.withLock { $0.state.looked(at: delivery, arrived: arrived, left: left) }
    }

    /// Looks at all that is being delivered to a device: it may have more than is known, and ask for what lies behind that
    /// on another connection before the end of this one is seen here.
    func lookAtDeliveries(to device: String) async {
        let looks = content.withLock { content in
            content.state.underWay(to: device).compactMap { content.looks[$0] }
        }
        for look in looks { await look() }
    }

    /// A delivery has ended; its bytes up to `arrived` have arrived.
    /// - Parameter left: Behind the last that may have; nil: all that were handed over may.
    func ended(_ delivery: UInt64, arrived: Int64, left: Int64? = nil) {
        content.withLock { content in
            note(.ended(delivery: delivery, arrived: arrived, left: left), &content)
            content.looks[delivery] = nil
        }
    }

    /// A device said that it was done with a release that it had not been sent.
    func claimedUnfetched(_ device: String) {
        content.withLock { content in
            guard content.state.entries[device]?.hasClaimedUnfetched == false else { return }
            note(.claimedUnfetched(device: device), &content)
        }
    }

    /// A device's order of a release has ended for good.
    func forget(_ release: Version, of device: String) {
        content.withLock { content in
            guard content.state.entries[device]?.release == release else { return }
            note(.forgotten(device: device), &content)
        }
    }

    /// Bytes of a release that a device was sent: all of them only if all are known to have arrived, and none only if
    /// none was handed over and the device never said that it had them.
    func sent(of release: Version, to device: String) -> Int64 {
        content.withLock { $0.state.sent(of: release, to: device) }
    }

    /// Bytes of a file, from its beginning, that a device may have: who goes on anywhere in them says that it has those
    /// before, and who has more has them from elsewhere. Never less than what has arrived, so that nobody is sent for what
    /// it has.
    func handed(of file: DeliveredFile, _ release: Version, to device: String) -> Int64 {
        content.withLock { content in
            guard let entry = content.state.entries[device], entry.release == release,
                let first = entry.files[file]?.handed.ranges.first, first.lowerBound == 0
            else { return 0 }
            return first.upperBound
        }
    }

    /// Bytes of a release that a device has, and that it may have.
    func progress(of release: Version, to device: String) -> (arrived: Int64, handed: Int64) {
        content.withLock { content in
            guard let entry = content.state.entries[device], entry.release == release else { return (0, 0) }
            return (entry.arrived, entry.handed)
        }
    }

    /// Whether something is being delivered to a device: then it is not yet known what it has.
    func isDelivering(_ device: String) -> Bool { content.withLock { $0.state.isDelivering(device) } }

    // MARK: - The file

    /// First the file, then the state: what is believed of a process that was killed is never less than what it did.
    private func note(_ record: DeliveryRecord, _ content: inout Content) {
        if content.file == nil, content.retryAt <= .now { makeFile(&content) }
        do {
            try content.file?.append(record)
        } catch {
            failed(error, &content)
        }
        content.state.apply(record)
        if content.file?.isFull == true { makeFile(&content) }
    }

    private func makeFile(_ content: inout Content) {
        do {
            content.file = try DeliveryFile.make(directory: directory, records: content.state.records)
        } catch {
            failed(error, &content)
        }
    }

    private func failed(_ error: any Error, _ content: inout Content) {
        content.file = nil
        content.retryAt = .now + Self.pause
        logger.warning(
            "what devices are sent cannot be written down: after a restart they may have to fetch it again",
            metadata: ["reason": "\(error)", "remedy": "check the disk of the state folder"])
    }
}
