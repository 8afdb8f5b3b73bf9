/// One piece of a selector's text.
struct SelectorToken: Hashable {
    /// What it is.
    enum Kind: Hashable {
        /// Characters without quotes: a name, a keyword, a value.
        case word(String)
        /// What stood between quotes, with its escapes resolved.
        case string(String)
        /// `=`, `!=`, `<` and the like, all of the characters that stand together.
        case sign(String)
        case open, close, comma
        case end
    }

    var kind: Kind
    /// Where it begins, and where the next may begin.
    var start: String.Index, end: String.Index
    /// Whether it touches the token before it: `tag."store id"`.
    var touchesPrevious = false
}

extension SelectorToken {
    /// As it is named in messages.
    var shown: String {
        switch kind {
        case .word(let text), .sign(let text): SelectorError.quote(text)
        case .string(let text): "\"\(SelectorError.quote(text))\""
        case .open: "("
        case .close: ")"
        case .comma: ","
        case .end: "the end"
        }
    }

    /// Whether it is this keyword, written without quotes and in any case.
    func isKeyword(_ keyword: String) -> Bool {
        guard case .word(let text) = kind, text.utf8.count == keyword.utf8.count else { return false }
        return text.lowercased() == keyword
    }
}
