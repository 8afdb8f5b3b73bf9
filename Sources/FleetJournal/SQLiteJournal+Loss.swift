import FleetEngine
import Foundation

/// A journal that is gone, told from one that never was.
///
/// An engine makes its journal durable before it creates anything that follows from it. So whatever of that lies beside a
/// journal without content is the witness of a history that was lost; a creation that was cut short leaves none. Not every
/// fleet has a checkpoint or simulated terminals, so an engine leaves a witness that is nothing else.
extension SQLiteJournal {
    /// The file that says only that there is a journal. It may be deleted beside one: the next engine leaves it again.
    static let bornName = "journal.born"
    private static let witnesses = [CheckpointFile.name, RecordFile.terminalsName, bornName]
    /// The files that are never read or written through a link. A checkpoint that is one is ignored.
    private static let ownFiles =
        ["", "-wal", "-shm"].map { fileName + $0 } + [EngineLock.fileName, RecordFile.terminalsName]

    /// Whether a state folder has a journal. Throws if it had one and that is gone.
    public static func exists(in directory: String) throws(FactLogError) -> Bool {
        let directory = StateDirectory(path: directory)
        try refuseLinks(in: directory)
        try refuseLoss(in: directory, witness: witness(in: directory))
        return length(of: fileName, in: directory) != nil
    }

    /// Refuses a state folder in which a link stands for one of its files.
    static func refuseLinks(in directory: StateDirectory) throws(FactLogError) {
        try directory.refuseLinks(ownFiles)
    }

    /// The name of a file that is there only behind a journal; nil: there is none. To be asked before the journal is
    /// looked at, or a reader could take the first moments of a new engine for a loss.
    static func witness(in directory: StateDirectory) -> String? {
        witnesses.first { length(of: $0, in: directory) != nil }
    }

    /// Leaves the witness that there is a journal, whose tables must be durable by now.
    static func leaveWitness(in directory: StateDirectory) throws(FactLogError) {
        guard length(of: bornName, in: directory) == nil else { return }
        let note = "An engine made \(fileName) here. Where that is missing or empty, it was lost.\n"
        try directory.replace(bornName, with: Array(note.utf8))
    }

    /// Refuses a missing or empty journal for which there is a witness.
    static func refuseLoss(in directory: StateDirectory, witness: String?) throws(FactLogError) {
        let path = directory.file(fileName), log = fileName + "-wal"
        guard let length = length(of: fileName, in: directory) else {
            let hasLog = self.length(of: log, in: directory) ?? 0 > 0
            guard let witness = witness ?? (hasLog ? log : nil) else { return }
            throw .lost(path, "is missing", witness: witness)
        }
        guard length == 0, let witness else { return }
        throw .lost(path, "is empty", witness: witness)
    }

    /// A file's length in bytes; nil: it is not there.
    private static func length(of name: String, in directory: StateDirectory) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: directory.file(name)))?[.size] as? Int
    }
}

extension FactLogError {
    /// A journal without content where there was one.
    static func lost(_ path: String, _ finding: String, witness: String) -> FactLogError {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return FactLogError(
            "\(path) \(finding), but \(witness) beside it says that there was a journal here",
            remedy: "put a backup of the journal in its place, or remove the folder \(folder) to begin anew")
    }
}
