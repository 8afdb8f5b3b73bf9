import Foundation

/// What a slot says of itself: `release.json` in it, there only when all of the slot is durable.
public struct SlotRecord: Codable, Hashable, Sendable {
    /// A file of the release, in the slot's folder `files`.
    public struct File: Codable, Hashable, Sendable {
        public var name: String
        public var length: Int64
        public var sha256: String

        /// A file of these parts.
        public init(name: String, length: Int64, sha256: String) {
            self.name = name
            self.length = length
            self.sha256 = sha256
        }

        /// A file of a release.
        init(_ file: OfferedRelease.File) {
            self.init(name: file.name, length: file.length, sha256: file.sha256)
        }
    }

    /// The version that is in the slot.
    public var version: String
    /// Its files; nil where a person has put it there.
    public var files: [File]?

    /// A record of these parts.
    public init(version: String, files: [File]? = nil) {
        self.version = version
        self.files = files
    }
}

/// The two slots, and which of them is in use.
///
/// ```
/// SLOTS/current -> a      replaced by one rename
/// SLOTS/a/release.json    what is in it
/// SLOTS/a/files/...       the release's files, as they came
/// SLOTS/a/...             what the site's command has put beside them
/// SLOTS/b/
/// SLOTS/agent.lock        held by the one agent that works on the slots; install.lock, by an installation
/// ```
public struct SlotPair {
    /// The longest record that is read, in bytes.
    static let mostRecordBytes = 1 << 20
    static let recordName = "release.json", filesName = "files"

    let disk: any Disk
    /// The folder that holds all this.
    public let folder: String

    /// The slots in a folder.
    public init(_ disk: any Disk, folder: String) {
        self.disk = disk
        self.folder = folder
    }

    /// The link to the slot in use.
    public var current: String { folder + "/current" }
    /// A slot's folder.
    public func folder(of slot: Slot) -> String { "\(folder)/\(slot.rawValue)" }
    /// The folder of a slot's files.
    public func files(of slot: Slot) -> String { folder(of: slot) + "/" + Self.filesName }
    /// One of a slot's files.
    func file(_ name: String, of slot: Slot) -> String { files(of: slot) + "/" + name }

    /// Where the link leads, as it is written; nil: there is none.
    func target() throws -> String? { try disk.linkTarget(current) }

    /// The slot in use; nil: none.
    public func inUse() throws -> Slot? {
        guard let target = try target() else { return nil }
        guard let slot = Slot(rawValue: target) else {
            throw StorageFailure(
                "\(current) leads to `\(target)`, which is no slot; let it lead to `a` or `b`, as it stands there")
        }
        return slot
    }

    /// What a slot says of itself; nil: nothing, so that it is not whole.
    public func record(of slot: Slot) throws -> SlotRecord? {
        let path = folder(of: slot) + "/" + Self.recordName
        guard let bytes = try disk.read(path, atMost: Self.mostRecordBytes) else { return nil }
        let record = try? JSONDecoder().decode(SlotRecord.self, from: Data(bytes))
        return record.flatMap { (1...OfferReading.longestVersion).contains($0.version.utf8.count) ? $0 : nil }
    }

    /// Makes the folders, where they are missing.
    public func prepare() throws {
        for path in [folder] + Slot.allCases.map(folder(of:)) where try disk.names(in: path) == nil {
            if path != folder, try target().map({ folder + "/" + $0 }) != path { try removeLink(path) }
            try disk.makeFolder(path)
            try disk.sync(Folder.above(path))
        }
    }

    /// An install command may have put a link, or a file, in the place of a slot. What a link leads to is somebody else's.
    private func makeFolderAnew(_ path: String) throws {
        guard try disk.names(in: path) == nil else { return }
        try disk.remove(path)
        try disk.makeFolder(path)
        try disk.sync(Folder.above(path))
    }

    private func removeLink(_ path: String) throws {
        if let isLink = try? disk.linkTarget(path) != nil, isLink { try disk.remove(path) }
    }

    /// Clears a slot, but for files that were fetched of a release, which may be there in part. First the record goes: what
    /// has one is whole.
    func clear(_ slot: Slot, keeping release: OfferedRelease?) throws {
        guard try inUse() != slot else { throw StorageFailure("the slot \(slot.rawValue) is in use") }
        let place = folder(of: slot)
        try makeFolderAnew(place)
        try disk.remove(place + "/" + Self.recordName)
        try disk.sync(place)
        for name in try disk.names(in: place) ?? [] where release == nil || name != Self.filesName {
            try disk.remove(place + "/" + name)
        }
        try clearFiles(slot, keeping: Set(release?.files.map(\.name) ?? []))
        try disk.sync(place)
    }

    private func clearFiles(_ slot: Slot, keeping names: Set<String>) throws {
        let place = files(of: slot)
        if try disk.names(in: place) == nil {
            try disk.remove(place)
            try disk.makeFolder(place)
        }
        for name in try disk.names(in: place) ?? [] where !names.contains(name) {
            try disk.remove(place + "/" + name)
        }
        for name in names.sorted() {
            let path = place + "/" + name
            // A folder or a link of that name is nothing that was fetched.
            if try disk.length(of: path) == nil { try disk.remove(path) }
        }
        try disk.sync(place)
    }

    /// Takes away what a slot says of itself.
    func forget(_ slot: Slot) throws {
        try disk.remove(folder(of: slot) + "/" + Self.recordName)
        try disk.sync(folder(of: slot))
    }

    /// Puts back what a slot said of itself, where something else was written in its place. What is gone is not put back:
    /// more may be gone with it.
    /// - Returns: Whether something else was.
    func mend(_ former: SlotRecord, of slot: Slot) throws -> Bool {
        let path = folder(of: slot) + "/" + Self.recordName
        guard try disk.length(of: path) != nil, try record(of: slot) != former else { return false }
        try write(former, in: slot)
        return true
    }

    private func write(_ record: SlotRecord, in slot: Slot) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try disk.replace(folder(of: slot) + "/" + Self.recordName, with: Array(try encoder.encode(record)))
    }

    /// Makes all of a slot durable, and then says what it is.
    func record(_ release: OfferedRelease, in slot: Slot) throws {
        try disk.syncAll(in: folder(of: slot))
        try write(SlotRecord(version: release.version, files: release.files.map(SlotRecord.File.init)), in: slot)
    }

    /// Whether the link leads elsewhere than to a slot; nil: whether there is one.
    func leadsElsewhere(than slot: Slot?) throws -> Bool { try target() != slot?.rawValue }

    /// Puts a slot into use, or none: durable, and by one rename, so that the link always leads to one slot or the other.
    func use(_ slot: Slot?) throws {
        if let slot {
            let new = current + ".new"
            try disk.remove(new)
            try disk.link(new, to: slot.rawValue)
            try disk.move(new, to: current)
        } else {
            try disk.remove(current)
        }
        try disk.sync(folder)
    }
}
