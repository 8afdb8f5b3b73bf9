import Foundation

/// SHA-256 written out from FIPS 180-4, apart from what the product uses.
enum Reference {
    static func sha256(ofFile path: String) throws -> String {
        sha256(Array(try Data(contentsOf: URL(filePath: path))))
    }

    static func sha256(_ message: [UInt8]) -> String {
        var state: [UInt32] = [
            0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
        ]
        for start in stride(from: 0, to: padded(message).count, by: 64) {
            compress(Array(padded(message)[start..<start + 64]), &state)
        }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static func padded(_ message: [UInt8]) -> [UInt8] {
        var bytes = message + [0x80]
        while bytes.count % 64 != 56 { bytes.append(0) }
        let bits = UInt64(message.count) * 8
        return bytes + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) }
    }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = {
        var primes: [Int] = []
        for number in 2... where primes.allSatisfy({ number % $0 != 0 }) {
            primes.append(number)
            if primes.count == 64 { break }
        }
        return primes.map { prime in
            let root = cbrt(Double(prime))
            return UInt32((root - root.rounded(.down)) * 4_294_967_296)
        }
    }()

    private static func compress(_ block: [UInt8], _ state: inout [UInt32]) {
        var words = (0..<16).map { index in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(block[index * 4 + $1]) } }
        for index in 16..<64 {
            let early = words[index - 15], late = words[index - 2]
            let first = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
            let second = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
            words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
        }
        var round = state
        for index in 0..<64 {
            let high = rotated(round[4], 6) ^ rotated(round[4], 11) ^ rotated(round[4], 25)
            let choice = (round[4] & round[5]) ^ (~round[4] & round[6])
            let first = round[7] &+ high &+ choice &+ constants[index] &+ words[index]
            let low = rotated(round[0], 2) ^ rotated(round[0], 13) ^ rotated(round[0], 22)
            let majority = (round[0] & round[1]) ^ (round[0] & round[2]) ^ (round[1] & round[2])
            round = [first &+ low &+ majority] + round[0..<3] + [round[3] &+ first] + round[4..<7]
        }
        state = zip(state, round).map { $0 &+ $1 }
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }
}
