/// Who may call in as whom.
public protocol DeviceCredentials: Sendable {
    /// Whether a token of the fleet, which speaks for any device, is this one.
    func isGatewayToken(_ token: String) -> Bool
    /// Whether a device's own token is this one.
    func isToken(_ token: String, of device: String) -> Bool
}

/// What an `Authorization` header proves.
enum DeviceProof {
    /// `TargetToken T`: the device's own. `GatewayToken T`: the fleet's.
    static func holds(_ header: String?, for device: String, _ credentials: any DeviceCredentials) -> Bool {
        guard let header else { return false }
        let parts = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return false }
        let token = parts[1].trimmingPrefix { $0 == " " }
        switch parts[0].lowercased() {
        case "targettoken": return credentials.isToken(String(token), of: device)
        case "gatewaytoken": return credentials.isGatewayToken(String(token))
        default: return false
        }
    }
}
