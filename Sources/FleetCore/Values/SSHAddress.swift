/// Where a terminal is reached by SSH: `ssh://user@host:port`.
///
/// Read strictly, since its parts become arguments of a program: a user or a host that a program could take for an option,
/// or a shell for a command, is no address. The port may be left out; then the operator's own SSH configuration says it.
public struct SSHAddress: Hashable, Sendable, CustomStringConvertible {
    /// Who logs in.
    public let user: String
    /// A name, an IPv4 address, or an IPv6 address without its brackets.
    public let host: String
    /// From 1 to 65535; nil: as the operator's SSH configuration has it.
    public let port: Int?

    /// What every such address begins with.
    public static let scheme = "ssh://"
    /// The longest user in bytes, as Linux has it.
    public static let longestUser = 32
    /// The longest host in bytes, as DNS has it.
    public static let longestHost = 253

    /// What is wrong with a text as an address.
    public struct Fault: Error, Hashable, Sendable {
        /// Where in the text it is wrong, as an offset in bytes.
        public var offset: Int
        /// What is wrong.
        public var message: String
        /// What to do about it.
        public var remedy: String
    }

    /// Whether a text is meant to be such an address.
    public static func isMeant(by text: some StringProtocol) -> Bool {
        text.utf8.prefix(4).elementsEqual("ssh:".utf8) { $0 == $1 || $0 | 0x20 == $1 }
    }

    /// Reads an address.
    public init(_ text: String) throws(Fault) {
        guard text.hasPrefix(Self.scheme) else { throw Self.fault(0, "does not begin with `ssh://`") }
        let rest = text.dropFirst(Self.scheme.count)
        guard let at = rest.firstIndex(of: "@") else {
            throw Self.fault(Self.scheme.utf8.count, "names no user")
        }
        user = String(rest[..<at])
        if let problem = Self.problem(ofUser: user) { throw Self.fault(Self.scheme.utf8.count, problem) }
        let hostOffset = Self.scheme.utf8.count + user.utf8.count + 1
        let (host, tail) = try Self.split(rest[rest.index(after: at)...], at: hostOffset)
        self.host = host
        let portOffset = text.utf8.count - tail.utf8.count
        guard !tail.isEmpty else {
            port = nil
            return
        }
        guard tail.first == ":" else { throw Self.fault(portOffset, "goes on behind the host") }
        let digits = tail.dropFirst()
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(digits), (1...65_535).contains(number)
        else { throw Self.fault(portOffset + 1, "has no port from 1 to 65535 behind its last colon") }
        port = number
    }

    /// As it is read.
    public var description: String {
        let place = host.contains(":") ? "[\(host)]" : host
        return "\(Self.scheme)\(user)@\(place)" + (port.map { ":\($0)" } ?? "")
    }

    private static func fault(_ offset: Int, _ message: String) -> Fault {
        Fault(offset: offset, message: message, remedy: "write it like ssh://user@host:22")
    }
}

// MARK: - Grammar

extension SSHAddress {
    /// A user: letters, digits, `.`, `_` and `-`, which it does not begin with.
    private static func problem(ofUser user: String) -> String? {
        if user.isEmpty { return "names no user" }
        if user.hasPrefix("-") { return "has a user that begins with `-`, which a program takes for an option" }
        guard user.utf8.count <= longestUser, user.utf8.allSatisfy({ isNameByte($0) || $0 == 46 }) else {
            return "has a user that is not 1 to \(longestUser) of a-z A-Z 0-9 . _ -"
        }
        return nil
    }

    /// The host, and what stands behind it.
    private static func split(_ text: Substring, at offset: Int) throws(Fault) -> (String, Substring) {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw fault(offset, "has a `[` without its `]`") }
            let host = text[text.index(after: text.startIndex)..<end]
            guard isIPv6(host) else { throw fault(offset, "has no IPv6 address in its brackets") }
            return (String(host), text[text.index(after: end)...])
        }
        let end = text.firstIndex(of: ":") ?? text.endIndex
        let host = text[..<end]
        if let problem = problem(ofHost: host) { throw fault(offset, problem) }
        return (String(host), text[end...])
    }

    /// A name of DNS, underscores allowed, or an IPv4 address, which is one by its form.
    private static func problem(ofHost host: Substring) -> String? {
        if host.isEmpty { return "names no host" }
        if host.hasPrefix("-") { return "has a host that begins with `-`, which a program takes for an option" }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let areLabels = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(isNameByte) && label.first != "-"
        }
        return host.utf8.count <= longestHost && areLabels ? nil : "has a host that is neither a name nor an address"
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        let isAddress = parts[0].utf8.allSatisfy { byte in
            (48...58).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte) || byte == 46
        }
        let isZone = parts.count == 1 || (1...15).contains(parts[1].utf8.count) && parts[1].utf8.allSatisfy(isNameByte)
        return (2...45).contains(parts[0].utf8.count) && parts[0].contains(":") && isAddress && isZone
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 || byte == 45
    }
}
