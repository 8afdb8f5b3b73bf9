extension JSONValue {
    /// Reads one value.
    ///
    /// - Throws: where and why the bytes are not JSON as TUF uses it: no name twice in an object, integers of 64 bits
    ///   only, UTF-8, at most 64 levels deep.
    public init(bytes: [UInt8]) throws(JSONFault) {
        self = try JSONReader.value(of: bytes)
    }

    /// OLPC's canonical JSON, the form that signatures and key ids are made from. It is not JSON where a text has a line
    /// break, which the keys in PEM have: it is for hashing, `bytes` are for files.
    public var canonicalBytes: [UInt8] {
        var writer = JSONWriter(escapesControls: false)
        writer.write(self)
        return writer.bytes
    }

    /// The value as compact JSON with sorted names.
    public var bytes: [UInt8] {
        var writer = JSONWriter(escapesControls: true)
        writer.write(self)
        return writer.bytes
    }
}

struct JSONWriter {
    let escapesControls: Bool
    private(set) var bytes: [UInt8] = []

    init(escapesControls: Bool) { self.escapesControls = escapesControls }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let truth): append(truth ? "true" : "false")
        case .integer(let number): append(String(number))
        case .string(let text): write(text)
        case .array(let elements): write(elements)
        case .object(let fields): write(fields)
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func write(_ elements: [JSONValue]) {
        append("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { append(",") }
            write(element)
        }
        append("]")
    }

    // Sorted by code points, as other implementations do; Swift's own order of texts is by their normal forms.
    private mutating func write(_ fields: [String: JSONValue]) {
        append("{")
        let sorted = fields.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (index, field) in sorted.enumerated() {
            if index > 0 { append(",") }
            write(field.key)
            append(":")
            write(field.value)
        }
        append("}")
    }

    private mutating func write(_ text: String) {
        append("\"")
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            } else if byte < 0x20, escapesControls {
                append("\\u00" + Hexadecimal.text(of: [byte]))
            } else {
                bytes.append(byte)
            }
        }
        append("\"")
    }
}
