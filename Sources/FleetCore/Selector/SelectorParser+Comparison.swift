extension SelectorParser {
    /// The words that mean something of their own and so are no names or values without quotes.
    private static let keywords = ["and", "or", "not", "in"]
    private static let signs = "=, !=, <, <=, >, >=, ~, in, not in"

    mutating func comparison() throws(SelectorError) -> SelectorExpression {
        let name = next
        let attribute = try attribute()
        let sign = next
        if takeKeyword("in") { return try list(attribute, .isIn, sign) }
        if takeKeyword("not") {
            guard takeKeyword("in") else {
                throw error("expected in after not, found \(next.shown)", "write not in (a, b)", at: next)
            }
            return try list(attribute, .isNotIn, sign)
        }
        guard case .sign(let text) = sign.kind else { throw missingSign(after: name) }
        _ = advance()
        guard let (comparison, isNegated) = Self.comparison(of: text) else { throw unknownSign(text, at: sign) }
        try check(comparison, for: attribute, at: sign)
        let expression = SelectorExpression.comparison(attribute, comparison, [try value(for: attribute, comparison)])
        return isNegated ? .not(expression) : expression
    }

    private mutating func list(
        _ attribute: SelectorAttribute, _ comparison: SelectorOperator, _ sign: SelectorToken
    ) throws(SelectorError) -> SelectorExpression {
        try check(comparison, for: attribute, at: sign)
        let bracket = next
        guard take(.open) else {
            throw error("expected ( after in, found \(next.shown)", "write in (a, b)", at: next)
        }
        var values = [try value(for: attribute, comparison)]
        while take(.comma) { values.append(try value(for: attribute, comparison)) }
        if take(.close) { return .comparison(attribute, comparison, values) }
        if next.kind == .end { throw error("this ( is not closed", "add ) after the last value", at: bracket) }
        throw error("expected , or ) in the list, found \(next.shown)", "separate values with commas", at: next)
    }

    /// The operator of a sign; the second is true if it means the opposite of one (`!~`).
    private static func comparison(of sign: String) -> (SelectorOperator, isNegated: Bool)? {
        switch sign {
        case "=", "==": (.equal, false)
        case "!=": (.notEqual, false)
        case "<": (.less, false)
        case "<=": (.lessOrEqual, false)
        case ">": (.greater, false)
        case ">=": (.greaterOrEqual, false)
        case "~": (.like, false)
        case "!~": (.like, true)
        default: nil
        }
    }

    private func unknownSign(_ sign: String, at token: SelectorToken) -> SelectorError {
        let remedy =
            switch sign {
            case "<>", "=!", "!==", "!", "~=!": "write !="
            case "=<": "write <="
            case "=>": "write >="
            case "===": "write ="
            case "=~", "~=", "~~": "write ~"
            case "!=~", "~!": "write !~"
            default: "write one of \(Self.signs)"
            }
        return error("there is no comparison \(SelectorError.quote(sign))", remedy, at: token)
    }

    /// A name stands alone: the comparison is missing, or the word was meant to be `all`.
    private func missingSign(after name: SelectorToken) -> SelectorError {
        if case .word(let word) = name.kind, NearMiss.best(of: word, among: ["all"]) != nil {
            return error("there is no comparison after \(name.shown)", "did you mean all?", at: name)
        }
        return error(
            "expected a comparison after \(name.shown), found \(next.shown)",
            "write one of \(Self.signs), such as \(name.shown) = value", at: next)
    }
}

extension SelectorParser {
    /// The names of attributes, as they are shown, and what else is read as each of them.
    static let attributes: [(name: String, attribute: SelectorAttribute, others: [String])] = [
        ("id", .id, []), ("name", .name, []), ("address", .address, []), ("site", .site, []), ("region", .region, []),
        ("location", .location, []), ("timezone", .timeZone, ["time-zone", "time_zone"]), ("status", .status, []),
        ("lifecycle", .lifecycle, []), ("firmware", .firmware, []), ("unseen", .unseen, []),
    ]
    private static let tagPrefix = "tag."

    private mutating func attribute() throws(SelectorError) -> SelectorAttribute {
        let token = advance()
        guard case .word(let word) = token.kind, !Self.keywords.contains(where: token.isKeyword) else {
            throw noAttribute(token)
        }
        let name = word.lowercased()
        if name.hasPrefix(Self.tagPrefix) { return .tag(try explicitTag(word, at: token)) }
        if let known = Self.attributes.first(where: { $0.name == name || $0.others.contains(name) }) {
            return known.attribute
        }
        try checkBareTag(word, at: token)
        return .tag(word)
    }

    /// `tag.priority`, or `tag."store id"` where the name needs quotes.
    private mutating func explicitTag(_ word: String, at token: SelectorToken) throws(SelectorError) -> String {
        let name = String(word.dropFirst(Self.tagPrefix.count))
        if !name.isEmpty { return name }
        guard case .string(let quoted) = next.kind, next.touchesPrevious, !quoted.isEmpty else {
            throw error("expected the name of a tag after tag.", "write tag.name = value", at: token)
        }
        _ = advance()
        return quoted
    }

    /// A bare word is a tag's name only if that cannot be a typing mistake.
    private func checkBareTag(_ word: String, at token: SelectorToken) throws(SelectorError) {
        if let knownTags, knownTags.contains(word) { return }
        let names = Self.attributes.flatMap { [$0.name] + $0.others }
        let near = NearMiss.best(of: word, among: names + (knownTags ?? []))
        guard near != nil || knownTags != nil else { return }
        let question = near.map { "did you mean \($0)? If it is a tag" } ?? "if it is a tag"
        let kind = knownTags == nil ? "attribute" : "attribute or tag"
        throw error("there is no \(kind) \(token.shown)", "\(question), write tag.\(token.shown)", at: token)
    }

    private func noAttribute(_ token: SelectorToken) -> SelectorError {
        if case .string(let text) = token.kind {
            return error(
                "expected the name of an attribute, found \(token.shown)",
                "a tag whose name needs quotes is written tag.\"\(SelectorError.quote(text))\"", at: token)
        }
        if token.kind == .sign("!") { return error("! has no meaning here", "write not", at: token) }
        return error(
            "expected a comparison, found \(token.shown)",
            "write all, or an attribute and a value, such as region = west", at: token)
    }
}
