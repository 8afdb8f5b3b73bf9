import FleetCore
import FleetEngine
import FleetJournal
import Foundation

// JournalProbe append DIRECTORY [KEY=VALUE...]: opens the journal, replays it, and appends numbered facts until it is
// killed, its storage fails, or it has made `commits` commits. JournalProbe hold DIRECTORY: opens the journal and holds
// it until its input ends. JournalProbe checkpoint DIRECTORY: see `keepCheckpoints`. The keys are those of `Options`.
//
// It prints a line for each step, unbuffered, so that a line that was printed has left the process:
//   open N        N facts were replayed
//   appending N   a commit begins after which there are N facts
//   durable N     `append` has returned: there are N
//   refused ...   an append or the opening failed
//   refused again the journal then took nothing more, and said the same
//   took more     it did take more: a bug
//   untouched     all commits were made, and what the options name has not happened

func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

func numbered(_ number: Int) -> Fact {
    Fact(
        at: Timestamp(milliseconds: Int64(number)),
        .attemptStarted(UpdateIndex(7), DeviceIndex(UInt32(number)), attempt: number))
}

/// Mostly small, now and then over several pages.
func commit(behind count: Int) -> [Fact] {
    (count..<count + (count % 11 == 7 ? 300 : 1 + count % 5)).map(numbered)
}

func open(_ options: Options) throws(FactLogError) -> SQLiteJournal {
    let journal = try SQLiteJournal.open(
        directory: options.directory, fleet: "probe", mode: .readWrite, holder: options.holder)
    // A process that just ends does not close its journal, as giving it up would.
    _ = Unmanaged.passRetained(journal)
    var count = 0
    try journal.replay { count += $0.count }
    say("open \(count)")
    return journal
}

func append(to journal: SQLiteJournal, commits: Int) throws(FactLogError) {
    for _ in 0..<commits {
        let facts = commit(behind: journal.factCount)
        say("appending \(journal.factCount + facts.count)")
        try journal.append(facts)
        say("durable \(journal.factCount)")
    }
}

/// A journal that failed once has to take nothing more, whatever the storage does by now.
func insist(on journal: SQLiteJournal, after failure: FactLogError) -> Bool {
    (0..<3).allSatisfy { _ in refusal(by: journal) == failure }
}

func refusal(by journal: SQLiteJournal) -> FactLogError? {
    do {
        try journal.append([numbered(journal.factCount)])
        return nil
    } catch {
        return error
    }
}

func appendAll(_ options: Options) throws(FactLogError) {
    let journal = try open(options)
    do {
        try append(to: journal, commits: options.commits)
    } catch {
        say("refused \(error)")
        say(insist(on: journal, after: error) ? "refused again" : "took more")
        if options.closes { try? journal.close() }
        return
    }
    if options.closes { try journal.close() }
    if !options.hasFired { say("untouched") }
}

guard let options = Options(CommandLine.arguments.dropFirst()) else {
    say("usage: JournalProbe append|hold|checkpoint DIRECTORY [KEY=VALUE...]")
    exit(64)
}
do {
    options.apply()
    switch options.command {
    case .append:
        try appendAll(options)
    case .checkpoint:
        try keepCheckpoints(open(options))
    case .hold:
        let journal = try open(options)
        while readLine() != nil {}
        try journal.close()
    }
} catch {
    say("refused \(error)")
}
options.end()
