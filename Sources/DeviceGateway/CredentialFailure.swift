import Foundation

/// Why the file of tokens cannot be read or written, and what to do.
public struct CredentialFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, with the file and the line.
    public var message: String
    /// What to do.
    public var remedy: String

    /// A failure with its remedy.
    package init(message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message); \(remedy)" }

    /// What the system's last call said, behind what was tried.
    static func ofSystem(_ message: String, remedy: String) -> CredentialFailure {
        CredentialFailure(message: "\(message): \(String(cString: strerror(errno)))", remedy: remedy)
    }
}
