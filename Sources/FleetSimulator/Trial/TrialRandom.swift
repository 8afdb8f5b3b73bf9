import FleetCore

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed draws the same numbers everywhere.
struct TrialRandom {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// A number of a range.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    /// True so many times in a thousand.
    mutating func chance(_ perMille: Int) -> Bool { number(0...999) < perMille }

    /// One of several; there must be one.
    mutating func one<Choice>(of choices: [Choice]) -> Choice { choices[number(0...choices.count - 1)] }

    /// A duration, in whole milliseconds.
    mutating func duration(_ range: ClosedRange<Duration>) -> Duration { range.drawn(next()) }

    /// A moment before `end`, which must lie after `start`.
    mutating func moment(_ start: Timestamp, _ end: Timestamp) -> Timestamp {
        start + duration(.zero...(end - start))
    }

    /// A generator of its own, so that what one part draws does not move what another draws.
    mutating func fork() -> TrialRandom { TrialRandom(seed: next()) }
}
