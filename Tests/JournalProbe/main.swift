import FleetCore
import FleetEngine
import FleetJournal
import Foundation

// JournalProbe append DIRECTORY: appends numbered facts, in commits of 1 to 7, and prints the number of the last one
// after each commit, until it is killed. JournalProbe hold DIRECTORY: opens the journal, says so, and holds it until
// its input ends. JournalProbe checkpoint DIRECTORY: see `keepCheckpoints`.

/// Facts after which the probe stops by itself, should nobody kill it.
let limit = 1_000_000

/// Unbuffered: a number that was printed has left the process.
func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(1, bytes, bytes.count)
}

func numbered(_ number: Int) -> Fact {
    Fact(
        at: Timestamp(milliseconds: Int64(number)),
        .attemptStarted(UpdateIndex(7), DeviceIndex(UInt32(number)), attempt: number))
}

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
    say("usage: JournalProbe append|hold|checkpoint DIRECTORY")
    exit(64)
}
do {
    let journal = try SQLiteJournal.open(directory: arguments[2], fleet: "probe", mode: .readWrite)
    say("open")
    if arguments[1] == "hold" { while readLine() != nil {} }
    if arguments[1] == "checkpoint" { try keepCheckpoints(journal) }
    while arguments[1] == "append", journal.factCount < limit {
        let next = journal.factCount
        try journal.append((next...next + next % 7).map(numbered))
        say("\(journal.factCount - 1)")
    }
    try journal.close()
} catch {
    say("\(error)")
    exit(1)
}
