import Crypto
import FleetCore
import FleetEngine

/// A checkpoint as a file: whose it is, behind which record it stands, the state, the latest facts, and a SHA-256 of
/// everything. Numbers are little-endian, 64 bits; texts and blocks stand behind their length in bytes.
///
/// `MUSTERCP`, the file's format, `StateCoder.formatMark`, the fleet, the record's number and its link of the chain,
/// the feed's capacity, the state by `StateCoder`, the number of facts, each by `FactCoder`, the SHA-256.
struct CheckpointFile {
    /// The file's name in the state folder.
    static let name = "checkpoint"
    /// The longest file that is read, in bytes: room for the state of several million devices.
    static let maximumLength = 1 << 30

    private static let magic = Array("MUSTERCP".utf8)
    private static let format: UInt64 = 1
    private static let sealLength = SHA256.byteCount

    /// Whose it is.
    let fleet: String
    /// The number of the last record that the state knows.
    let record: Int64
    /// That record's link of the journal's chain.
    let link: [UInt8]
    /// Everything but the seal.
    let bytes: [UInt8]
    /// Where the feed's capacity stands in `bytes`.
    private let contentOffset: Int

    /// The file of a checkpoint behind a record.
    init(fleet: String, record: Int64, link: [UInt8], _ checkpoint: Checkpoint) {
        (self.fleet, self.record, self.link) = (fleet, record, link)
        var writer = BlockWriter()
        writer.bytes = Self.magic
        writer.write(Self.format)
        writer.write(StateCoder.formatMark)
        writer.write(block: Array(fleet.utf8))
        writer.write(UInt64(record))
        writer.write(block: link)
        contentOffset = writer.bytes.count
        writer.write(UInt64(checkpoint.feedCapacity))
        writer.writeBlock { StateCoder.encode(checkpoint.state, into: &$0) }
        writer.write(UInt64(checkpoint.feed.count))
        for fact in checkpoint.feed { writer.writeBlock { FactCoder.encode(fact, into: &$0) } }
        bytes = writer.bytes
    }

    /// The bytes with their seal behind them.
    static func sealed(_ bytes: [UInt8]) -> [UInt8] { bytes + SHA256.hash(data: bytes) }

    /// Reads a file with its seal; nil: it is not whole, or not of this build's format.
    init?(reading file: [UInt8]) {
        guard file.count >= Self.sealLength else { return nil }
        bytes = Array(file.dropLast(Self.sealLength))
        guard SHA256.hash(data: bytes).elementsEqual(file.suffix(Self.sealLength)), let claim = Claim(bytes) else {
            return nil
        }
        (fleet, record, link) = (claim.fleet, claim.record, claim.link)
        contentOffset = claim.end
    }

    /// What a file of this build's format says of itself in front of the state, be it whole or not.
    struct Claim {
        /// Room for it, in bytes: a fleet's name is much shorter.
        static let maximumLength = 1 << 16

        var fleet: String
        var record: Int64
        var link: [UInt8]
        /// Where it ends in the file.
        fileprivate var end: Int

        /// Reads it from a file's first bytes.
        init?(_ bytes: [UInt8]) {
            var reader = BlockReader(bytes: bytes)
            guard reader.raw(magic.count).map(Array.init) == magic, reader.number() == format,
                reader.number() == StateCoder.formatMark, let fleet = reader.block(), let record = reader.number(),
                let link = reader.block(), let number = Int64(exactly: record)
            else { return nil }
            self.fleet = String(decoding: fleet, as: UTF8.self)
            self.record = number
            self.link = Array(link)
            end = reader.offset
        }
    }

    /// What it holds; nil: it cannot be read, whatever its seal says.
    func checkpoint() -> Checkpoint? {
        var reader = BlockReader(bytes: bytes, offset: contentOffset)
        guard let capacity = reader.number().flatMap(Int.init(exactly:)), let encoded = reader.block(),
            let state = try? StateCoder.decode(Array(encoded)), let count = reader.number()
        else { return nil }
        var feed: [Fact] = []
        while feed.count < count {
            guard let block = reader.block(), let fact = try? FactCoder.decode(Array(block)) else { return nil }
            feed.append(fact)
        }
        guard reader.isAtEnd, feed.count <= capacity else { return nil }
        return Checkpoint(state: state, feed: feed, feedCapacity: capacity)
    }
}

/// Puts numbers and blocks behind each other.
private struct BlockWriter {
    var bytes: [UInt8] = []

    mutating func write(_ number: UInt64) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }

    mutating func write(block: [UInt8]) { writeBlock { $0 += block } }

    /// The length is put in when it is known.
    mutating func writeBlock(_ body: (inout [UInt8]) -> Void) {
        let place = bytes.count
        write(0)
        body(&bytes)
        var length = UInt64(bytes.count - place - 8)
        for offset in place..<place + 8 {
            bytes[offset] = UInt8(truncatingIfNeeded: length)
            length >>= 8
        }
    }
}

/// Takes numbers and blocks from bytes; nil where they end too early.
private struct BlockReader {
    let bytes: [UInt8]
    var offset = 0

    var isAtEnd: Bool { offset == bytes.count }

    mutating func raw(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= bytes.count - offset else { return nil }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    mutating func number() -> UInt64? {
        raw(8).map { $0.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
    }

    mutating func block() -> ArraySlice<UInt8>? {
        number().flatMap(Int.init(exactly:)).flatMap { raw($0) }
    }
}
