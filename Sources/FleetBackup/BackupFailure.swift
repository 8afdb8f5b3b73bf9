import Foundation

/// Why a backup cannot be taken, is not to be believed, or cannot be restored.
public struct BackupFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// What to do.
    public var remedy: String

    /// A failure with its remedy.
    public init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message); \(remedy)" }

    /// A file that is not, to the last byte, what was written.
    static func damaged(_ path: String, _ finding: String) -> BackupFailure {
        BackupFailure("\(path) is damaged: \(finding)", remedy: "take another backup; nothing was restored")
    }

    /// What the system's last call said, behind what was tried.
    static func ofSystem(_ message: String, remedy: String) -> BackupFailure {
        BackupFailure("\(message): \(String(cString: strerror(errno)))", remedy: remedy)
    }
}
