import FleetCore
import FleetEngine
import FleetJournal
import Foundation

/// Takes the state of a fleet into one file, whether an engine runs on it or not.
///
/// What can be made anew is not in it: a checkpoint is derived from the journal, and the files of releases lie in the
/// fleet's directory, from which an engine copies them at its start.
public struct StateBackup {
    /// What else than the journal belongs to a state.
    public struct OtherFiles: Sendable {
        /// Files that are replaced as a whole: those of the journal's moment are taken.
        public var replaced: [String]
        /// Files that only grow, and that may be ahead of the journal: what they hold behind its moment is taken too.
        public var growing: [String]
        /// Folders of files that no backup holds, and that a state which takes another's place goes on with.
        public var kept: [String]

        /// Files and folders of these names in the state folder; those that are not there are left out.
        public init(replaced: [String], growing: [String], kept: [String] = []) {
            self.replaced = replaced
            self.growing = growing
            self.kept = kept
        }
    }

    /// What is made in the work folder, and becomes the backup.
    static let archiveName = "archive"
    /// What the work folder is called behind the name of the backup.
    static let workSuffix = ".partial"
    /// The longest of the files that are replaced as a whole: tokens of several million devices.
    static let longestReplaced: Int64 = 1 << 30

    /// The state folder.
    public var directory: String
    /// Files beside the journal.
    public var others: OtherFiles
    /// The version of the muster that takes it.
    public var muster: String

    /// A backup of a state folder.
    public init(of directory: String, others: OtherFiles, muster: String) {
        self.directory = directory
        self.others = others
        self.muster = muster
    }

    /// Takes the backup: when it returns, all of it is durable; if it throws, or is killed, there is none.
    ///
    /// The copy is proven, record by record, before the file gets its name.
    /// - Parameters:
    ///   - fleet: Whose state it has to be.
    ///   - file: Where the backup goes.
    ///   - replaces: Whether a file that is there may be replaced.
    public func take(fleet: String, now: Timestamp, to file: String, replaces: Bool) throws -> BackupManifest {
        guard replaces || access(file, F_OK) != 0 else { throw Self.isThere(file) }
        WorkFolder.removeRemains(beside: file, suffix: Self.workSuffix)
        let work = try WorkFolder(file + Self.workSuffix, purpose: "taking a backup")
        let (journal, beside) = try SQLiteJournal.copy(from: directory, into: work.path) { try readReplaced() }
        guard journal.fleet == fleet else {
            throw BackupFailure(
                "\(directory) is the state of the fleet \"\(journal.fleet)\", not of \"\(fleet)\"",
                remedy: "name the directory of \"\(journal.fleet)\", or another state folder with --state")
        }
        var members = [SQLiteJournal.fileName]
        for (name, bytes) in beside.sorted(by: { $0.key < $1.key }) {
            try OwnFile(creating: "\(work.path)/\(name)").write(bytes)
            members.append(name)
        }
        for name in others.growing where try copyGrowing(name, into: work.path) { members.append(name) }
        let manifest = BackupManifest(
            muster: muster, fleet: fleet, takenAt: now.iso, schema: journal.schema, facts: journal.facts,
            head: try prove(journal, in: work.path)?.description,
            members: try members.map { try SourceFile.member($0, in: work.path) })
        let archive = "\(work.path)/\(Self.archiveName)"
        try write(manifest, to: archive, from: work.path, now: now)
        try putInPlace(archive, file, replaces: replaces)
        return manifest
    }

    /// The hash of the last record, if all are those that were written; nil: the journal is of an older schema, which is
    /// proven when it is brought to this one.
    private func prove(_ copied: SQLiteJournal.CopiedJournal, in folder: String) throws -> RecordHash? {
        guard copied.schema == SQLiteJournal.schemaVersion else { return nil }
        let journal = try SQLiteJournal.open(directory: folder, fleet: copied.fleet, mode: .readOnly)
        var head = journal.emptyHash
        try journal.walk { head = $0.last?.hash ?? head }
        try journal.close()
        return head
    }

    private func write(_ manifest: BackupManifest, to archive: String, from folder: String, now: Timestamp) throws {
        var writer = try ArchiveWriter(archive, modifiedAt: now.milliseconds / 1000)
        try writer.add(BackupManifest.fileName, try manifest.bytes())
        for member in manifest.members { try writer.add(member, from: "\(folder)/\(member.name)") }
        try writer.finish()
    }

    /// Gives the finished file its name, which another may have taken meanwhile.
    private func putInPlace(_ archive: String, _ file: String, replaces: Bool) throws {
        if replaces {
            guard rename(archive, file) == 0 else { throw Self.cannotBeNamed(file) }
        } else if link(archive, file) != 0 {
            guard errno != EEXIST else { throw Self.isThere(file) }
            // Not every file system has links.
            guard access(file, F_OK) != 0, rename(archive, file) == 0 else { throw Self.cannotBeNamed(file) }
        }
        try WorkFolder.syncFolder(of: file)
    }

    private static func isThere(_ file: String) -> BackupFailure {
        BackupFailure("\(file) is there already", remedy: "name another file, or replace it with --force")
    }

    private static func cannotBeNamed(_ file: String) -> BackupFailure {
        .ofSystem("\(file) cannot be put in place", remedy: "check what is there, and who may write in its folder")
    }
}

extension StateBackup {
    private func readReplaced() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in others.replaced where try exists(name) {
            let bytes = try SourceFile("\(directory)/\(name)").read(atMost: Self.longestReplaced)
            files[name] = bytes
        }
        return files
    }

    /// Whether a file is there, and no link stands in its place.
    private func exists(_ name: String) throws -> Bool {
        var status = stat()
        guard lstat("\(directory)/\(name)", &status) == 0 else {
            guard errno == ENOENT else {
                throw BackupFailure.ofSystem("\(directory)/\(name) cannot be read", remedy: "check who may read it")
            }
            return false
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw BackupFailure("\(directory)/\(name) is no file", remedy: "put the file itself there")
        }
        return true
    }

    private func copyGrowing(_ name: String, into folder: String) throws -> Bool {
        guard try exists(name) else { return false }
        let source = try SourceFile("\(directory)/\(name)")
        let copy = try OwnFile(creating: "\(folder)/\(name)")
        var rest = source.size
        while rest > 0 {
            let bytes = try source.read(Int(min(rest, Int64(Archive.chunk))))
            guard !bytes.isEmpty else { break }
            try copy.write(bytes)
            rest -= Int64(bytes.count)
        }
        return true
    }
}
