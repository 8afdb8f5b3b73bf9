import FleetCore

/// What is wrong with a filter as it was typed.
public struct FilterProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// Where, in characters from 1.
    public var column: Int
    /// What to do; may be empty.
    public var remedy: String

    /// The message with its place and its remedy.
    public var description: String {
        "column \(column): \(message)" + (remedy.isEmpty ? "" : "; \(remedy)")
    }
}

/// Reads what is typed after `/`: a selector, or plain text to look for.
enum FilterText {
    /// A text that compares something is meant as a selector; any other that is no selector is plain text.
    static func read(_ text: String) throws(FilterProblem) -> DeviceFilter {
        guard text.contains(where: { $0 != " " }) else { return .everything }
        do {
            let selector = try Selector(parsing: text)
            return selector.expression == .all ? .everything : .selector(selector)
        } catch {
            guard isMeantAsSelector(text) else { return .text(text.trimmed) }
            throw FilterProblem(message: error.message, column: error.column, remedy: error.remedy)
        }
    }

    private static func isMeantAsSelector(_ text: String) -> Bool {
        if text.contains(where: { "=<>~!()".contains($0) }) { return true }
        let words = text.lowercased().split(separator: " ")
        return words.count > 2 && words.contains { ["and", "or", "in", "not"].contains($0) }
    }
}

extension String {
    /// Without spaces at its ends.
    var trimmed: String {
        var rest = Substring(self)
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
