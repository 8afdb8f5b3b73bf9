import FleetCore
import FleetEngine

/// Where in a journal a screen was taken.
struct ReplayPlace: CustomStringConvertible {
    /// The number of the last fact that counts, and how many the journal has.
    var fact: Int
    var facts: Int
    /// Where the clock stands.
    var clock: Timestamp
    /// What that fact was; nil: none had happened.
    var line: EventRow?

    /// `replay: fact 57 of 812, at 2026-03-03T15:00:00Z, kim: pause major-3.0.0`.
    var description: String {
        guard let line else { return "replay: fact 0 of \(facts), before anything had happened" }
        let asOf = clock == line.at ? "" : " as of \(clock)"
        return "replay\(asOf): fact \(fact) of \(facts), at \(line.at), \(line.who): \(line.text)"
    }
}

/// A replay as JSON.
struct ReplayAnswer: Encodable {
    var fact: Int
    var facts: Int
    var clock: String
    @OrNull var factAt: String?
    @OrNull var factBy: String?
    @OrNull var factText: String?
    var screen: String
    var columns: Int
    var rows: Int
    var lines: [String]

    init(_ place: ReplayPlace, screen: String, columns: Int, rows: Int, lines: [String]) {
        fact = place.fact
        facts = place.facts
        clock = place.clock.iso
        factAt = place.line?.at.iso
        factBy = place.line?.who
        factText = place.line?.text
        self.screen = screen
        self.columns = columns
        self.rows = rows
        self.lines = lines
    }
}
