import FleetCore

/// The way orders reach devices. What comes back are reports, through the inbox.
public protocol DeviceLink: AnyObject {
    /// Tells devices what to do now. May repeat an order: its generation says so. Must not block.
    func send(_ orders: [Order])
}

/// A link to nowhere: orders are recomputed from state when a real link is there.
public final class NoDeviceLink: DeviceLink, Sendable {
    /// A link to nowhere.
    public init() {}

    public func send(_ orders: [Order]) {}
}
