/// Who may call in as whom.
public protocol DeviceCredentials: Sendable {
    /// Whether a token of the fleet, which speaks for any device, is this one.
    func isGatewayToken(_ token: String) -> Bool
    /// Whether a device's own token is this one.
    func isToken(_ token: String, of device: String) -> Bool
}

/// What a device has proven.
enum DeviceProof: Hashable {
    /// That it is the device it calls as.
    case device
    /// That it belongs to the fleet: it may be any device.
    case fleet

    /// What an `Authorization` header proves; nil: nothing. `TargetToken T` is the device's own, `GatewayToken T` the
    /// fleet's.
    init?(_ header: String?, for device: String, _ credentials: any DeviceCredentials) {
        guard let header else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        let token = String(parts[1].trimmingPrefix { $0 == " " })
        switch parts[0].lowercased() {
        case "targettoken" where credentials.isToken(token, of: device): self = .device
        case "gatewaytoken" where credentials.isGatewayToken(token): self = .fleet
        default: return nil
        }
    }
}
