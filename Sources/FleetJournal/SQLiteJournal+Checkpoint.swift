import FleetCore
import FleetEngine
import Foundation
import GRDB

extension SQLiteJournal {
    /// Replays behind the checkpoint beside the journal, if that counts: it is whole, of this build's format and of
    /// this fleet, its record is one of the journal's, and the chain at that record is the same, which says that all
    /// records before it are the same too. In any other case everything is replayed; a whole checkpoint that contradicts the
    /// journal was refused at the opening. Records behind the checkpoint are checked as ever; those before it are not
    /// read.
    public func recover(
        feedCapacity: Int, _ begin: (Checkpoint) -> Void, _ body: ([Fact]) -> Void
    ) throws(FactLogError) {
        if let failure { throw failure }
        guard let (checkpoint, record) = usableCheckpoint(feedCapacity: feedCapacity) else { return try replay(body) }
        begin(checkpoint)
        try replay(behind: record, body)
    }

    /// Read before the journal's head, which can only be further then.
    private func usableCheckpoint(feedCapacity: Int) -> (Checkpoint, RecordChain)? {
        guard let bytes = directory.contents(of: CheckpointFile.name, atMost: CheckpointFile.maximumLength),
            let file = CheckpointFile(reading: bytes), file.fleet == fleet, file.record > 0,
            let record = chain(at: file.record), record.link == file.link,
            let checkpoint = file.checkpoint(), checkpoint.state.revision == UInt64(file.record),
            checkpoint.knowsFeed(of: feedCapacity)
        else { return nil }
        return (checkpoint, record)
    }

    /// The chain up to a record, as the record itself says; nil: there is no such record, or it cannot be read.
    private func chain(at record: Int64) -> RecordChain? {
        let bytes = try? queue.read {
            try Data.fetchOne($0, sql: "SELECT hash FROM facts WHERE sequence = ?", arguments: [record])
        }
        return bytes.flatMap { $0 }.flatMap { RecordHash(bytes: $0) }.map { RecordChain(count: record, hash: $0) }
    }

    /// A writer takes one at a time.
    public var wantsCheckpoint: Bool { mode == .readWrite && failure == nil && !checkpoints.isBusy }

    /// Encodes the checkpoint at once, and seals and writes it on another thread.
    public func keep(_ checkpoint: Checkpoint, inBackground: Bool) {
        guard mode == .readWrite, failure == nil, checkpoint.state.revision == UInt64(chain.count) else { return }
        let file = CheckpointFile(fleet: fleet, record: chain.count, link: chain.link, checkpoint)
        checkpoints.write(file.bytes, to: directory, inBackground: inBackground)
    }

    public var checkpointFailure: String? { checkpoints.failure }
}

extension RecordChain {
    /// The last record's link of the chain, as bytes that only another chain's could differ from.
    var link: [UInt8] { hash.bytes }
}
