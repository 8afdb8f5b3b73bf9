import Crypto
import Foundation
import Synchronization

/// The tokens by which devices prove who they are, in a file that holds only their hashes.
///
/// One line each: the SHA-256 of the token in hexadecimal, a blank, and the device's id; `*` for the fleet's token, which
/// speaks for any device. Tokens are drawn from 256 bits, so that a plain hash is as good as a slow one. The file is
/// read again when it has changed.
public final class CredentialFile: DeviceCredentials {
    /// The file's name in the state folder.
    public static let name = "credentials"
    private static let gateway = "*"

    private struct Content {
        var hashes: [String: [UInt8]] = [:]
        var stamp: Stamp?
        var checkedAt: ContinuousClock.Instant?
    }

    /// What says that a file has changed.
    private struct Stamp: Equatable {
        var seconds: Int, nanoseconds: Int, inode: UInt64
    }

    private let path: String
    private let content = Mutex(Content())

    /// The credentials in a state folder; a file that is not there holds none.
    public init(directory: String) {
        path = "\(directory)/\(Self.name)"
    }

    public func isGatewayToken(_ token: String) -> Bool { isToken(token, of: Self.gateway) }

    public func isToken(_ token: String, of device: String) -> Bool {
        let wanted = content.withLock { content in
            refresh(&content)
            return content.hashes[device]
        }
        guard let wanted else { return false }
        // In the same time for every wrong token.
        return zip(wanted, SHA256.hash(data: Data(token.utf8))).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Draws a token for a device, in the place of the one it had, and writes the file anew.
    /// - Parameter device: Its id; nil: the fleet's token.
    /// - Returns: The token, which is kept nowhere: 43 characters of base64url.
    public static func issue(_ device: String?, directory: String) throws -> String {
        let key = SymmetricKey(size: .bits256)
        let token = key.withUnsafeBytes { Data($0) }.base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
        // As the engine creates it, which may not have run yet.
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let path = "\(directory)/\(name)", owner = device ?? gateway
        var lines = read(path).filter { $0.key != owner }
        lines[owner] = Array(SHA256.hash(data: Data(token.utf8)))
        let text = lines.sorted { $0.key < $1.key }.map { "\(hex($0.value)) \($0.key)\n" }.joined()
        let temporary = path + ".new"
        try? FileManager.default.removeItem(atPath: temporary)
        guard
            FileManager.default.createFile(
                atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]),
            rename(temporary, path) == 0
        else { throw CocoaError(.fileWriteNoPermission, userInfo: [NSFilePathErrorKey: path]) }
        return token
    }

    // MARK: - The file

    /// Once a second at most: a wrong token must not cost a look at the disk.
    private func refresh(_ content: inout Content) {
        if let checkedAt = content.checkedAt, ContinuousClock.now - checkedAt < .seconds(1) { return }
        content.checkedAt = .now
        var status = stat()
        guard stat(path, &status) == 0 else {
            content = Content(checkedAt: content.checkedAt)
            return
        }
        let stamp = Stamp(
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec, inode: UInt64(status.st_ino))
        guard stamp != content.stamp else { return }
        content.stamp = stamp
        content.hashes = Self.read(path)
    }

    private static func read(_ path: String) -> [String: [UInt8]] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [:] }
        var hashes: [String: [UInt8]] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let hash = bytes(parts[0]), hash.count == SHA256.byteCount else { continue }
            hashes[String(parts[1])] = hash
        }
        return hashes
    }

    private static func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

    private static func bytes(_ hex: Substring) -> [UInt8]? {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == hex.utf8.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
