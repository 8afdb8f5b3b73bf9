/// Why a text is no selector: what stands there, where, and what to write instead.
public struct SelectorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong: `there is no attribute regoin`. No full stop, no capital; control characters are escaped.
    public let message: String
    /// What to do: `did you mean region?`.
    public let remedy: String
    /// Where in the text, in bytes of UTF-8 from 0; the text's length if something is missing at its end.
    public let offset: Int
    /// Where in the text, in characters from 1.
    public let column: Int

    /// An error at a place of a text.
    public init(message: String, remedy: String, offset: Int, column: Int) {
        self.message = message
        self.remedy = remedy
        self.offset = offset
        self.column = column
    }

    /// One line: `column 1: there is no attribute regoin: did you mean region?`.
    public var description: String { "column \(column): \(message): \(remedy)" }
}

extension SelectorError {
    /// The most characters of a person's text that are repeated in a message.
    private static let longestQuote = 40

    /// A piece of a person's text as it may be shown: cut, and without characters that a terminal would act on.
    static func quote(_ text: some StringProtocol) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(longestQuote) {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                shown += scalar.escaped(asASCII: true)
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > longestQuote ? shown + "..." : shown
    }
}
