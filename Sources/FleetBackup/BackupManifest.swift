import Foundation

/// What a backup says of itself: `manifest.json`, its first member.
public struct BackupManifest: Codable, Hashable, Sendable {
    /// One file of a backup.
    public struct Member: Codable, Hashable, Sendable {
        /// Its name, in the backup and in the state folder.
        public var name: String
        /// Its bytes.
        public var size: Int64
        /// Their SHA-256, as 64 hexadecimal digits.
        public var sha256: String
    }

    /// The format of backups that this build writes and reads.
    public static let currentFormat = 1
    static let fileName = "manifest.json"
    /// The longest that is read, in bytes.
    static let maximumLength = 1 << 16

    /// The format of the backup.
    public var format: Int
    /// The version of the muster that took it.
    public var muster: String
    /// The fleet's name.
    public var fleet: String
    /// When it was taken, in ISO 8601.
    public var takenAt: String
    /// The version of the journal's schema.
    public var schema: Int
    /// Records in the journal.
    public var facts: Int
    /// The hash of the last of them, as `muster audit verify` prints it; nil: the journal has an older schema, whose
    /// records have no such hash.
    public var head: String?
    /// The other files.
    public var members: [Member]

    /// Only the format, which says whether the rest can be understood.
    private struct Beginning: Decodable { var format: Int }

    /// Reads a manifest; refuses one of a later format by name.
    init(_ bytes: [UInt8], path: String) throws {
        let decoder = JSONDecoder()
        guard let beginning = try? decoder.decode(Beginning.self, from: Data(bytes)) else {
            throw BackupFailure.damaged(path, "its manifest cannot be read")
        }
        guard beginning.format == Self.currentFormat else {
            throw BackupFailure(
                "\(path) is a backup of format \(beginning.format); this muster knows \(Self.currentFormat)",
                remedy: "restore it with the muster that took it, or a later one")
        }
        do { self = try decoder.decode(Self.self, from: Data(bytes)) } catch {
            throw BackupFailure.damaged(path, "its manifest cannot be read")
        }
    }

    init(muster: String, fleet: String, takenAt: String, schema: Int, facts: Int, head: String?, members: [Member]) {
        format = Self.currentFormat
        self.muster = muster
        self.fleet = fleet
        self.takenAt = takenAt
        self.schema = schema
        self.facts = facts
        self.head = head
        self.members = members
    }

    /// Its bytes as they stand in a backup.
    func bytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self) + Data("\n".utf8))
    }
}
