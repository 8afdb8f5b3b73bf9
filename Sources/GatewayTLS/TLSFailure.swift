/// What is wrong with the files of TLS, and what to do.
public struct TLSFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing is wrong.
    public enum Fault: Hashable, Sendable {
        /// A file is not there or may not be read.
        case unreadable
        /// A file does not hold what it should.
        case malformed
        /// The key is not that of the certificate.
        case keyMismatch
        /// A certificate's time is over, or has not come.
        case outOfDate
        /// An authority is there, and the root that it leads to is not.
        case incomplete
    }

    /// What kind of thing is wrong.
    public var fault: Fault
    /// What is wrong, with the file.
    public var message: String
    /// What to do.
    public var remedy: String

    public var description: String { "\(message); \(remedy)" }
}
