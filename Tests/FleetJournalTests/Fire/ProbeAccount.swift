import FleetCore
import Testing

@testable import FleetJournal

/// What a probe said until its end.
struct ProbeAccount: Equatable {
    enum Ending: Equatable {
        case exit(Int32)
        case signal(Int32)

        static let powerLost = Ending.exit(99)
        static let killed = Ending.exit(98)
    }

    /// Facts that it replayed and, as an engine would, acted upon.
    private(set) var opened: Int?
    /// Facts behind the commit that it began last.
    private(set) var begun: Int?
    /// Facts behind the last `append` that returned.
    private(set) var durable: Int?
    /// Why the opening or an append failed.
    private(set) var refusal: String?
    private(set) var refusedAgain = false
    private(set) var tookMore = false
    /// It made all its commits, and nothing went wrong on the way.
    private(set) var isUntouched = false
    var ending: Ending?

    /// Facts that have to survive whatever happens next.
    var acknowledged: Int { durable ?? opened ?? 0 }
    /// Facts if the commit that was under way is there too.
    var possible: Int { begun ?? acknowledged }

    mutating func note(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 1)
        let number = words.count == 2 ? Int(words[1]) : nil
        switch words.first {
        case "open": opened = number
        case "appending": begun = number
        case "durable": durable = number
        case "took": tookMore = true
        case "untouched": isUntouched = true
        case "refused" where line == "refused again": refusedAgain = true
        case "refused": refusal = line
        default: Issue.record("JournalProbe said: \(line)")
        }
    }
}

extension ProbeAccount {
    /// The journal opens, its chain is whole, it has what was acknowledged, in order, and of the commit that was under
    /// way all or nothing; and it goes on from there. `before` are the facts that were there at the start.
    func check(_ folder: String, before: Int = 0, _ circumstances: @autoclosure () -> String) throws {
        do {
            let journal = try SQLiteJournal.open(directory: folder, fleet: "probe", mode: .readWrite)
            let facts = try journal.allFacts
            let expected = opened == nil ? [before] : [acknowledged, possible]
            #expect(expected.contains(facts.count), "\(facts.count) of \(expected), \(circumstances())")
            #expect(facts == facts.indices.map(Fact.numbered), "\(circumstances())")
            try journal.append([.numbered(facts.count)])
            try journal.close()
        } catch {
            Issue.record("\(error), \(circumstances())")
        }
    }
}
