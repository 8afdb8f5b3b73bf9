/// The hash of a list of facts: two runs that did the same things at the same moments have the same value. By
/// `StableHash` over the encoded facts, each behind its length.
public struct TraceHash: Sendable {
    private var hash = StableHash()
    private var scratch: [UInt8] = []

    /// The hash of no facts yet.
    public init() {}

    /// Takes in the next fact.
    public mutating func absorb(_ fact: Fact) {
        scratch.removeAll(keepingCapacity: true)
        FactCoder.encode(fact, into: &scratch)
        hash.combine(UInt64(scratch.count))
        hash.combine(bytes: scratch)
    }

    /// The hash of what was taken in so far.
    public var value: UInt64 { hash.value }

    /// The value as 16 hexadecimal digits, the highest first.
    public var hex: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
