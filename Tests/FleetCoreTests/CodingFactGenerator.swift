import FleetCore

/// Facts with random contents: every kind, every case, empty and long texts, numbers of every size.
struct FactGenerator {
    private var numbers: Numbers

    init(seed: UInt64) { numbers = Numbers(seed: seed) }

    mutating func fact(of kind: EventKind) -> Fact {
        Fact(at: timestamp(), event(of: kind))
    }

    mutating func bytes(upTo longest: Int) -> [UInt8] {
        (0..<below(longest + 1)).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
    }

    /// A number from 0 up to, not including, `limit`.
    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &numbers) }

    /// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same facts in every run.
    private struct Numbers: RandomNumberGenerator {
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
}

// Numbers and texts.
extension FactGenerator {
    mutating func bool() -> Bool { below(2) == 0 }

    /// All magnitudes alike, the extremes among them.
    mutating func int64() -> Int64 {
        switch below(8) {
        case 0: .min
        case 1: .max
        case 2: 0
        default: Int64(truncatingIfNeeded: numbers.next()) >> Int64(below(64))
        }
    }

    mutating func int() -> Int { Int(int64()) }
    mutating func uint32() -> UInt32 { UInt32(truncatingIfNeeded: numbers.next() >> UInt64(32 + below(32))) }
    mutating func uint64() -> UInt64 { numbers.next() >> UInt64(below(64)) }

    mutating func text() -> String {
        let pieces = ["a", "pos-nyc-01", "é", "e\u{301}", "\u{202e}", "\u{1b}[2J", "🧾", "\u{0}", "\n", " ", "東京"]
        return (0..<below(6)).map { _ in pieces[below(pieces.count)] }.joined()
    }

    mutating func longText() -> String {
        String(repeating: text(), count: below(200))
    }

    mutating func duration() -> Duration {
        switch below(4) {
        case 0: .zero
        case 1: .milliseconds(below(1_000_000) - 500_000)
        case 2: .nanoseconds(int64())
        default: Duration(secondsComponent: int64() / 2, attosecondsComponent: Int64(below(2_000_000)) - 1_000_000)
        }
    }

    mutating func timestamp() -> Timestamp { Timestamp(milliseconds: int64()) }

    mutating func version() -> Version {
        Version(uint32(), uint32(), uint32(), prerelease: text(), build: text())
    }

    mutating func one<Value: CaseIterable>(of type: Value.Type) -> Value where Value.AllCases == [Value] {
        Value.allCases[below(Value.allCases.count)]
    }

    mutating func maybe<Value>(_ make: (inout FactGenerator) -> Value) -> Value? {
        bool() ? make(&self) : nil
    }

    mutating func list<Value>(_ longest: Int = 5, _ make: (inout FactGenerator) -> Value) -> [Value] {
        (0..<below(longest + 1)).map { _ in make(&self) }
    }

    mutating func device() -> DeviceIndex { DeviceIndex(uint32()) }
    mutating func update() -> UpdateIndex { UpdateIndex(UInt16(truncatingIfNeeded: numbers.next())) }

    mutating func selector() -> Selector {
        let sources = [
            "all", "region = northeast", "region = northeast and firmware < 2.2.0 and status = online",
            "region = \"a b\" or not (site in (x, y))",
        ]
        do { return try Selector(parsing: sources[below(sources.count)]) } catch { return .all }
    }
}
