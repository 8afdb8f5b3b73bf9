/// Bytes that are not JSON as TUF uses it.
public struct JSONFault: Error, Equatable, CustomStringConvertible {
    /// Where, in bytes from the beginning.
    public var offset: Int
    /// What is wrong there.
    public var reason: String

    public var description: String { "at byte \(offset): \(reason)" }
}
