/// Facts as bytes: what the journal keeps and what the trace hash is taken over.
///
/// An encoding is the event's kind (one byte, `EventKind`), the version of its format (one byte), the moment, and what
/// the event carries. Numbers are little-endian base-128 varints, signed ones by zigzag; texts and lists stand behind
/// their length; an optional stands behind 0 or 1; selectors are kept as they were written and read anew. In
/// each format there is one encoding of each fact: a reader refuses every other spelling of it.
public enum FactCoder {
    /// The longest encoding that is read, in bytes. It bounds every text and list in it: room for the start of an
    /// update of several million devices, each skipped with a reason.
    public static let maximumLength = 64 << 20

    /// The bytes of a fact.
    public static func encode(_ fact: Fact) -> [UInt8] {
        var bytes: [UInt8] = []
        encode(fact, into: &bytes)
        return bytes
    }

    /// Puts the bytes of a fact behind those that are there.
    public static func encode(_ fact: Fact, into bytes: inout [UInt8]) {
        var writer = FactWriter()
        swap(&writer.bytes, &bytes)
        writer.write(byte: fact.event.kind.rawValue)
        writer.write(byte: fact.event.kind.formatVersion)
        writer.write(fact.at)
        fact.event.write(to: &writer)
        swap(&writer.bytes, &bytes)
    }

    /// The fact of these bytes, all of which it must use up. Any bytes give a fact or a failure; what is reserved on
    /// the way is bounded by their number.
    public static func decode(_ bytes: [UInt8]) throws(DecodingFailure) -> Fact {
        guard bytes.count <= maximumLength else {
            throw DecodingFailure(offset: maximumLength, expected: "no more than \(maximumLength) bytes")
        }
        var reader = FactReader(bytes)
        guard let kind = EventKind(rawValue: try reader.byte("the kind of an event")) else {
            throw DecodingFailure(offset: 0, expected: "the kind of an event")
        }
        reader.format = try reader.byte("the version of a format")
        guard (1...kind.formatVersion).contains(reader.format) else {
            throw DecodingFailure(offset: 1, expected: "format \(kind.formatVersion) of \(kind)")
        }
        let fact = Fact(at: try reader.read(), try Event(kind: kind, from: &reader))
        guard reader.isAtEnd else { throw reader.failure("the end of the fact") }
        return fact
    }
}
