import Foundation

/// Addresses of http and https in files.
enum PlainURL {
    /// Reads one; nil, noted, if it is none. Without a slash at its end.
    /// - Parameter isSecret: Whether what is sent there is nobody else's business.
    static func read(_ value: YamlValue, isSecret: Bool) -> String? {
        guard let text = value.text() else { return nil }
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let parts = URLComponents(string: text),
            let scheme = parts.scheme, ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty,
            parts.query == nil, parts.fragment == nil
        else {
            value.error(
                value.named("is no address of http or https"), "write it like https://ops.example.com:8443")
            return nil
        }
        guard parts.user == nil, parts.password == nil else {
            value.error(value.named("holds a user or a password"), "leave it out")
            return nil
        }
        if isSecret, scheme == "http", !["localhost", "127.0.0.1", "[::1]", "::1"].contains(host) {
            value.document.scope.warning(
                value.place, "the token goes over the network without TLS", "use an address of https")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}
