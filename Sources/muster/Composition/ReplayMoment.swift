import ArgumentParser
import FleetCore
import FleetEngine
import FleetJournal

/// A moment of a journal on the command line.
struct ReplayMoment: ParsableArguments {
    @Option(help: ArgumentHelp("The moment, such as 2026-03-08T05:00:00Z.", valueName: "time"))
    var at: String?

    @Option(
        help: ArgumentHelp(
            "The number of the last fact that counts; 0 is the empty fleet.",
            discussion: "Default without --at: the last of all.", valueName: "n"))
    var fact: Int?

    func validate() throws {
        if at != nil, fact != nil {
            throw ValidationError("--at and --fact name two moments; give one of them")
        }
    }

    /// How many facts had happened. Ends the command with exit code 2 if the journal does not reach there.
    func count(in journal: SQLiteJournal) throws -> Int {
        if let fact {
            guard (0...journal.factCount).contains(fact) else {
                throw refused("there is no fact \(fact); the journal has facts 0 to \(journal.factCount)")
            }
            return fact
        }
        guard let moment = try time() else { return journal.factCount }
        let count = min(try journal.lastRecord(notAfter: moment), journal.factCount)
        guard count > 0 else { throw refused(try tooEarly(moment, journal)) }
        return count
    }

    /// Where the clock stands: at the moment that was named, else at the last fact, else where the first one follows.
    func clock(_ last: Fact?, _ journal: SQLiteJournal) throws -> Timestamp {
        if let moment = try time() { return moment }
        if let last { return last.at }
        return try first(journal)?.at ?? Timestamp(milliseconds: 0)
    }

    private func time() throws -> Timestamp? { try at.map { try TimeArgument.parse($0, option: "--at") } }

    private func first(_ journal: SQLiteJournal) throws -> Fact? {
        var first: Fact?
        try journal.walk(through: min(1, journal.factCount)) { first = $0.first?.fact }
        return first
    }

    private func tooEarly(_ moment: Timestamp, _ journal: SQLiteJournal) throws -> String {
        guard let first = try first(journal) else { return "the journal has no facts yet; start the engine once" }
        return "at \(moment) nothing had happened; the first fact is of \(first.at): name that moment or a later one"
    }

    private func refused(_ why: String) -> any Error {
        printError("muster: \(why)")
        return ExitStatus.badInput
    }
}
