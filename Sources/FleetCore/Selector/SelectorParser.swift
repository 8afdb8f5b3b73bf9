extension Selector {
    /// The longest text that is read, in bytes of UTF-8.
    public static let longestText = 4096
    /// How deep brackets and `not` may be nested.
    public static let deepestNesting = 64

    /// Reads a selector: `all`, or comparisons joined by `and`, `or`, `not` and brackets.
    ///
    /// - Parameters:
    ///   - text: Such as `region = northeast and firmware < 2.2.0`. Spaces around it are not kept.
    ///   - knownTags: The names of tags that bare words may mean. Nil if they are not known: then every bare word is
    ///     taken for a tag unless it is nearly the name of an attribute. `tag.name` is always taken for a tag.
    /// - Throws: What is wrong, where, and what to write instead.
    public init(parsing text: String, knownTags: [String]? = nil) throws(SelectorError) {
        guard text.utf8.count <= Self.longestText else {
            throw SelectorError(
                message: "the selector is \(text.utf8.count) bytes long, more than \(Self.longestText)",
                remedy: "name devices by region, site or tag instead of one by one", offset: 0, column: 1)
        }
        var parser = SelectorParser(text: text, tokens: try SelectorLexer.tokens(of: text), knownTags: knownTags)
        let expression = try parser.wholeText()
        self.init(source: text.trimmingWhitespace(), expression: expression)
    }
}

/// Recursive descent over tokens:
///
///     either     = both { "or" both }
///     both       = opposite { "and" opposite }
///     opposite   = "not" opposite | "(" either ")" | "all" | comparison
///     comparison = attribute sign value | attribute [ "not" ] "in" "(" value { "," value } ")"
struct SelectorParser {
    let text: String
    let tokens: [SelectorToken]
    let knownTags: [String]?
    private var position = 0
    private var nesting = 0

    init(text: String, tokens: [SelectorToken], knownTags: [String]?) {
        self.text = text
        self.tokens = tokens
        self.knownTags = knownTags
    }

    /// The token that is next; the last one is the end and is never passed.
    var next: SelectorToken { tokens[position] }

    mutating func wholeText() throws(SelectorError) -> SelectorExpression {
        if next.kind == .end {
            throw error("the selector is empty", "write all for every device", at: next)
        }
        let expression = try either()
        if next.kind == .end { return expression }
        if next.kind == .close {
            throw error("this ) closes nothing", "take it out, or open a bracket before", at: next)
        }
        throw error("expected and, or, or the end, found \(next.shown)", remedyForTrailingText(), at: next)
    }

    private mutating func either() throws(SelectorError) -> SelectorExpression {
        var expression = try both()
        while takeKeyword("or") { expression = .or(expression, try both()) }
        return expression
    }

    private mutating func both() throws(SelectorError) -> SelectorExpression {
        var expression = try opposite()
        while takeKeyword("and") { expression = .and(expression, try opposite()) }
        return expression
    }

    private mutating func opposite() throws(SelectorError) -> SelectorExpression {
        let first = next
        if takeKeyword("not") {
            return .not(try nested(under: first) { (parser) throws(SelectorError) in try parser.opposite() })
        }
        if take(.open) {
            return try nested(under: first) { (parser) throws(SelectorError) in try parser.closed(first) }
        }
        if takeKeyword("all") { return .all }
        return try comparison()
    }

    private mutating func closed(_ bracket: SelectorToken) throws(SelectorError) -> SelectorExpression {
        let expression = try either()
        if take(.close) { return expression }
        if next.kind == .end { throw error("this ( is not closed", "add ) at the end", at: bracket) }
        throw error("expected and, or, or ), found \(next.shown)", remedyForTrailingText(), at: next)
    }

    private mutating func nested(
        under token: SelectorToken, _ parse: (inout SelectorParser) throws(SelectorError) -> SelectorExpression
    ) throws(SelectorError) -> SelectorExpression {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Selector.deepestNesting else {
            throw error(
                "brackets and not are nested deeper than \(Selector.deepestNesting)",
                "take out brackets that do nothing",
                at: token)
        }
        return try parse(&self)
    }

    /// After a complete comparison something else stands: most often a value of several words without quotes.
    private func remedyForTrailingText() -> String {
        guard position > 0, case .word(let word) = next.kind else { return "join comparisons with and, or" }
        if let keyword = NearMiss.best(of: word, among: ["and", "or"]) { return "did you mean \(keyword)?" }
        if case .word(let before) = tokens[position - 1].kind, !tokens[position - 1].isKeyword("all") {
            let joined = SelectorError.quote(before + " " + word)
            return "put a value of several words in quotes, \"\(joined)\", or join comparisons with and, or"
        }
        return "join comparisons with and, or"
    }
}

extension SelectorParser {
    mutating func advance() -> SelectorToken {
        defer { if position < tokens.count - 1 { position += 1 } }
        return tokens[position]
    }

    mutating func take(_ kind: SelectorToken.Kind) -> Bool {
        guard next.kind == kind else { return false }
        _ = advance()
        return true
    }

    mutating func takeKeyword(_ keyword: String) -> Bool {
        guard next.isKeyword(keyword) else { return false }
        _ = advance()
        return true
    }

    func error(_ message: String, _ remedy: String, at token: SelectorToken) -> SelectorError {
        SelectorError(message: message, remedy: remedy, at: token.start, of: text)
    }
}

extension String {
    /// Without the white space at both ends. By scalars, as the lexer reads: an accent after a space is not white.
    func trimmingWhitespace() -> String {
        let isInk = { (scalar: Unicode.Scalar) in !scalar.properties.isWhitespace }
        guard let first = unicodeScalars.firstIndex(where: isInk), let last = unicodeScalars.lastIndex(where: isInk)
        else { return "" }
        return String(unicodeScalars[first...last])
    }
}
