import FleetCore
import FleetEngine

/// A question about one device that `y` confirms, once what is known of the device is on the screen.
public struct DeviceQuestion: Hashable, Sendable {
    /// What is confirmed.
    public enum Kind: String, Hashable, Sendable { case accept, refuse }

    /// What is confirmed.
    public var kind: Kind
    /// The device's id, as it was typed.
    public var device: String
    /// The device as the engine showed it last; nil: it has not answered yet, or there is no such device.
    public var detail: DeviceDetail?
    /// Whether the engine has answered that there is no such device.
    public var isUnknown = false
    /// Whether what matters of the device changed while the dialog was open, so that `y` must be pressed anew.
    public var hasChanged = false

    /// A question about the device of this id.
    public init(_ kind: Kind, device: String) {
        self.kind = kind
        self.device = device
    }

    /// What is sent when it is confirmed.
    public var command: Command {
        switch kind {
        case .accept: .accept(device: device)
        case .refuse: .refuse(device: device)
        }
    }

    mutating func received(_ view: FleetView) {
        guard view.query.detail == device else { return }
        isUnknown = view.detail == nil
        if let detail, let current = view.detail, Self.matter(detail) != Self.matter(current) { hasChanged = true }
        detail = view.detail
    }

    /// What an answer depends on: where the device stands, and what it says it is.
    private static func matter(_ detail: DeviceDetail) -> [String] {
        [detail.row.lifecycle.description, detail.row.hold?.description ?? ""]
            + detail.described.flatMap { [$0.name, $0.value] }
    }
}
