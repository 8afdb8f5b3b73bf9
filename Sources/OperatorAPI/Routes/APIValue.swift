import FleetCore

/// What a parameter or a member of a body may be. Requests are checked by it, and the document says it.
enum APIValue: Hashable, Sendable {
    /// A text of so many characters.
    case text(longest: Int)
    /// A text of visible ASCII.
    case word(longest: Int)
    /// A number that is too large for many readers of JSON, as a text of digits.
    case digits
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// One of these.
    case choice([String])
    /// What HTTP itself defines, by its form, which is looked at by who reads it.
    case header(pattern: String?, longest: Int)

    /// The largest number that every reader of JSON can hold.
    static let largestInteger = (1 << 53) - 1
    /// The number of a fact.
    static let factNumber = APIValue.integer(0...largestInteger)

    /// The value of a text in a query, a path or a header.
    /// - Throws: What it should be.
    func parse(_ text: String) throws(Mismatch) -> JSON {
        switch self {
        case .text, .word, .digits, .choice, .header: return try check(.text(text))
        case .integer:
            // `Int` also takes a plus sign.
            guard let number = Int(text), "\(number)" == text else { throw Mismatch(expected: expectation) }
            return try check(.number(Double(number)))
        }
    }

    /// The value, if it is of this form.
    func check(_ value: JSON) throws(Mismatch) -> JSON {
        let fits =
            switch (self, value) {
            case (.text(let longest), .text(let text)): text.unicodeScalars.count <= longest
            case (.word(let longest), .text(let text)):
                (1...longest).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
            case (.digits, .text(let text)):
                (1...20).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
            case (.header(_, let longest), .text(let text)): text.utf8.count <= longest
            case (.integer(let range), .number(let number)): Int(exactly: number).map(range.contains) ?? false
            case (.choice(let words), .text(let text)): words.contains(text)
            default: false
            }
        guard fits else { throw Mismatch(expected: expectation) }
        return value
    }

    /// What it should have been.
    struct Mismatch: Error, Hashable { var expected: String }

    private var expectation: String {
        switch self {
        case .text(let longest): "a text of at most \(longest) characters"
        case .word(let longest): "1 to \(longest) characters of visible ASCII"
        case .digits: "1 to 20 digits, as a text"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): "one of \(words.joined(separator: ", "))"
        case .header(_, let longest): "a field of at most \(longest) bytes"
        }
    }

    /// The form as JSON Schema says it.
    var schema: JSON {
        switch self {
        case .text(let longest): return ["type": "string", "maxLength": .number(Double(longest))]
        case .word(let longest):
            return ["type": "string", "pattern": .text("^[!-~]{1,\(longest)}$")]
        case .digits: return ["type": "string", "pattern": "^[0-9]{1,20}$"]
        case .integer(let range):
            return [
                "type": "integer", "minimum": .number(Double(range.lowerBound)),
                "maximum": .number(Double(range.upperBound)),
            ]
        case .choice(let words): return ["type": "string", "enum": .list(words.map { .text($0) })]
        case .header(let pattern, let longest):
            // A pattern bounds the length by itself.
            guard let pattern else { return ["type": "string", "maxLength": .number(Double(longest))] }
            return ["type": "string", "pattern": .text(pattern)]
        }
    }
}

/// A parameter of a request, or a member of its body.
struct APIParameter: Hashable, Sendable {
    /// Where it stands.
    enum Place: String, Sendable { case path, query, header, body }

    let name: String
    let place: Place
    let value: APIValue
    let text: String
    var isRequired = false

    static func query(_ name: String, _ value: APIValue, _ text: String) -> APIParameter {
        APIParameter(name: name, place: .query, value: value, text: text)
    }

    static func body(_ name: String, _ value: APIValue, _ text: String, isRequired: Bool = false) -> APIParameter {
        APIParameter(name: name, place: .body, value: value, text: text, isRequired: isRequired)
    }

    static func path(_ name: String) -> APIParameter {
        APIParameter(
            name: name, place: .path, value: .text(longest: 200), text: "The \(name)'s id.", isRequired: true)
    }

    static func header(_ name: String, _ value: APIValue, _ text: String) -> APIParameter {
        APIParameter(name: name, place: .header, value: value, text: text)
    }
}
