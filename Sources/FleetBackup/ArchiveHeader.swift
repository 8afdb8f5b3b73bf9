/// The 512 bytes before each file of a tar archive, in the form of POSIX.1-1988 (ustar), so that `tar` can take a backup
/// apart where there is no Muster. A file of 8 GiB or more has its size in binary, as GNU tar writes it.
struct ArchiveHeader: Hashable {
    static let length = 512
    /// The longest name of a member.
    static let longestName = 99

    var name: String
    var size: Int64
    /// Seconds since 1970.
    var modifiedAt: Int64

    /// Zeros behind a file, up to the next block.
    var padding: Int { Int((512 - size % 512) % 512) }

    /// The bytes.
    var bytes: [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.length)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        put(name, at: 0)
        put("0000600", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        if size < 1 << 33 {
            put(Self.octal(size, digits: 11), at: 124)
        } else {
            block[124] = 0x80
            for place in 0..<8 { block[128 + place] = UInt8(truncatingIfNeeded: size >> (56 - 8 * place)) }
        }
        put(Self.octal(modifiedAt, digits: 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar", at: 257)
        put("00", at: 263)
        let sum = block.reduce(0) { $0 + Int64($1) }
        put(Self.octal(sum, digits: 6) + "\0 ", at: 148)
        return block
    }

    init(name: String, size: Int64, modifiedAt: Int64) {
        self.name = name
        self.size = size
        self.modifiedAt = modifiedAt
    }

    /// Reads a header; nil: it is not, byte for byte, one that is written here.
    init?(reading block: [UInt8]) {
        guard block.count == Self.length else { return nil }
        let name = block[0..<100].prefix { $0 != 0 }
        let isPlain = name.allSatisfy { byte in
            let sign = Character(UnicodeScalar(byte))
            return sign.isASCII && (sign.isLetter || sign.isNumber || "._-".contains(sign))
        }
        guard isPlain, name.count <= Self.longestName, name.first.map({ $0 != UInt8(ascii: ".") }) ?? false,
            let size = Self.number(block[124..<136]), let modifiedAt = Self.number(block[136..<148])
        else { return nil }
        self.init(name: String(decoding: name, as: UTF8.self), size: size, modifiedAt: modifiedAt)
        guard bytes == block else { return nil }
    }

    private static func octal(_ value: Int64, digits: Int) -> String {
        let text = String(max(0, value), radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text.suffix(digits)
    }

    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if field.first == 0x80 {
            let value = field.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int64(exactly: value)
        }
        return Int64(String(decoding: field.prefix { $0 != 0 }, as: UTF8.self), radix: 8)
    }
}
