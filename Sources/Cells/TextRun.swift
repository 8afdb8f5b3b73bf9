/// A piece of text in one look: what gauges are made of.
public struct TextRun: Hashable, Sendable {
    /// What is written.
    public let text: String
    /// The role that decides its colours.
    public let role: RoleID
    /// Attributes beyond those of the role.
    public let flags: CellFlags

    /// Makes a run.
    public init(_ text: String, _ role: RoleID, flags: CellFlags = []) {
        self.text = text
        self.role = role
        self.flags = flags
    }
}

/// Collects characters into runs, one run for each stretch of the same role.
struct TextRunBuilder {
    private(set) var runs: [TextRun] = []

    mutating func append(_ text: String, _ role: RoleID) {
        guard !text.isEmpty else { return }
        guard let last = runs.last, last.role == role else { return runs.append(TextRun(text, role)) }
        runs[runs.count - 1] = TextRun(last.text + text, role)
    }
}
