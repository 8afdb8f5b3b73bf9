/// Which devices: `region = northeast and firmware < 2.2.0 and status = online`.
public struct Selector: Hashable, Sendable, CustomStringConvertible {
    /// The text as it was written.
    public let source: String
    /// What it means.
    public let expression: SelectorExpression

    /// Every device: the text `all`.
    public static let all = Selector(source: "all", expression: .all)

    init(source: String, expression: SelectorExpression) {
        self.source = source
        self.expression = expression
    }

    /// The same as `source`.
    public var description: String { source }
}
