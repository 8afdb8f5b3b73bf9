/// SplitMix64 (Steele, Lea and Flood, 2014): the same seed gives the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension SeededGenerator {
    /// Text with everything that a device could send: plain, wide, joined, combining, controls and directions.
    mutating func hostileText(maximumScalars: Int) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0x20...0x7E, 0x00...0x1F, 0x7F...0x9F, 0xA0...0x17F, 0x300...0x36F, 0x5D0...0x5EA,
            0x1100...0x11FF, 0x200B...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0x4E00...0x4E40, 0xFE00...0xFE0F,
            0x1F1E6...0x1F1FF, 0x1F3FB...0x1F3FF, 0x1F600...0x1F64F, 0xE0100...0xE0110, 0xFFF0...0xFFFD,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...maximumScalars, using: &self) {
            let range = ranges[Int.random(in: 0..<ranges.count, using: &self)]
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { text.append(scalar) }
        }
        return String(text)
    }
}
