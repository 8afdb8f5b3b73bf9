/// What must be known of the head of an answer to find its end.
struct AnswerHead {
    let status: Int
    /// Bytes of the body.
    let length: Int

    private static let emptyLine: [UInt8] = Array("\r\n\r\n".utf8)
    private static let lengthName: [UInt8] = Array("\r\ncontent-length:".utf8)

    /// The place behind the empty line; nil: it has not come.
    static func end(of bytes: UnsafeRawBufferPointer) -> Int? {
        var place = emptyLine.count - 1
        while place < bytes.count {
            // The last byte of an empty line is the end of another line only every thirty bytes.
            if bytes[place] == 10, emptyLine.indices.allSatisfy({ bytes[place - 3 + $0] == emptyLine[$0] }) {
                return place + 1
            }
            place += 1
        }
        return nil
    }

    /// Reads a head; nil: it has no status or no length.
    init?(_ head: UnsafeRawBufferPointer) {
        guard head.count > 12, let length = Self.length(head) else { return nil }
        status = head[9..<12].reduce(0) { $0 * 10 + Int($1) - 48 }
        self.length = length
    }

    private static func length(_ head: UnsafeRawBufferPointer) -> Int? {
        var place = 12
        while place + lengthName.count < head.count {
            if head[place] == 13, isName(head, at: place) { return number(head, from: place + lengthName.count) }
            place += 1
        }
        return nil
    }

    private static func isName(_ head: UnsafeRawBufferPointer, at place: Int) -> Bool {
        // Letters in either case: bit 32 tells them apart, and is set in a hyphen and a colon.
        lengthName.indices.allSatisfy { head[place + $0] | ($0 < 2 ? 0 : 32) == lengthName[$0] }
    }

    private static func number(_ head: UnsafeRawBufferPointer, from start: Int) -> Int {
        var number = 0
        for byte in head[start...] {
            if byte == 32 { continue }
            guard (48...57).contains(byte) else { break }
            number = number * 10 + Int(byte) - 48
        }
        return number
    }
}
