import FleetCore
import FleetEngine
import Foundation

/// A small append-only file of byte strings, each behind its length and a checksum. It outlives a crash of the
/// process, not one of the machine: nothing is synced. A torn end, as a crash leaves it, is cut off when the file is
/// opened; damage in front of whole records is none, and is refused. It keeps what simulated terminals have in flash.
public final class RecordFile {
    /// The name in the state folder of the file of simulated terminals. It is created behind the journal, never before:
    /// it is a witness that there was one.
    public static let terminalsName = "terminals.flash"
    /// The longest record, in bytes.
    public static let maximumLength = 1 << 20
    /// Bytes of the length and the checksum before each record.
    static let headerLength = 12

    /// The file's path.
    public let path: String
    /// Bytes that were cut off at the end when the file was opened.
    public private(set) var tornBytes = 0
    private let descriptor: Int32
    /// Where the next record goes.
    private var end = 0
    private var isClosed = false

    /// Opens the file, or creates it for its owner alone, and cuts off a torn end. Throws if a record is damaged and whole
    /// ones follow. Follows no link: what it points at is not ours to cut.
    public init(path: String) throws(FactLogError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno != ELOOP else { throw .symbolicLink(path) }
            throw .ofSystem("\(path) cannot be opened", remedy: "check who may write there")
        }
        let length = Int(lseek(descriptor, 0, SEEK_END))
        end = try scan(upTo: length) { _ in }
        try refuseDamage(at: end, upTo: length)
        tornBytes = length - end
        guard ftruncate(descriptor, off_t(end)) == 0 else { throw failure("be cut behind its last record") }
    }

    deinit { close() }

    /// Puts a record behind the others. Throws if the file is closed, the record too long, or the disk full; the
    /// others are not touched.
    public func append(_ bytes: [UInt8]) throws(FactLogError) {
        guard !isClosed else { throw FactLogError("\(path) is closed", remedy: "open it again") }
        guard bytes.count <= Self.maximumLength else {
            throw FactLogError("a record of \(bytes.count) bytes is too long for \(path)", remedy: "split it")
        }
        let record = Self.header(of: bytes) + bytes
        var written = 0
        while written < record.count {
            let count = record.withUnsafeBytes { buffer in
                pwrite(
                    descriptor, buffer.baseAddress.map { $0 + written }, record.count - written, off_t(end + written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("take a record") }
            written += count
        }
        end += record.count
    }

    /// Hands every record to `body`, in order.
    public func replay(_ body: ([UInt8]) -> Void) throws(FactLogError) {
        guard !isClosed else { throw FactLogError("\(path) is closed", remedy: "open it again") }
        _ = try scan(upTo: end, body)
    }

    /// Closes the file; later calls fail.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        _ = Foundation.close(descriptor)
    }
}

extension RecordFile {
    private static func header(of bytes: [UInt8]) -> [UInt8] {
        let length = UInt64(bytes.count), checksum = checksum(of: bytes)
        return (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
            + (0..<8).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
    }

    private static func checksum(of bytes: [UInt8]) -> UInt64 {
        var hash = StableHash(seed: UInt64(bytes.count))
        hash.combine(bytes: bytes)
        return hash.value
    }

    /// Refuses a file in which a whole record follows what is none. A crash tears only the last one, so that is damage,
    /// and cutting it off would take away records that are whole. The damaged one's length may be what is damaged, so
    /// the next may begin at any byte that the longest record reaches.
    private func refuseDamage(at offset: Int, upTo limit: Int) throws(FactLogError) {
        let reach = Self.headerLength + Self.maximumLength
        let rest = try bytes(at: offset, count: min(2 * reach, limit - offset))
        guard let next = (1..<max(1, rest.count)).first(where: { Self.isWholeRecord(in: rest, at: $0) }) else { return }
        throw FactLogError(
            "\(path) is damaged at byte \(offset), and whole records follow from byte \(offset + next)",
            remedy: "put a backup in its place, or remove it to go on without what it holds")
    }

    private static func isWholeRecord(in bytes: [UInt8], at offset: Int) -> Bool {
        let start = offset + headerLength
        guard start <= bytes.count else { return false }
        var length = 0
        for place in 0..<4 { length |= Int(bytes[offset + place]) << (8 * place) }
        guard length <= maximumLength, length <= bytes.count - start else { return false }
        return header(of: Array(bytes[start..<start + length])).elementsEqual(bytes[offset..<start])
    }

    /// Hands out the whole records below a limit, and returns where the last of them ends.
    private func scan(upTo limit: Int, _ body: ([UInt8]) -> Void) throws(FactLogError) -> Int {
        var offset = 0
        while offset + Self.headerLength <= limit {
            let header = try bytes(at: offset, count: Self.headerLength)
            let length = header.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            let next = offset + Self.headerLength + length
            guard length <= Self.maximumLength, next <= limit else { break }
            let record = try bytes(at: offset + Self.headerLength, count: length)
            guard header == Self.header(of: record) else { break }
            body(record)
            offset = next
        }
        return offset
    }

    private func bytes(at offset: Int, count: Int) throws(FactLogError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let step = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress.map { $0 + received }, count - received, off_t(offset + received))
            }
            if step < 0, errno == EINTR { continue }
            guard step >= 0 else { throw failure("be read") }
            // The file was cut behind our back: what is missing reads as zeros, which no checksum matches.
            guard step > 0 else { break }
            received += step
        }
        return bytes
    }

    private func failure(_ attempt: String) -> FactLogError {
        .ofSystem("\(path) could not \(attempt)", remedy: "check its disk")
    }
}
