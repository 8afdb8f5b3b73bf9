import FleetCore
import FleetEngine
import GRDB

extension JournalSchema {
    /// The first form: records under a checksum that finds accidents. Frozen; kept for the journals that have it.
    enum Version1 {
        static let tables = """
            CREATE TABLE head (
                fleet TEXT NOT NULL,
                facts INTEGER NOT NULL,
                commits INTEGER NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE facts (
                sequence INTEGER PRIMARY KEY,
                commit_id INTEGER NOT NULL,
                at INTEGER NOT NULL,
                body BLOB NOT NULL,
                checksum INTEGER NOT NULL
            ) STRICT;
            """

        /// An empty file becomes a journal without records.
        static let create: Migration = { database, _, fleet in
            try database.execute(sql: tables)
            try database.execute(
                sql: "INSERT INTO head (fleet, facts, commits, checksum) VALUES (?, 0, 0, ?)",
                arguments: [fleet, Int64(bitPattern: Chain(fleet: fleet).checksum)])
        }

        /// The checksums of the records, each taken over the one before it too, by `StableHash`.
        struct Chain: Hashable, Sendable {
            var count: Int64 = 0
            var checksum: UInt64

            /// The chain of a journal without records.
            init(fleet: String) {
                checksum = StableHash.of(fleet)
            }

            /// A chain that ends with this record.
            init(count: Int64, checksum: UInt64) {
                self.count = count
                self.checksum = checksum
            }

            /// Takes in the next record.
            mutating func advance(commit: Int64, at: Int64, body: [UInt8]) {
                count += 1
                var hash = StableHash(seed: checksum)
                hash.combine(UInt64(bitPattern: count))
                hash.combine(UInt64(bitPattern: commit))
                hash.combine(UInt64(bitPattern: at))
                hash.combine(UInt64(body.count))
                hash.combine(bytes: body)
                checksum = hash.value
            }
        }
    }
}
