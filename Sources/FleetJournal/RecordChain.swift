import Crypto
import FleetCore

/// The hashes of a journal's records, each taken over the one before it too. So a record that was changed, is missing,
/// or stands in another's place breaks the chain where it stands, and nobody can make another record that fits.
///
/// Whoever may write the file can still compute the whole chain anew from the record that was changed: that shows
/// only against a hash that was kept elsewhere.
///
/// The hash of the empty chain is the SHA-256 of `muster journal 2`, a line feed and the fleet's name in UTF-8. The
/// hash of a record is the SHA-256 of the hash before it, then as 64-bit numbers, the highest byte first, the record's
/// number, its commit, its moment in milliseconds, and the length of its body, and then the body.
struct RecordChain: Hashable, Sendable {
    /// Records so far; also the number of the last one, from 1.
    private(set) var count: Int64 = 0
    /// The hash of the last record.
    private(set) var hash: RecordHash

    /// The chain of a journal without records: it starts from the fleet's name.
    init(fleet: String) {
        hash = RecordHash(SHA256.hash(data: Array("muster journal 2\n\(fleet)".utf8)))
    }

    /// A chain that goes on behind this record.
    init(count: Int64, hash: RecordHash) {
        self.count = count
        self.hash = hash
    }

    /// Takes in the next record. What stands before the body is one block of SHA-256.
    mutating func advance(commit: Int64, at: Int64, body: [UInt8]) {
        count += 1
        let numbers = SIMD4(
            UInt64(bitPattern: count).bigEndian, UInt64(bitPattern: commit).bigEndian, UInt64(bitPattern: at).bigEndian,
            UInt64(body.count).bigEndian)
        var sum = SHA256()
        withUnsafeBytes(of: SIMD8(lowHalf: hash.words, highHalf: numbers)) { sum.update(bufferPointer: $0) }
        body.withUnsafeBytes { sum.update(bufferPointer: $0) }
        hash = RecordHash(sum.finalize())
    }
}
