import Crypto
import Foundation

/// The signature of a post: HMAC-SHA256 by a secret that sender and receiver share, over the time and the body, so that
/// neither can be changed and an old post cannot be sent again unnoticed.
public enum WebhookSignature {
    /// The header's name.
    public static let header = "Muster-Signature"

    /// `t=UNIX,v1=HEX`, over `UNIX.BODY`.
    public static func value(of body: Data, secret: Data, unixTime: Int64) -> String {
        let signed = Data("\(unixTime).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret))
        return "t=\(unixTime),v1=" + code.map { String(format: "%02x", $0) }.joined()
    }
}

/// The file of the secret.
enum WebhookSecret {
    /// The longest secret, in bytes.
    static let mostBytes = 4096

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The secret without the line end behind it. Read anew for each post, so that a new one needs no restart.
    static func read(_ file: String) throws(Failure) -> Data {
        let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure(description: "the secret \(file) cannot be read: \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(description: "the secret \(file) is no plain file")
        }
        guard status.st_mode & 0o007 == 0 else {
            throw Failure(
                description: "everybody may read or change the secret \(file); chmod 600 it, and draw a new one")
        }
        guard status.st_size <= mostBytes, var bytes = try? handle.read(upToCount: mostBytes) else {
            throw Failure(description: "the secret \(file) is longer than \(mostBytes) bytes, or cannot be read")
        }
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty else { throw Failure(description: "the secret \(file) is empty") }
        return bytes
    }
}
