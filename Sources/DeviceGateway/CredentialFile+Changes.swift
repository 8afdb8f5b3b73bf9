import FleetCore

extension CredentialFile {
    /// Who has tokens.
    public struct Owners: Hashable, Sendable {
        /// Devices with a token of their own.
        public var devices: Set<ExactText>
        /// Whether there is one that speaks for any device.
        public var hasFleetToken: Bool
    }

    /// Who has tokens in a state folder.
    public static func owners(in directory: String) throws(CredentialFailure) -> Owners {
        let names = Set(try file(in: directory).whole().keys)
        return Owners(
            devices: names.subtracting([ExactText(gateway)]), hasFleetToken: names.contains(ExactText(gateway)))
    }

    /// Draws a token for a device, in the place of the one it had, and writes the file anew.
    /// - Parameter device: Its id; nil: the fleet's token.
    /// - Returns: The token, which is kept nowhere: 43 characters of base64url.
    public static func issue(_ device: String?, directory: String) throws(CredentialFailure) -> String {
        let token = HashedTokens.draw(), owner = try owner(device)
        try file(in: directory).change { $0[owner] = HashedTokens.hash(token) }
        return token
    }

    /// Takes a device's token back.
    /// - Parameter device: Its id; nil: the fleet's token.
    /// - Returns: Whether it had one.
    public static func revoke(_ device: String?, directory: String) throws(CredentialFailure) -> Bool {
        var had = false
        let owner = try owner(device)
        try file(in: directory).change { had = $0.removeValue(forKey: ExactText(owner)) != nil }
        return had
    }

    /// How a line names whose a token is. What it could not name would be read back as somebody else.
    private static func owner(_ device: String?) throws(CredentialFailure) -> String {
        guard let device else { return gateway }
        if let problem = DeviceRecord.problem(ofID: device) {
            throw CredentialFailure(message: problem.message, remedy: problem.remedy)
        }
        return device
    }

    private static func file(in directory: String) -> HashedTokens { HashedTokens(directory: directory, name: name) }
}
