import Crypto
import FleetCore
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
        var hashes: [ExactText: [UInt8]] = [:]
        var stamp: FileStamp?
        /// What is wrong with the file, as it was told last.
        var problem: CredentialFailure?
    }

    private let path: String
    private let content = Mutex(Content())
    private let onProblem: @Sendable (CredentialFailure?) -> Void

    /// The credentials in a state folder; a file that is not there holds none.
    /// - Parameter onProblem: Told what is wrong with the file, once for each thing, and nil once nothing is any more. Lines
    ///   that can be read count all the while.
    public init(directory: String, onProblem: @escaping @Sendable (CredentialFailure?) -> Void = { _ in }) {
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

    /// Looks whether the file has changed, so that damage is told before a device has to call in for it.
    public func lookAgain() { content.withLock { refresh(&$0) } }

    /// For every token: one that was taken back counts no more from then on. The system knows the answer without the
    /// disk, in a millionth of a second.
    private func refresh(_ content: inout Content) {
        let stamp = FileStamp(of: path)
        guard stamp != content.stamp else { return }
        content.stamp = stamp
        var problem: CredentialFailure?
        do throws(CredentialFailure) {
            let lines = try CredentialLines(reading: path)
            content.hashes = lines.hashes
            problem = stamp == nil ? gone : stamp?.isEmpty == true ? empty : lines.problem
        } catch {
            content.hashes = [:]
            problem = error
        }
        guard problem != content.problem else { return }
        content.problem = problem
        onProblem(problem)
    }

    private var gone: CredentialFailure {
        CredentialFailure(
            message: "\(path) is not there any more", remedy: "put it back from a backup, or draw the tokens anew")
    }

    /// Where the last token was taken back there is a line's end at least.
    private var empty: CredentialFailure {
        CredentialFailure(
            message: "\(path) is empty, as it is left when it is cut off",
            remedy: "put it back from a backup, or draw the tokens anew; where nobody is to have one, remove the file "
                + "and start the engine again")
    }
}

/// The lines of a file of tokens.
struct CredentialLines {
    /// The hash of each owner's token.
    var hashes: [ExactText: [UInt8]] = [:]
    /// What is wrong with the first line that cannot be read; nil: all can.
    private(set) var problem: CredentialFailure?

    /// Lines of these hashes.
    init(hashes: [ExactText: [UInt8]]) { self.hashes = hashes }

    /// Reads a file; one that is not there has no lines.
    init(reading path: String) throws(CredentialFailure) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            guard access(path, F_OK) == 0 || errno != ENOENT else { return }
            throw CredentialFailure(
                message: "\(path) cannot be read", remedy: "check who may read it, and that it is a file")
        }
        // By bytes: a blank with an accent behind it is one character of a text.
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() where !line.isEmpty {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1).map {
                String(decoding: $0, as: UTF8.self)
            }
            // A line without its end may be cut in the middle of an id, and name another device.
            if number < lines.count - 1, parts.count == 2, let hash = Self.bytes(parts[0]),
                hash.count == SHA256.byteCount
            {
                hashes[parts[1]] = hash
            } else if problem == nil {
                problem = CredentialFailure(
                    message: "\(path):\(number + 1): this is not a whole line with the hash of a token, a blank, and "
                        + "whose it is",
                    remedy: "put the file back from a backup, or remove the line and draw a new token")
            }
        }
    }

    /// The file's text. It is never without a byte, as a file is that was cut off.
    var text: String {
        if hashes.isEmpty { return "\n" }
        return hashes.sorted { $0.key < $1.key }
            .map { owner, hash in hash.map { String(format: "%02x", $0) }.joined() + " \(owner)\n" }.joined()
    }

    private static func bytes(_ hex: String) -> [UInt8]? {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == hex.utf8.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
