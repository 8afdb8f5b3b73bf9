import DeviceGateway
import FleetCore
import Foundation
import Synchronization

/// Whose a token is, and what may be done with it.
public struct APIToken: Hashable, Sendable {
    /// What it is called in the audit.
    public var name: String
    /// What may be done with it.
    public var role: Role

    /// A token of this name and role.
    public init(name: String, role: Role) {
        self.name = name
        self.role = role
    }
}

/// The tokens by which programs prove themselves, in a file of the state folder that holds only their hashes.
public final class APITokenFile: Sendable {
    /// The file's name in the state folder.
    public static let name = "api-tokens"
    /// The most tokens.
    public static let mostTokens = 64
    /// The longest name of a token.
    public static let longestName = 64

    private struct Content {
        var stamp: FileStamp?
        var tokens: [(hash: [UInt8], token: APIToken)] = []
    }

    private let file: HashedTokens
    private let content = Mutex(Content())
    private let onProblem: @Sendable (CredentialFailure) -> Void

    /// The tokens in a state folder; a file that is not there holds none.
    /// - Parameter onProblem: Told if the file cannot be read, whenever it has changed; no token counts then.
    public init(directory: String, onProblem: @escaping @Sendable (CredentialFailure) -> Void = { _ in }) {
        file = HashedTokens(directory: directory, name: Self.name)
        self.onProblem = onProblem
    }

    /// Whose a token is; nil: nobody's. The file is looked at each time, so that one that is taken back counts no more,
    /// and all hashes are compared, so that the time tells nothing.
    func owner(of token: String) -> APIToken? {
        let hash = HashedTokens.hash(token)
        let tokens = content.withLock { content in
            refresh(&content)
            return content.tokens
        }
        var found: APIToken?
        for known in tokens where HashedTokens.isEqual(known.hash, hash) { found = known.token }
        return found
    }

    private func refresh(_ content: inout Content) {
        let stamp = FileStamp(of: file.path)
        guard stamp != content.stamp else { return }
        content.stamp = stamp
        do throws(CredentialFailure) {
            content.tokens = try file.whole().compactMap { owner, hash in
                APIToken(line: owner.text).map { (hash, $0) }
            }
        } catch {
            content.tokens = []
            onProblem(error)
        }
    }
}

extension APITokenFile {
    /// Whose tokens there are in a state folder, by name.
    public static func owners(in directory: String) throws(CredentialFailure) -> [APIToken] {
        let file = HashedTokens(directory: directory, name: name)
        return try file.whole().keys.compactMap { APIToken(line: $0.text) }.sorted { $0.name < $1.name }
    }

    /// Draws a token, and writes the file anew.
    /// - Returns: The token, which is kept nowhere.
    public static func issue(_ token: APIToken, directory: String) throws(CredentialFailure) -> String {
        let secret = HashedTokens.draw()
        try HashedTokens(directory: directory, name: name).change { hashes throws(CredentialFailure) in
            try expectRoom(for: token, among: hashes.keys.compactMap { APIToken(line: $0.text) })
            hashes[token.line] = HashedTokens.hash(secret)
        }
        return secret
    }

    /// What keeps a token from being drawn; throws it.
    public static func expectRoom(for token: APIToken, among known: [APIToken]) throws(CredentialFailure) {
        guard !known.contains(where: { $0.name == token.name }) else {
            throw CredentialFailure(
                message: "there is a token \(token.name) already",
                remedy: "take it back with `muster api-token remove`, or name another")
        }
        guard known.count < mostTokens else {
            throw CredentialFailure(
                message: "there are \(mostTokens) tokens already", remedy: "take those back that nobody uses")
        }
    }

    /// Takes a token back.
    /// - Returns: Whether there was one.
    public static func revoke(_ name: String, directory: String) throws(CredentialFailure) -> Bool {
        var had = false
        try HashedTokens(directory: directory, name: Self.name).change { hashes in
            for line in hashes.keys where APIToken(line: line.text)?.name == name {
                hashes[line] = nil
                had = true
            }
        }
        return had
    }

    /// Whether a token may have this name.
    public static func isName(_ name: String) -> Bool {
        (1...longestName).contains(name.utf8.count)
            && name.unicodeScalars.allSatisfy {
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_.@".unicodeScalars.contains($0))
            }
    }
}

extension APIToken {
    /// As the file names its owner.
    var line: String { "\(role) \(name)" }

    /// Reads what `line` gave; nil: it is something else.
    init?(line: String) {
        let parts = line.split(separator: " ")
        guard parts.count == 2, let role = Role(String(parts[0])), APITokenFile.isName(String(parts[1])) else {
            return nil
        }
        self.init(name: String(parts[1]), role: role)
    }
}
