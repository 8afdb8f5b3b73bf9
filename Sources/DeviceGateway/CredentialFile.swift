import Crypto
import Foundation
import Synchronization

/// The tokens by which devices prove who they are, in a file that holds only their hashes.
///
/// One line each: the SHA-256 of the token in hexadecimal, a blank, and the device's id; `*` for the fleet's token, which
/// speaks for any device, and which is no device's id. Tokens are drawn from 256 bits, so that a plain hash is as good as a slow one. The file is
/// looked at for every token, and read again when it has changed.
public final class CredentialFile: DeviceCredentials {
    /// The file's name in the state folder.
    public static let name = "credentials"
    /// How a line names the fleet, which no device may be called.
    static let gateway = "*"

    private struct Content {
        var hashes: [String: [UInt8]] = [:]
        var stamp: FileStamp?
    }

    private let path: String
    private let content = Mutex(Content())
    private let onProblem: @Sendable (CredentialFailure) -> Void

    /// The credentials in a state folder; a file that is not there holds none.
    /// - Parameter onProblem: Told of lines that cannot be read, whenever the file has changed; the others count.
    public init(directory: String, onProblem: @escaping @Sendable (CredentialFailure) -> Void = { _ in }) {
        path = "\(directory)/\(Self.name)"
        self.onProblem = onProblem
    }

    public func isGatewayToken(_ token: String) -> Bool { isToken(token, named: Self.gateway) }

    public func isToken(_ token: String, of device: String) -> Bool {
        device != Self.gateway && isToken(token, named: device)
    }

    private func isToken(_ token: String, named owner: String) -> Bool {
        let wanted = content.withLock { content in
            refresh(&content)
            return content.hashes[owner]
        }
        guard let wanted else { return false }
        return HashedTokens.isEqual(wanted, HashedTokens.hash(token))
    }

    /// For every token: one that was taken back counts no more from then on. The system knows the answer without the
    /// disk, in a millionth of a second.
    private func refresh(_ content: inout Content) {
        guard let stamp = FileStamp(of: path) else {
            content = Content()
            return
        }
        guard stamp != content.stamp else { return }
        content.stamp = stamp
        do throws(CredentialFailure) {
            let lines = try CredentialLines(reading: path)
            content.hashes = lines.hashes
            if let problem = lines.problem { onProblem(problem) }
        } catch {
            content.hashes = [:]
            onProblem(error)
        }
    }
}

/// The lines of a file of tokens.
struct CredentialLines {
    /// The hash of each owner's token.
    var hashes: [String: [UInt8]] = [:]
    /// What is wrong with the first line that cannot be read; nil: all can.
    private(set) var problem: CredentialFailure?

    /// Lines of these hashes.
    init(hashes: [String: [UInt8]]) { self.hashes = hashes }

    /// Reads a file; one that is not there has no lines.
    init(reading path: String) throws(CredentialFailure) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            guard access(path, F_OK) == 0 || errno != ENOENT else { return }
            throw CredentialFailure(
                message: "\(path) cannot be read", remedy: "check who may read it, and that it is a file")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !line.isEmpty {
            let parts = line.split(separator: " ", maxSplits: 1)
            if parts.count == 2, let hash = Self.bytes(parts[0]), hash.count == SHA256.byteCount {
                hashes[String(parts[1])] = hash
            } else if problem == nil {
                problem = CredentialFailure(
                    message: "\(path):\(number + 1): this is not the hash of a token, a blank, and whose it is",
                    remedy: "remove the line, and draw a new token")
            }
        }
    }

    /// The file's text.
    var text: String {
        hashes.sorted { $0.key < $1.key }
            .map { owner, hash in hash.map { String(format: "%02x", $0) }.joined() + " \(owner)\n" }.joined()
    }

    private static func bytes(_ hex: Substring) -> [UInt8]? {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == hex.utf8.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
