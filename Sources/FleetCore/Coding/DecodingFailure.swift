/// Why bytes are no fact: where the reader stood and what should have been there.
public struct DecodingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The byte at fault, counted from 0; the number of bytes where they end too early.
    public var offset: Int
    /// What should have stood there, such as `a device's status`.
    public var expected: String

    /// A failure at this byte.
    public init(offset: Int, expected: String) {
        self.offset = offset
        self.expected = expected
    }

    /// Such as `expected a device's status at byte 12`.
    public var description: String { "expected \(expected) at byte \(offset)" }
}
