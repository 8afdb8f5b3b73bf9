import FleetCore
import NIOCore
import Synchronization

/// Shares out bytes a second: those of a region among the deliveries in it, and those of a device among its own.
///
/// A link is a row of pieces. A delivery that is to send a piece is given the next free place in the row, and has one
/// place at a time: so deliveries of a region take turns, and there is one timer for each piece.
final class BandwidthShares: Sendable {
    /// The smallest piece. A region's links are shared in pieces of about a second's share of one delivery.
    static let smallestPiece: Int64 = 4 << 10
    /// Links that are remembered while nothing is delivered over them.
    static let idleLinks = 10_000

    private struct Link {
        /// When the next piece may leave.
        var freeAt: ContinuousClock.Instant
        /// Deliveries over it that are open.
        var deliveries = 0
    }

    private struct Links {
        var regions: [ExactText: Link] = [:], devices: [ExactText: Link] = [:]
    }

    private let links = Mutex(Links())
    private let bytesPerSecondPerDevice: Int64?

    init(bytesPerSecondPerDevice: Int64?) {
        self.bytesPerSecondPerDevice = bytesPerSecondPerDevice
    }

    /// A delivery begins. It must be closed.
    func open(_ device: String, region: String, bytesPerSecondPerRegion: Int64?, now: ContinuousClock.Instant)
        -> BandwidthShare
    {
        links.withLock { links in
            Self.open(region, in: &links.regions, now)
            Self.open(device, in: &links.devices, now)
        }
        return BandwidthShare(
            shares: self, region: region, device: device, regionRate: bytesPerSecondPerRegion,
            deviceRate: bytesPerSecondPerDevice)
    }

    private static func open(_ key: String, in links: inout [ExactText: Link], _ now: ContinuousClock.Instant) {
        // What is free by now is as good as one that was never used.
        if links.count > idleLinks { links = links.filter { $0.value.deliveries > 0 || $0.value.freeAt > now } }
        links[key, default: Link(freeAt: now)].deliveries += 1
    }

    fileprivate func close(_ share: BandwidthShare, now: ContinuousClock.Instant) {
        links.withLock { links in
            Self.close(share.region, in: &links.regions, now)
            Self.close(share.device, in: &links.devices, now)
        }
    }

    /// One that has gone leaves its debt to the next, so that it does not pay to come again.
    private static func close(_ key: String, in links: inout [ExactText: Link], _ now: ContinuousClock.Instant) {
        guard var link = links[key] else { return }
        link.deliveries -= 1
        links[key] = link.deliveries > 0 || link.freeAt > now ? link : nil
    }

    fileprivate func next(
        _ share: BandwidthShare, atMost rest: Int64, now: ContinuousClock.Instant
    ) -> (length: Int64, wait: Duration) {
        links.withLock { links in
            let deliveries = Int64(max(1, links.regions[share.region]?.deliveries ?? 1))
            let second = min(share.regionRate.map { $0 / deliveries } ?? .max, share.deviceRate ?? .max)
            let length = min(rest, Int64(FileDelivery.pieceLength), max(Self.smallestPiece, second))
            let regional = Self.place(share.region, length, share.regionRate, in: &links.regions, now)
            let own = Self.place(share.device, length, share.deviceRate, in: &links.devices, now)
            return (length, max(regional, own))
        }
    }

    private static func place(
        _ key: String, _ length: Int64, _ rate: Int64?, in links: inout [ExactText: Link],
        _ now: ContinuousClock.Instant
    ) -> Duration {
        guard let rate, rate > 0 else { return .zero }
        let begins = max(links[key]?.freeAt ?? now, now)
        links[key]?.freeAt = begins + .seconds(Double(length) / Double(rate))
        return begins - now
    }
}

/// What one delivery may take of its links.
struct BandwidthShare: Sendable {
    fileprivate let shares: BandwidthShares
    /// Where the delivery goes.
    let region: String, device: String
    fileprivate let regionRate: Int64?, deviceRate: Int64?

    /// Takes the next piece's place in the row.
    /// - Parameter rest: What is left to send.
    /// - Returns: How long the piece may be, and how long to wait before it is sent.
    func next(atMost rest: Int64, now: ContinuousClock.Instant) -> (length: Int64, wait: Duration) {
        guard regionRate != nil || deviceRate != nil else { return (min(rest, Int64(FileDelivery.pieceLength)), .zero) }
        return shares.next(self, atMost: rest, now: now)
    }

    /// The delivery has ended.
    func close(now: ContinuousClock.Instant) { shares.close(self, now: now) }
}
