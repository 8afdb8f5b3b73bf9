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

    /// Whether a state folder has a journal. Throws if it had one and that is gone, and if the folder may not be read.
    public static func exists(in directory: String) throws(FactLogError) -> Bool {
        let directory = StateDirectory(path: directory)
        try refuseLinks(in: directory)
        try refuseLoss(in: directory, witness: try witness(in: directory))
        return try directory.status(of: fileName) != nil
    }

    /// Refuses a state folder in which a link stands for one of its files.
    static func refuseLinks(in directory: StateDirectory) throws(FactLogError) {
        try directory.refuseLinks(ownFiles)
    }

    /// The name of a file that is there only behind a journal; nil: there is none. To be asked before the journal is
    /// looked at, or a reader could take the first moments of a new engine for a loss.
    static func witness(in directory: StateDirectory) throws(FactLogError) -> String? {
        for name in witnesses where try directory.status(of: name) != nil { return name }
        return nil
    }

    /// Leaves the witness that there is a journal, whose tables must be durable by now.
    static func leaveWitness(in directory: StateDirectory) throws(FactLogError) {
        guard try directory.status(of: bornName) == nil else { return }
        let note = "An engine made \(fileName) here. Where that is missing or empty, it was lost.\n"
        try directory.replace(bornName, with: Array(note.utf8))
    }

    /// Refuses a missing or empty journal for which there is a witness.
    static func refuseLoss(in directory: StateDirectory, witness: String?) throws(FactLogError) {
        let path = directory.file(fileName), log = fileName + "-wal"
        guard let length = try directory.status(of: fileName)?.st_size else {
            let hasLog = try directory.status(of: log)?.st_size ?? 0 > 0
            guard let witness = witness ?? (hasLog ? log : nil) else { return }
            throw .lost(path, "is missing", witness: witness)
        }
        guard length == 0, let witness else { return }
        throw .lost(path, "is empty", witness: witness)
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
