/// SplitMix64 (Steele, Lea and Flood, 2014): the same seed gives the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Damages inputs of a corpus, the same way for the same seed.
struct Mutation {
    /// Changes of one input at most.
    private static let mostChanges = 6
    /// Bytes that mean something to most readers, and some that never should.
    private static let spice =
        Array("[]{}()\",:\\/-+.%#&*=<>~ \t\n\r'0aeZ".utf8) + [0, 0x1b, 0x7f, 0x80, 0xc3, 0xed, 0xff]

    let inputs: [[UInt8]]
    let words: [[UInt8]]
    let longestInput: Int
    private var draws: SeededGenerator

    init(of inputs: [[UInt8]], for reader: FuzzReader, seed: UInt64) {
        self.inputs = inputs
        words = reader.words.map { Array($0.utf8) }
        longestInput = reader.longestInput
        draws = SeededGenerator(seed: seed)
    }

    /// A damaged copy of an input that is drawn.
    mutating func next() -> [UInt8] {
        var bytes = inputs.randomElement(using: &draws) ?? []
        for _ in 0..<Int.random(in: 1...Self.mostChanges, using: &draws) { change(&bytes) }
        return Array(bytes.prefix(longestInput))
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &draws)
        let end = Int.random(in: place...bytes.count, using: &draws)
        switch Int.random(in: 0..<8, using: &draws) {
        case 0: bytes.insert(Self.spice.randomElement(using: &draws) ?? 0, at: place)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &draws), at: place)
        case 2: bytes.insert(contentsOf: words.randomElement(using: &draws) ?? [], at: place)
        case 3: bytes.removeSubrange(place..<min(end, place + 4))
        case 4: bytes.removeSubrange(place...)
        case 5: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &draws))
        case 6:
            let other = inputs.randomElement(using: &draws) ?? []
            bytes.replaceSubrange(place..., with: other.suffix(Int.random(in: 0...other.count, using: &draws)))
        default: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &draws) }
        }
    }
}
