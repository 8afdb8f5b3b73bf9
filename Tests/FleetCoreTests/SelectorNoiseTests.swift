import FleetCore
import Testing

/// Whatever a person pastes: the parser answers with a selector or with an error at a place inside the text.
@Suite struct SelectorNoiseTests {
    /// SplitMix64: the same seed gives the same inputs.
    struct Noise: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    static let pieces = [
        "all", "and", "or", "not", "in", "(", ")", ",", "=", "!=", "<", "~", "\"", "'", "\\", "region", "status",
        "online",
        "firmware", "2.3", "unseen", "7d", "12h", "tag.", "type", "regoin", " ", "\n", "é", "\u{301}", "\u{202E}", "👩‍👩‍👧",
        "*",
    ]

    @Test(arguments: [1, 2, 3, 4])
    func randomBytes(_ seed: UInt64) {
        var noise = Noise(state: seed)
        for _ in 0..<2500 {
            let bytes = (0..<Int.random(in: 0...80, using: &noise)).map { _ in UInt8.random(in: 0...255, using: &noise)
            }
            check(String(decoding: bytes, as: UTF8.self), seed)
        }
    }

    @Test(arguments: [1, 2, 3, 4])
    func randomPieces(_ seed: UInt64) {
        var noise = Noise(state: seed), accepted = 0
        for _ in 0..<2500 {
            let count = Int.random(in: 0...12, using: &noise), separator = Bool.random(using: &noise) ? " " : ""
            let pieces = (0..<count).map { _ in Self.pieces.randomElement(using: &noise) ?? "" }
            if check(pieces.joined(separator: separator), seed) { accepted += 1 }
        }
        #expect(accepted > 0)
    }

    @discardableResult
    private func check(_ text: String, _ seed: UInt64) -> Bool {
        let filter = DeviceFilter(parsing: text), subject = SampleDevice()
        _ = filter.matches(subject, now: Timestamp(milliseconds: 0))
        do throws(SelectorError) {
            let selector = try Selector(parsing: text)
            let again = try Selector(parsing: selector.source)
            #expect(again == selector, "seed \(seed): \(text.debugDescription)")
            return true
        } catch {
            let isInside = (0...text.utf8.count).contains(error.offset) && (1...text.count + 1).contains(error.column)
            #expect(isInside, "seed \(seed): \(text.debugDescription) gives \(error)")
            let shown = (error.message + error.remedy).unicodeScalars
            #expect(
                !shown.contains { $0.properties.generalCategory == .control }, "seed \(seed): \(text.debugDescription)")
            return false
        }
    }
}
