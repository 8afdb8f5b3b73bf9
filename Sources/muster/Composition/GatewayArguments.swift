import ArgumentParser

/// Where devices call in.
struct ListenAddress: ExpressibleByArgument, Hashable, Sendable {
    var host: String
    var port: Int

    /// The address of this machine alone, as long as nobody names another.
    static let standard = ListenAddress(host: "127.0.0.1", port: 8080)

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `HOST:PORT`, or `[IPv6]:PORT`.
    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        guard !host.isEmpty, !host.contains("[") else { return nil }
        self.host = host
        self.port = Int(port)
    }
}
