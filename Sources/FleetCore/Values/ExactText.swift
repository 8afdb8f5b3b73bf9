/// A text that equals another only byte for byte, as ids of devices do in the registry.
///
/// To a `String` all forms of the same characters are one: `é` as one character, and as an `e` with its accent behind it.
/// What proves who a device is must not be found by another form of its id.
public struct ExactText: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The text.
    public let text: String

    /// The bytes of this text.
    public init(_ text: String) { self.text = text }

    public var description: String { text }

    public static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    public static func < (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        let isHashed: Void? = text.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isHashed == nil { for byte in text.utf8 { hasher.combine(byte) } }
        // No byte of UTF-8: what is hashed behind the text is no part of it.
        hasher.combine(UInt8.max)
    }
}

extension Dictionary where Key == ExactText {
    /// The value of a text, by its bytes.
    public subscript(_ text: String) -> Value? {
        get { self[ExactText(text)] }
        _modify { yield &self[ExactText(text)] }
    }

    /// The value of a text, by its bytes, or one in its place.
    public subscript(_ text: String, default value: @autoclosure () -> Value) -> Value {
        get { self[ExactText(text), default: value()] }
        _modify { yield &self[ExactText(text), default: value()] }
    }
}
