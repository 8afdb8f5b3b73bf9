import Foundation

/// Which bytes of an open file the system holds in memory. The file is mapped, but never read by the mapping: it takes
/// addresses and no memory, and a file that is cut short does no harm.
final class FileResidence: @unchecked Sendable {
    /// Bytes that are asked for at once.
    static let longestRange = 1 << 20

    private let start: UnsafeMutableRawPointer?
    private let length: Int
    private let pageLength = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// An open file of so many bytes. One that cannot be mapped counts as not in memory.
    init(_ descriptor: Int32, size: Int64) {
        length = Int(size)
        let start = mmap(nil, length, PROT_READ, MAP_SHARED, descriptor, 0)
        self.start = start == MAP_FAILED ? nil : start
    }

    deinit { if let start { munmap(start, length) } }

    /// Whether all of these bytes are in memory; not, if they are more than `longestRange`.
    func isCached(_ range: Range<Int64>) -> Bool {
        guard let start, range.lowerBound >= 0, range.upperBound <= length, range.count <= Self.longestRange else {
            return false
        }
        let first = Int(range.lowerBound) / pageLength * pageLength
        let pages = (Int(range.upperBound) - first + pageLength - 1) / pageLength
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: pages) { held in
            guard let place = held.baseAddress, mincore(start + first, Int(range.upperBound) - first, place) == 0 else {
                return false
            }
            // Only the lowest bit has a meaning.
            return held.allSatisfy { $0 & 1 == 1 }
        }
    }
}
