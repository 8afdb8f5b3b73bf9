extension SelectorParser {
    /// Refuses comparisons that an attribute does not have.
    func check(
        _ comparison: SelectorOperator, for attribute: SelectorAttribute, at token: SelectorToken
    ) throws(SelectorError) {
        let isOrder = [.less, .lessOrEqual, .greater, .greaterOrEqual].contains(comparison)
        switch attribute {
        case .firmware where comparison == .like:
            throw error(
                "firmware is compared as a version, not as text",
                "write firmware >= 2.3.0 and firmware < 2.4.0", at: token)
        case .unseen where !isOrder:
            throw error("unseen is a length of time", "compare it with >, >=, < or <=, such as unseen > 7d", at: token)
        case .firmware, .unseen: return
        case .status, .lifecycle:
            if !isOrder, comparison != .like { return }
            throw error("\(attribute) is one of a few words", "compare it with =, != or in", at: token)
        default:
            if !isOrder { return }
            throw error(
                "\(attribute) is text, and \(token.shown) compares versions and times",
                "compare it with =, !=, ~ or in; versions are compared by firmware", at: token)
        }
    }

    /// The value that is next, of the kind that its attribute is compared with.
    mutating func value(
        for attribute: SelectorAttribute, _ comparison: SelectorOperator
    ) throws(SelectorError) -> SelectorValue {
        let token = next
        let text = try valueText(for: attribute)
        switch attribute {
        case .firmware:
            if let version = Version(text) { return .version(version) }
            throw error("\(token.shown) is no version", "write numbers with points, such as 2.3.1", at: token)
        case .status: return .status(try oneOf(DeviceStatus.allCases, "status", text, token))
        case .lifecycle: return .lifecycle(try oneOf(DeviceLifecycle.allCases, "lifecycle", text, token))
        case .unseen: return .duration(try duration(text, token))
        default: return .text(text)
        }
    }

    private mutating func valueText(for attribute: SelectorAttribute) throws(SelectorError) -> String {
        let token = next
        switch token.kind {
        case .string(let text):
            _ = advance()
            return text
        case .word(let text) where !["and", "or", "not", "in"].contains(where: token.isKeyword):
            _ = advance()
            return text
        case .word(let text):
            throw error("expected a value, found \(token.shown)", "if it is the value, write \"\(text)\"", at: token)
        default:
            let example =
                switch attribute {
                case .firmware: "2.3.1"
                case .status: "online"
                case .lifecycle: "active"
                case .unseen: "7d"
                default: "west or \"north west\""
                }
            throw error("expected a value, found \(token.shown)", "write a value, such as \(example)", at: token)
        }
    }

    private func oneOf<Word: CustomStringConvertible>(
        _ words: [Word], _ name: String, _ text: String, _ token: SelectorToken
    ) throws(SelectorError) -> Word {
        let lowered = text.lowercased()
        if let word = words.first(where: { $0.description == lowered }) { return word }
        let names = words.map(\.description)
        let near = NearMiss.best(of: text, among: names).map { "did you mean \($0)? " } ?? ""
        throw error(
            "there is no \(name) \(token.shown)", near + "it is one of \(names.joined(separator: ", "))", at: token)
    }

    /// A duration may have spaces in it: the words that follow and belong to it are taken with it.
    private mutating func duration(_ text: String, _ token: SelectorToken) throws(SelectorError) -> Duration {
        var whole = text
        while case .word(let more) = next.kind, more.utf8.first.map(isDigit) == true {
            guard DurationText.parse(whole + " " + more) != nil else { break }
            whole += " " + more
            _ = advance()
        }
        if let duration = DurationText.parse(whole) { return duration }
        throw error(
            "\(token.shown) is no length of time", "write a number and d, h, m or s, such as 7d or 1h30m", at: token)
    }
}

extension SelectorAttribute: CustomStringConvertible {
    /// As it is written in a selector.
    public var description: String {
        if case .tag(let name) = self { return "tag.\(SelectorError.quote(name))" }
        return SelectorParser.attributes.first { $0.attribute == self }?.name ?? ""
    }
}
