/// Cuts a selector's text into tokens. Works on Unicode scalars, so that a combining mark cannot hide a bracket.
struct SelectorLexer {
    private let text: String
    private let scalars: String.UnicodeScalarView
    private var position: String.UnicodeScalarView.Index

    init(_ text: String) {
        self.text = text
        scalars = text.unicodeScalars
        position = scalars.startIndex
    }

    /// All tokens, the last of which is the end.
    static func tokens(of text: String) throws(SelectorError) -> [SelectorToken] {
        var lexer = SelectorLexer(text)
        var tokens: [SelectorToken] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    private mutating func next() throws(SelectorError) -> SelectorToken {
        let before = position
        while let scalar = peek, scalar.properties.isWhitespace { advance() }
        let start = position
        let kind = try kind()
        let touches = start == before && start != scalars.startIndex
        return SelectorToken(kind: kind, start: start, end: position, touchesPrevious: touches)
    }

    private mutating func kind() throws(SelectorError) -> SelectorToken.Kind {
        guard let scalar = peek else { return .end }
        switch scalar {
        case "(": return single(.open)
        case ")": return single(.close)
        case ",": return single(.comma)
        case "\"", "'": return .string(try string(closedBy: scalar))
        case _ where Self.isSign(scalar): return .sign(take(while: Self.isSign))
        default: return try word()
        }
    }

    private mutating func single(_ kind: SelectorToken.Kind) -> SelectorToken.Kind {
        advance()
        return kind
    }

    private mutating func word() throws(SelectorError) -> SelectorToken.Kind {
        let start = position
        let word = take(while: Self.isWord)
        guard word.isEmpty, let scalar = peek else { return .word(word) }
        throw error("\(SelectorError.quote(String(scalar))) has no meaning here", Self.remedy(for: scalar), at: start)
    }

    private mutating func string(closedBy quote: Unicode.Scalar) throws(SelectorError) -> String {
        let start = position
        advance()
        var content = String.UnicodeScalarView()
        while let scalar = peek, scalar != quote {
            content.append(scalar == "\\" ? try escape() : scalar)
            advance()
        }
        guard peek != nil else {
            throw error("the text in quotes does not end", "close it with \(String(quote))", at: start)
        }
        advance()
        return String(content)
    }

    /// Stands on a backslash; leaves the position on the last scalar of the escape.
    private mutating func escape() throws(SelectorError) -> Unicode.Scalar {
        let start = position
        advance()
        switch peek {
        case "\\": return "\\"
        case "\"": return "\""
        case "'": return "'"
        case "n": return "\n"
        case "t": return "\t"
        default:
            let found = peek.map { "\\" + SelectorError.quote(String($0)) } ?? "\\"
            throw error("\(found) is no escape", "write \\\\ for a backslash, or \\\" \\' \\n \\t", at: start)
        }
    }

    private var peek: Unicode.Scalar? { position < scalars.endIndex ? scalars[position] : nil }

    private mutating func advance() { position = scalars.index(after: position) }

    private mutating func take(while isWanted: (Unicode.Scalar) -> Bool) -> String {
        let start = position
        while let scalar = peek, isWanted(scalar) { advance() }
        return String(scalars[start..<position])
    }

    private func error(_ message: String, _ remedy: String, at index: String.Index) -> SelectorError {
        SelectorError(message: message, remedy: remedy, at: index, of: text)
    }

    private static func isSign(_ scalar: Unicode.Scalar) -> Bool { "=!<>~".unicodeScalars.contains(scalar) }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isWhitespace || isSign(scalar) { return false }
        if "(),\"'&|;".unicodeScalars.contains(scalar) || curlyQuotes.contains(scalar) { return false }
        return scalar.properties.generalCategory != .control
    }

    private static let curlyQuotes: [Unicode.Scalar] = ["\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}"]

    private static func remedy(for scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "&": "write and"
        case "|": "write or"
        case _ where curlyQuotes.contains(scalar): "use plain quotes, \" or '"
        default: "take it out, or put the value it belongs to in quotes"
        }
    }
}

extension SelectorError {
    /// An error at an index of a text.
    init(message: String, remedy: String, at index: String.Index, of text: String) {
        self.init(
            message: message, remedy: remedy, offset: text.utf8.distance(from: text.startIndex, to: index),
            column: text[..<index].count + 1)
    }
}
