import Foundation

/// Scheme, host and port of an address.
struct Origin: Hashable {
    var scheme: String, host: String, port: Int

    init?(_ url: String) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            let host = parts.host?.lowercased(), !host.isEmpty, ["http", "https"].contains(scheme), parts.user == nil
        else { return nil }
        self.scheme = scheme
        self.host = host
        port = parts.port ?? (scheme == "https" ? 443 : 80)
    }

    /// Whether it keeps at least as much from others as another does.
    func isNoWorse(than other: Origin) -> Bool { scheme == "https" || other.scheme == "http" }
}
