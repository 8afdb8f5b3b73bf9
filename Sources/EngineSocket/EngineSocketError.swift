import Foundation

/// Why the engine's socket cannot be used, and what to do.
public struct EngineSocketError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// What to do.
    public var remedy: String
    /// Whether the engine has decided so: asking again changes nothing.
    public var isRefusal: Bool
    /// Whether an engine holds the fleet and has not answered in time.
    public var isSilence = false
    /// Whether an engine was there, and has ended before it answered, or before it was asked.
    public var isGone = false
    /// Whether the engine has answered what this program cannot read, and would do so again.
    public var isUnreadable = false
    /// Whether the engine has failed, and decides nothing any more.
    public var hasFailed = false
    /// The process of an engine that has not answered; nil: it is not known.
    public var silentProcess: Int?

    init(_ message: String, remedy: String, isRefusal: Bool = false) {
        self.message = message
        self.remedy = remedy
        self.isRefusal = isRefusal
    }

    public var description: String { "\(message); \(remedy)" }

    /// What the system's last call said, behind what was tried.
    static func ofSystem(_ message: String, code: Int32 = errno, remedy: String) -> EngineSocketError {
        EngineSocketError("\(message): \(String(cString: strerror(code)))", remedy: remedy)
    }
}
