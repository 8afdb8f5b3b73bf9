/// Reads numbers and marks of fixed places from the front of an ASCII text. Anything else makes it fail, so that a
/// reader of a date cannot skip what it does not understand.
struct TextScanner {
    private var rest: Substring.UTF8View

    init(_ text: some StringProtocol) { rest = Substring(text).utf8 }

    /// Whether nothing is left.
    var isAtEnd: Bool { rest.isEmpty }

    /// Takes this ASCII character if it is next.
    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == mark.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// Takes exactly so many digits as a number; nil if others stand there.
    mutating func number(digits: Int) -> Int? {
        let head = rest.prefix(digits)
        guard head.count == digits, head.allSatisfy(isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return head.reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    /// Takes the digits that are next, at most so many; empty if none are.
    mutating func digits(atMost limit: Int) -> [Int] {
        let head = rest.prefix(while: isDigit).prefix(limit)
        rest = rest.dropFirst(head.count)
        return head.map { Int($0) - 48 }
    }
}

/// Whether a byte is one of the ASCII digits.
func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

/// A number of at least so many digits, with zeros in front.
func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number.magnitude)
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
