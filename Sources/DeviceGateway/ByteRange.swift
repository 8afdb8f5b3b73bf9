/// One range of a file, as RFC 9110 writes it.
enum ByteRange: Hashable {
    /// The whole file: no range was asked for, or in a form that is to be ignored.
    case whole
    /// These bytes.
    case part(Range<Int64>)
    /// Behind the file's end.
    case unsatisfiable

    /// Reads a `Range` header for a file of so many bytes. Several ranges are answered by the whole file, as a server
    /// may.
    init(_ header: String?, size: Int64) {
        self = header.flatMap { Self.read($0, size: size) } ?? .whole
    }

    /// Whether a `Range` header asks for what lies right behind the end of a file of so many bytes.
    static func isEnd(_ header: String?, size: Int64) -> Bool { header?.lowercased() == "bytes=\(size)-" }

    private static func read(_ header: String, size: Int64) -> ByteRange? {
        guard header.lowercased().hasPrefix("bytes=") else { return nil }
        let text = header.dropFirst(6).filter { $0 != " " && $0 != "\t" }
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard !text.contains(","), ends.count == 2 else { return nil }
        let first = number(ends[0]), last = number(ends[1])
        switch (ends[0].isEmpty, ends[1].isEmpty) {
        case (true, true): return nil
        case (true, false):
            guard let last else { return nil }
            return last == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - last)..<size)
        case (false, true):
            guard let first else { return nil }
            return first < size ? .part(first..<size) : .unsatisfiable
        case (false, false):
            guard let first, let last, first <= last else { return nil }
            return first < size ? .part(first..<(last < size ? last + 1 : size)) : .unsatisfiable
        }
    }

    /// A number of digits alone; one that is too large counts as the largest there is.
    private static func number(_ digits: Substring) -> Int64? {
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(digits) ?? .max
    }
}
