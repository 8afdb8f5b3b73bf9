import FleetEngine
import Foundation

/// SQLite's write-ahead log, looked at before SQLite reads it.
///
/// SQLite takes the first frame with a wrong checksum for the end of the log, and then every commit behind it is gone
/// without a word, the head with it. But a commit is synced before the next one begins: a power cut can tear the last
/// one only. So what stands behind the last whole commit is at most one unfinished commit, or the log is damaged.
/// A damage within the last commit looks like a torn one, and a log that is cut between two commits looks like an
/// earlier one: neither can be told without a second sync for each commit.
///
/// The form is that of https://www.sqlite.org/fileformat2.html#walformat.
struct WriteAheadLog {
    private static let headerLength = 32
    private static let frameHeaderLength = 24

    let path: String
    private let descriptor: Int32

    /// Refuses the log at a path if acknowledged commits in it cannot be read. An engine may be writing it meanwhile.
    static func check(_ path: String) throws(FactLogError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return }
            throw .ofSystem("\(path) cannot be opened", remedy: "check who may read it, and how many files are open")
        }
        defer { _ = Foundation.close(descriptor) }
        try WriteAheadLog(path: path, descriptor: descriptor).check()
    }

    private func check() throws(FactLogError) {
        guard length > Self.headerLength else { return }
        guard let header = header ?? header else { throw .damaged(path, "its header is not what was written") }
        let whole = wholeFrames(header)
        guard !isOneUnfinishedCommit(behind: whole.committed, header) else { return }
        // An engine that has gone on since has whole frames where there were none, or begun anew under other salts.
        guard let now = self.header, now.salts == header.salts, wholeFrames(header).count == whole.count else { return }
        throw .damaged(
            path, "frame \(whole.count + 1) is not what was written, and \(whole.committed) are whole in front of it")
    }

    /// Whether the frames behind the last whole commit can be of a single one. Its last frame says that it ends there;
    /// no other has a page that was in it before, and every commit has the page of the head.
    private func isOneUnfinishedCommit(behind committed: Int, _ header: Header) -> Bool {
        var pages: Set<UInt32> = []
        var hasEnded = false
        for index in committed..<frameCount(header) {
            guard let frame = frame(at: index, header), frame.salts == header.salts else { continue }
            guard !hasEnded, pages.insert(frame.page).inserted || frame.endsCommit else { return false }
            hasEnded = frame.endsCommit
        }
        return true
    }

    /// The frames up to the first with a wrong checksum, and those of them up to the end of the last commit.
    private func wholeFrames(_ header: Header) -> (count: Int, committed: Int) {
        var sum = header.sum
        var committed = 0
        // Once: an engine may put more behind them meanwhile.
        let count = frameCount(header)
        for index in 0..<count {
            guard let frame = frame(at: index, header), frame.salts == header.salts else { return (index, committed) }
            sum.add(frame.summed, isBigEndian: header.isBigEndian)
            guard sum == frame.sum else { return (index, committed) }
            if frame.endsCommit { committed = index + 1 }
        }
        return (count, committed)
    }
}

extension WriteAheadLog {
    private struct Header {
        var isBigEndian: Bool
        var pageSize: Int
        var salts: UInt64
        var sum: Sum

        /// Nil if the checksum is wrong.
        init?(_ bytes: [UInt8]) {
            let magic = number(bytes, at: 0)
            guard magic & ~1 == 0x377f_0682 else { return nil }
            isBigEndian = magic & 1 == 1
            pageSize = Int(number(bytes, at: 8))
            salts = UInt64(number(bytes, at: 16)) << 32 | UInt64(number(bytes, at: 20))
            sum = Sum()
            sum.add(Array(bytes[..<24]), isBigEndian: isBigEndian)
            guard sum == Sum(number(bytes, at: 24), number(bytes, at: 28)), pageSize >= 512 else { return nil }
        }
    }

    private struct Frame {
        var page: UInt32
        var endsCommit: Bool
        var salts: UInt64
        var sum: Sum
        /// What the checksum goes over: the start of the frame's header, and the page.
        var summed: [UInt8]

        init(_ bytes: [UInt8]) {
            page = number(bytes, at: 0)
            endsCommit = number(bytes, at: 4) != 0
            salts = UInt64(number(bytes, at: 8)) << 32 | UInt64(number(bytes, at: 12))
            sum = Sum(number(bytes, at: 16), number(bytes, at: 20))
            summed = Array(bytes[..<8] + bytes[WriteAheadLog.frameHeaderLength...])
        }
    }

    private var length: Int { Int(lseek(descriptor, 0, SEEK_END)) }

    private var header: Header? { bytes(at: 0, count: Self.headerLength).flatMap(Header.init) }

    private func frameCount(_ header: Header) -> Int {
        max(0, length - Self.headerLength) / (Self.frameHeaderLength + header.pageSize)
    }

    private func frame(at index: Int, _ header: Header) -> Frame? {
        let size = Self.frameHeaderLength + header.pageSize
        return bytes(at: Self.headerLength + index * size, count: size).map(Frame.init)
    }

    private func bytes(at offset: Int, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return pread(descriptor, &bytes, count, off_t(offset)) == count ? bytes : nil
    }
}

/// The checksum of SQLite's write-ahead log.
private struct Sum: Equatable {
    private var first: UInt32
    private var second: UInt32

    init(_ first: UInt32 = 0, _ second: UInt32 = 0) { (self.first, self.second) = (first, second) }

    /// Takes in an even number of words.
    mutating func add(_ bytes: [UInt8], isBigEndian: Bool) {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset + 8 <= buffer.count {
                let even = buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                let odd = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                first &+= (isBigEndian ? even.bigEndian : even.littleEndian) &+ second
                second &+= (isBigEndian ? odd.bigEndian : odd.littleEndian) &+ first
                offset += 8
            }
        }
    }
}

private func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
}
