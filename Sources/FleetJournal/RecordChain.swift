import FleetCore

/// The checksums of a journal's records, each taken over the one before it too. So a record that was changed, is
/// missing, or stands in another's place breaks the chain where it stands. It finds accidents, not forgers: the hash
/// is `StableHash`, which anyone can compute.
struct RecordChain: Hashable, Sendable {
    /// Records so far; also the number of the last one, from 1.
    private(set) var count: Int64 = 0
    /// The checksum of the last record.
    private(set) var checksum: UInt64

    /// The chain of a journal without records: it starts from the fleet's name.
    init(fleet: String) {
        checksum = StableHash.of(fleet)
    }

    /// A chain that goes on behind this record.
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
