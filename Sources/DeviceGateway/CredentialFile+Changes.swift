import Crypto
import Foundation

extension CredentialFile {
    /// How long another process may take to write the file.
    static let lockDeadline = Duration.seconds(10)

    /// Who has tokens.
    public struct Owners: Hashable, Sendable {
        /// Devices with a token of their own.
        public var devices: Set<String>
        /// Whether there is one that speaks for any device.
        public var hasFleetToken: Bool
    }

    /// Who has tokens in a state folder.
    public static func owners(in directory: String) throws(CredentialFailure) -> Owners {
        let lines = try whole(in: directory)
        let names = Set(lines.hashes.keys)
        return Owners(devices: names.subtracting([gateway]), hasFleetToken: names.contains(gateway))
    }

    /// Draws a token for a device, in the place of the one it had, and writes the file anew.
    /// - Parameter device: Its id; nil: the fleet's token.
    /// - Returns: The token, which is kept nowhere: 43 characters of base64url.
    public static func issue(_ device: String?, directory: String) throws(CredentialFailure) -> String {
        let token = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64EncodedString()
            .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
        try change(in: directory) { $0[device ?? gateway] = Array(SHA256.hash(data: Data(token.utf8))) }
        return token
    }

    /// Takes a device's token back.
    /// - Parameter device: Its id; nil: the fleet's token.
    /// - Returns: Whether it had one.
    public static func revoke(_ device: String?, directory: String) throws(CredentialFailure) -> Bool {
        var had = false
        try change(in: directory) { had = $0.removeValue(forKey: device ?? gateway) != nil }
        return had
    }

    // MARK: - The file

    /// A line that cannot be read is not dropped by writing the others anew.
    private static func whole(in directory: String) throws(CredentialFailure) -> CredentialLines {
        let lines = try CredentialLines(reading: "\(directory)/\(name)")
        if let problem = lines.problem { throw problem }
        return lines
    }

    /// Changes the file, durably, while no other process does.
    private static func change(
        in directory: String, _ change: (inout [String: [UInt8]]) -> Void
    ) throws(CredentialFailure) {
        // As the engine creates it, which may not have run yet.
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CredentialFailure(
                message: "the folder \(directory) cannot be created: \(error.localizedDescription)",
                remedy: "check who may write in the folder above it")
        }
        let lock = try lock(in: directory)
        // Closing gives the lock up.
        defer { _ = close(lock) }
        var lines = try whole(in: directory)
        let before = lines.hashes
        change(&lines.hashes)
        if lines.hashes != before { try replace("\(directory)/\(name)", by: lines.text, in: directory) }
    }

    /// The file itself is replaced, so a lock on it would not hold.
    private static func lock(in directory: String) throws(CredentialFailure) -> Int32 {
        let path = "\(directory)/\(name).lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .ofSystem("\(path) cannot be opened", remedy: "check who may write in \(directory)")
        }
        let deadline = ContinuousClock.now + lockDeadline
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < deadline else {
                let failure = CredentialFailure.ofSystem(
                    "\(path) cannot be locked", remedy: "see which other `muster` changes tokens, and try again")
                _ = close(descriptor)
                throw failure
            }
            usleep(2000)
        }
        return descriptor
    }

    private static func replace(
        _ path: String, by text: String, in directory: String
    ) throws(CredentialFailure) {
        let temporary = path + ".new"
        // What a killed process left there.
        _ = unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        var isDone = descriptor >= 0
        if isDone {
            isDone = write(text, to: descriptor) && fsync(descriptor) == 0
            isDone = close(descriptor) == 0 && isDone
        }
        guard isDone, rename(temporary, path) == 0, sync(directory) else {
            let code = errno
            // Nothing half written is left; what there was before still holds.
            _ = unlink(temporary)
            errno = code
            throw .ofSystem("\(path) cannot be written", remedy: "check the space, and who may write in \(directory)")
        }
    }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// A new name in a folder is durable once the folder is synced.
    private static func sync(_ directory: String) -> Bool {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        return fsync(descriptor) == 0
    }
}
