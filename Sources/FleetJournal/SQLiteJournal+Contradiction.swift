import FleetEngine
import Foundation
import GRDB

/// A checkpoint that knows more than the journal.
///
/// An engine keeps a checkpoint behind records that are durable. So a whole one of this fleet whose record is not in the
/// journal is proof that records were lost: an old backup was put back, or the log was cut between two commits, which
/// the journal itself cannot show.
extension SQLiteJournal {
    /// Refuses a journal that the checkpoint beside it contradicts. What is damaged, of another format or of another
    /// fleet proves nothing.
    func refuseContradiction() throws(FactLogError) {
        let beginning = directory.beginning(of: CheckpointFile.name, atMost: CheckpointFile.Claim.maximumLength)
        guard let claim = beginning.flatMap({ CheckpointFile.Claim($0) }),
            contradiction(fleet: claim.fleet, record: claim.record, link: claim.link) != nil
        else { return }
        // Only now whether it is whole: a large one takes as long to hash as all else at a start. It is read anew, since
        // an engine may have replaced it.
        guard let bytes = directory.contents(of: CheckpointFile.name, atMost: CheckpointFile.maximumLength),
            let file = CheckpointFile(reading: bytes),
            let failure = contradiction(fleet: file.fleet, record: file.record, link: file.link)
        else { return }
        throw failure
    }

    private func contradiction(fleet: String, record: Int64, link: [UInt8]) -> FactLogError? {
        // A link of another length is from before the chain of SHA-256.
        guard fleet == self.fleet, record > 0, link.count == RecordHash.byteCount else { return nil }
        let hashes = try? queue.read {
            try Data.fetchAll($0, sql: "SELECT hash FROM facts WHERE sequence = ?", arguments: [record])
        }
        // What cannot be read is named by the replay.
        guard let hashes else { return nil }
        guard let hash = hashes.first else { return .recordsLost(path, through: record, by: checkpointPath) }
        return hash == Data(link) ? nil : .anotherHistory(path, record: record, by: checkpointPath)
    }

    private var checkpointPath: String { directory.file(CheckpointFile.name) }
}

extension FactLogError {
    /// A journal without the record that its checkpoint stands behind.
    static func recordsLost(_ path: String, through record: Int64, by checkpoint: String) -> FactLogError {
        FactLogError(
            "\(path) has lost records: record \(record), behind which \(CheckpointFile.name) beside it stands, is missing",
            remedy: "put the newer journal back, or remove \(checkpoint) to accept the loss")
    }

    /// A journal that has another record where its checkpoint stands.
    static func anotherHistory(_ path: String, record: Int64, by checkpoint: String) -> FactLogError {
        FactLogError(
            "record \(record) of \(path) is not the one behind which \(CheckpointFile.name) beside it stands: "
                + "the journal has another history",
            remedy: "put the journal of that checkpoint back, or remove \(checkpoint) to accept this one")
    }
}
