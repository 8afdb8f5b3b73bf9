import FleetCore
import FleetJournal

/// Facts made durable, and read again, without an engine around the journal.
enum JournalBenchmark {
    private static let rounds = 5
    private static let facts = 200_000
    /// Facts of one commit: of a quiet moment, and of a rush.
    private static let commitSizes = [100, 10_000]

    static func run(_ workshop: Workshop) throws -> [Measurement] {
        try commitSizes.flatMap { size in
            var appends: [Double] = [], replays: [Double] = []
            for _ in 0..<rounds {
                let round = try self.round(workshop, commitSize: size)
                appends.append(round.append)
                replays.append(round.replay)
            }
            return [
                Measurement(
                    "facts appended", Double(facts) / Timing.median(appends), "a second",
                    note: "\(size) a commit, \(facts) facts, synchronous=FULL"),
                Measurement("facts read and verified", Double(facts) / Timing.median(replays), "a second"),
            ]
        }
    }

    private static func round(_ workshop: Workshop, commitSize: Int) throws -> (append: Double, replay: Double) {
        let journal = try SQLiteJournal.open(
            directory: try workshop.folder("journal"), fleet: "benchmark", mode: .readWrite)
        let append = try Timing.seconds {
            for start in stride(from: 0, to: facts, by: commitSize) {
                try journal.append((start..<start + commitSize).map(fact))
            }
        }
        var count = 0
        let replay = try Timing.seconds { try journal.replay { count += $0.count } }
        try journal.close()
        guard count == facts else { throw BenchmarkFailure("\(count) of \(facts) facts came back") }
        return (append.seconds, replay.seconds)
    }

    private static func fact(_ number: Int) -> Fact {
        Fact(
            at: Fixture.start + .milliseconds(Int64(number)),
            .attemptStarted(UpdateIndex(7), DeviceIndex(UInt32(number)), attempt: 1))
    }
}
