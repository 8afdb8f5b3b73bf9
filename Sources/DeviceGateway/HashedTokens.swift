import Crypto
import FleetCore
import Foundation

/// A file of the state folder that holds the hashes of tokens, one line each: the SHA-256 in hexadecimal, a blank, and
/// whose the token is. It is its owner's alone, and replaced as a whole.
package struct HashedTokens: Sendable {
    /// How long another process may take to write the file.
    static let lockDeadline = Duration.seconds(10)

    /// The state folder, and the file's name in it.
    package let directory: String, name: String

    /// A file of this name.
    package init(directory: String, name: String) {
        self.directory = directory
        self.name = name
    }

    /// Where it is.
    package var path: String { "\(directory)/\(name)" }

    /// A new token of 256 bits, so that a plain hash of it is as good as a slow one: 43 characters of base64url, the first of
    /// which is no dash. Tokens are given to terminals on command lines, where one that begins with a dash is taken for
    /// options: swupdate reads `-d` at the head of its token as "do not call anybody", and is silent for ever.
    package static func draw() -> String {
        while true {
            let token = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64EncodedString()
                .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
                .replacingOccurrences(of: "=", with: "")
            if !token.hasPrefix("-") { return token }
        }
    }

    /// What is kept of a token.
    package static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Data(token.utf8))) }

    /// Whether two hashes are the same, in the same time whatever they are.
    package static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// The hashes by owner. A line that cannot be read is an error: it must not be dropped by writing the others anew.
    package func whole() throws(CredentialFailure) -> [ExactText: [UInt8]] {
        let lines = try CredentialLines(reading: path)
        if let problem = lines.problem { throw problem }
        return lines.hashes
    }

    /// Changes the file, durably, while no other process does. A change that throws changes nothing.
    package func change(
        _ change: (inout [ExactText: [UInt8]]) throws(CredentialFailure) -> Void
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
        let lock = try lock()
        // Closing gives the lock up.
        defer { _ = close(lock) }
        var lines = CredentialLines(hashes: try whole())
        let before = lines.hashes
        try change(&lines.hashes)
        if lines.hashes != before { try replace(by: lines.text) }
    }

    /// The file itself is replaced, so a lock on it would not hold.
    private func lock() throws(CredentialFailure) -> Int32 {
        let path = path + ".lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw .ofSystem("\(path) cannot be opened", remedy: "check who may write in \(directory)")
        }
        _ = giveToOwner(descriptor)
        let deadline = ContinuousClock.now + Self.lockDeadline
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

    private func replace(by text: String) throws(CredentialFailure) {
        let temporary = path + ".new"
        // What a killed process left there.
        _ = unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        var isDone = descriptor >= 0
        if isDone {
            isDone = giveToOwner(descriptor) && Self.write(text, to: descriptor) && fsync(descriptor) == 0
            isDone = close(descriptor) == 0 && isDone
        }
        guard isDone, rename(temporary, path) == 0, Self.sync(directory) else {
            let code = errno
            // Nothing half written is left; what there was before still holds.
            _ = unlink(temporary)
            errno = code
            throw .ofSystem("\(path) cannot be written", remedy: "check the space, and who may write in \(directory)")
        }
    }

    /// What root writes in somebody else's folder is that user's, whose engine could not read it otherwise.
    private func giveToOwner(_ descriptor: Int32) -> Bool {
        guard geteuid() == 0 else { return true }
        var status = stat()
        guard stat(directory, &status) == 0 else { return false }
        return status.st_uid == 0 || fchown(descriptor, status.st_uid, status.st_gid) == 0
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
