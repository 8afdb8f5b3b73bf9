import Foundation

/// Why the store, or what it is made of, could not do what it was asked for.
public struct ArtifactStoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whose fault it is, which decides who has to act.
    public enum Fault: Hashable, Sendable {
        /// The file that was to be taken is none, is gone, or cannot be read.
        case source
        /// The file that was to be taken is not the one that was asked for.
        case mismatch
        /// What was kept is not what was put there.
        case damage
        /// The place where files are kept cannot be written or read: its rights, its disk.
        case storage
    }

    /// Whose fault it is.
    public var fault: Fault
    /// What went wrong, with the file's path.
    public var message: String
    /// What to do.
    public var remedy: String

    /// An error with its remedy.
    public init(_ fault: Fault, _ message: String, remedy: String) {
        self.fault = fault
        self.message = message
        self.remedy = remedy
    }

    /// `pos-app.bin is a directory; name a file`.
    public var description: String { "\(message); \(remedy)" }
}

extension ArtifactStoreError {
    /// What the system's last call said, behind what was tried. A cause that has its own remedy takes the place of the
    /// given one.
    static func ofSystem(_ fault: Fault, _ message: String, remedy: String) -> ArtifactStoreError {
        let code = errno
        let known: [Int32: String] = [
            ENOSPC: "make room on its disk", EDQUOT: "make room, or raise the quota",
            EFBIG: "raise the limit of a file's size (ulimit -f), or use another file system",
            EMFILE: "let the program open more files (ulimit -n)",
            ENFILE: "let the system open more files (fs.file-max)",
        ]
        return ArtifactStoreError(
            fault, "\(message): \(String(cString: strerror(code)))", remedy: known[code] ?? remedy)
    }
}
