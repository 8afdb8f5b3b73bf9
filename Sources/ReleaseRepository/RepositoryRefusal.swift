import Foundation

/// Why a repository, its keys or its files could not do what they were asked for.
public struct RepositoryRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose fault it is, which decides who has to act.
    public enum Fault: Hashable, Sendable {
        /// What was asked for is wrong, or is not there: an argument, a file, a key.
        case input
        /// The place where files are kept cannot be written or read: its rights, its disk.
        case storage
    }

    /// Whose fault it is.
    public var fault: Fault
    /// What went wrong, with the file's path.
    public var message: String
    /// What to do.
    public var remedy: String

    /// A refusal of what was asked for, with its remedy.
    public init(_ message: String, remedy: String, fault: Fault = .input) {
        self.fault = fault
        self.message = message
        self.remedy = remedy
    }

    /// `my-fleet/tuf/metadata/3.root.json is no root; put the right file back`.
    public var description: String { "\(message); \(remedy)" }

    /// What the system's last call said, behind what was tried.
    static func ofSystem(_ message: String, remedy: String) -> RepositoryRefusal {
        RepositoryRefusal("\(message): \(String(cString: strerror(errno)))", remedy: remedy, fault: .storage)
    }
}
