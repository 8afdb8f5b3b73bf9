/// FNV-1a, 64 bits (Fowler, Noll, Vo; offset basis and prime of the published parameters), with a final mix by the
/// SplitMix64 finaliser (Steele, Lea, Flood 2014). The same bytes give the same value in every process, which Swift's
/// own hashing does not promise.
public struct StableHash: Sendable {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// A hash of nothing yet.
    public init() {}

    /// A hash that starts from a seed.
    public init(seed: UInt64) {
        combine(seed)
    }

    /// Takes in one byte.
    @inlinable public mutating func combine(byte: UInt8) { absorb(byte) }

    /// Takes in bytes.
    public mutating func combine(bytes: some Sequence<UInt8>) {
        for byte in bytes { absorb(byte) }
    }

    /// Takes in a text, by its UTF-8 bytes.
    public mutating func combine(_ text: String) {
        for byte in text.utf8 { absorb(byte) }
    }

    /// Takes in a number, low byte first.
    public mutating func combine(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { absorb(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    @usableFromInline mutating func absorb(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    /// The hash of what was taken in so far.
    public var value: UInt64 {
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// The hash of a text under a seed.
    public static func of(_ text: String, seed: UInt64 = 0) -> UInt64 {
        var hash = StableHash(seed: seed)
        hash.combine(text)
        return hash.value
    }
}
