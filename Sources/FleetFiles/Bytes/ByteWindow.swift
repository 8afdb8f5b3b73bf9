import Foundation

/// A window that slides over a stream of bytes. Before each record it is filled up, so that a record lies whole in
/// memory and its reader needs no checks at buffer ends; a record that does not fit is refused.
struct ByteWindow: ~Copyable {
    /// Bytes in memory.
    static let capacity = 1 << 18
    /// The longest record, in bytes.
    static let maximumRecord = 1 << 16

    /// Puts up to `count` bytes at the pointer; returns how many, 0 at the end, below 0 on an error.
    typealias Source = (UnsafeMutableRawPointer, Int) -> Int

    let bytes: UnsafeMutablePointer<UInt8>
    /// The next byte to read.
    var cursor = 0
    /// Past the last byte in the window.
    private(set) var limit = 0
    /// The line of the cursor, from 1.
    private(set) var line = 1
    /// Whether `limit` is the end of the stream.
    private(set) var isAtEnd = false

    private let source: Source
    private var windowStart = 0
    private var lineStart = 0
    /// Bytes since the line's start that continue a character and so take no column.
    private var continuations = 0

    init(source: @escaping Source) {
        self.source = source
        bytes = .allocate(capacity: Self.capacity)
    }

    /// A window over bytes in memory.
    init(_ array: [UInt8]) {
        var next = 0
        self.init { target, count in
            let length = min(count, array.count - next)
            array.withUnsafeBytes {
                UnsafeMutableRawBufferPointer(start: target, count: length).copyBytes(from: $0[next..<next + length])
            }
            next += length
            return length
        }
    }

    deinit { bytes.deallocate() }

    /// Bytes taken from the stream so far and consumed.
    var bytesConsumed: Int64 { Int64(windowStart + cursor) }

    /// The place of the cursor.
    var place: Place {
        Place(line: line, column: windowStart + cursor - lineStart - continuations + 1)
    }

    /// Makes a whole record available at the cursor, unless the stream ends before. Returns whether bytes were read.
    mutating func fill() throws(ReadFault) -> Bool {
        guard !isAtEnd, limit - cursor < Self.maximumRecord else { return false }
        let rest = limit - cursor
        bytes.update(from: bytes + cursor, count: rest)
        windowStart += cursor
        cursor = 0
        limit = rest
        while limit < Self.capacity {
            let count = source(bytes + limit, Self.capacity - limit)
            guard count >= 0 else { throw FileBytes.unreadable() }
            if count == 0 {
                isAtEnd = true
                break
            }
            limit += count
        }
        return true
    }

    /// Moves past a line feed at the cursor.
    mutating func passLineFeed() {
        cursor += 1
        line += 1
        lineStart = windowStart + cursor
        continuations = 0
    }

    /// Notes that bytes since the line's start continue characters.
    mutating func noteContinuations(_ count: Int) { continuations += count }

    /// The fault of a record that stops at the window's limit.
    func cutOff(_ what: String) -> ReadFault {
        isAtEnd
            ? ReadFault(place: place, message: "the file ends inside \(what)", remedy: "was it copied whole?")
            : ReadFault(place: place, message: "a record longer than \(Self.maximumRecord) bytes", remedy: "shorten it")
    }
}
