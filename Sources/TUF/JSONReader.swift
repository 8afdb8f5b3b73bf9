/// Reads JSON more strictly than Foundation does: an object with the same key twice means different things to different
/// readers, a fraction cannot be written canonically, and depth is memory that a stranger chooses.
struct JSONReader {
    /// Objects and lists within each other.
    static let deepest = 64

    private let bytes: [UInt8]
    private var at = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The one value that the bytes are.
    static func value(of bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        var reader = JSONReader(bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.at == bytes.count else { throw reader.fault("something follows the value") }
        return value
    }

    private func fault(_ reason: String) -> JSONFault { JSONFault(offset: at, reason: reason) }
    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        guard depth < Self.deepest else { throw fault("deeper than \(Self.deepest) levels") }
        skipSpace()
        guard let next else { throw fault("the end, where a value is due") }
        switch next {
        case UInt8(ascii: "{"): return .object(try object(depth: depth))
        case UInt8(ascii: "["): return .array(try array(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
        default: throw fault("no value begins like this")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        let length = text.utf8CodeUnitCount
        let here = bytes[at..<min(bytes.count, at + length)]
        let same = text.withUTF8Buffer { here.elementsEqual($0) }
        guard same else { throw fault("no value begins like this") }
        at += length
        return value
    }

    private mutating func object(depth: Int) throws(JSONFault) -> [String: JSONValue] {
        at += 1
        var fields: [String: JSONValue] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return fields }
        while true {
            skipSpace()
            let begin = at
            guard next == UInt8(ascii: "\"") else { throw fault("a name in quotes is due") }
            let name = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("a colon is due") }
            let value = try value(depth: depth + 1)
            guard fields.updateValue(value, forKey: name) == nil else {
                throw JSONFault(offset: begin, reason: "the name \"\(name)\" is there twice")
            }
            skipSpace()
            if take(UInt8(ascii: "}")) { return fields }
            guard take(UInt8(ascii: ",")) else { throw fault("a comma or a closing brace is due") }
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) -> [JSONValue] {
        at += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw fault("a comma or a closing bracket is due") }
        }
    }

    private mutating func integer() throws(JSONFault) -> Int {
        let begin = at
        let negative = take(UInt8(ascii: "-"))
        var digits = 0
        var value = 0
        let first = next
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            let digit = Int(byte - UInt8(ascii: "0"))
            let (tens, wide) = value.multipliedReportingOverflow(by: 10)
            let (sum, over) = tens.subtractingReportingOverflow(digit)
            guard !wide, !over else { throw JSONFault(offset: begin, reason: "a number beyond 64 bits") }
            value = sum
            digits += 1
            at += 1
        }
        guard digits > 0 else { throw fault("a digit is due") }
        guard digits == 1 || first != UInt8(ascii: "0"), !(negative && value == 0) else {
            throw JSONFault(offset: begin, reason: "a number is written in one way only")
        }
        if let byte = next, [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(byte) {
            throw fault("numbers are integers")
        }
        guard !negative else { return value }
        guard value != Int.min else { throw JSONFault(offset: begin, reason: "a number beyond 64 bits") }
        return -value
    }
}

extension JSONReader {
    private mutating func string() throws(JSONFault) -> String {
        let begin = at
        at += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw JSONFault(offset: begin, reason: "this text is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                at += 1
                text.append(contentsOf: try escaped())
            case 0..<0x20:
                throw fault("a control character in a text")
            default:
                text.append(byte)
                at += 1
            }
        }
        throw JSONFault(offset: begin, reason: "this text does not end")
    }

    private mutating func escaped() throws(JSONFault) -> [UInt8] {
        guard let byte = next else { throw fault("the end within an escape") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(Character(try escapedScalar())).utf8)
        default: throw fault("there is no such escape")
        }
    }

    private mutating func escapedScalar() throws(JSONFault) -> Unicode.Scalar {
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw fault("half of a surrogate pair")
        }
        let second = try fourDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw fault("half of a surrogate pair") }
        return scalar
    }

    private mutating func fourDigits() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Hexadecimal.digit(byte) else { throw fault("four hex digits are due") }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
