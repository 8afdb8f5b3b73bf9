import FleetCore

/// A contact with a device before this engine knew it.
public struct DeviceContact: Hashable, Sendable {
    /// The device's id.
    public var device: String
    /// When it was last heard of.
    public var at: Timestamp

    /// A contact with the device of this id.
    public init(device: String, at: Timestamp) {
        self.device = device
        self.at = at
    }
}
