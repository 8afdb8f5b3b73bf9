import Foundation

/// The file of the device's token.
public enum TokenFile {
    /// The longest token, in bytes.
    static let mostBytes = 4096

    /// Why there is no token.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// The token, without the line end behind it.
    public static func read(_ file: String) throws(Failure) -> String {
        let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure(description: "the token \(file) cannot be read: \(String(cString: strerror(errno)))")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(description: "the token \(file) is no plain file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(
                description: "others than its owner may use the token \(file); chmod 600 it, and draw a new token")
        }
        guard status.st_size <= mostBytes else {
            throw Failure(description: "the token \(file) is longer than \(mostBytes) bytes")
        }
        // At the end of a file nothing is read, which is no error.
        let bytes = (try? handle.read(upToCount: mostBytes)) ?? Data()
        let token = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Failure(description: "the token \(file) is empty, or is no token")
        }
        return token
    }
}
