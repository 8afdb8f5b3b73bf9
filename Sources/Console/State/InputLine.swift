/// A line of text being typed, with its cursor.
public struct InputLine: Hashable, Sendable {
    /// What the line is for.
    public enum Purpose: Hashable, Sendable { case filter, command }

    /// The longest line, in characters: more is not taken in.
    public static let maximumLength = 500

    /// What the line is for.
    public var purpose: Purpose
    /// What was typed so far.
    public private(set) var text: String
    /// Characters before the cursor.
    public private(set) var cursor: Int
    /// What is wrong with the text, once it was tried.
    public var problem: FilterProblem?

    /// A line that begins with this text, the cursor at its end.
    public init(_ purpose: Purpose, text: String = "") {
        self.purpose = purpose
        self.text = text
        cursor = text.count
    }

    mutating func replace(with newText: String) {
        text = String(newText.prefix(Self.maximumLength))
        cursor = text.count
        problem = nil
    }

    mutating func insert(_ character: Character) {
        guard text.count < Self.maximumLength else { return }
        text.insert(character, at: text.index(text.startIndex, offsetBy: cursor))
        cursor += 1
        problem = nil
    }

    mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        text.remove(at: text.index(text.startIndex, offsetBy: cursor))
        problem = nil
    }

    mutating func deleteForward() {
        guard cursor < text.count else { return }
        text.remove(at: text.index(text.startIndex, offsetBy: cursor))
        problem = nil
    }

    mutating func move(to position: Int) {
        cursor = min(max(position, 0), text.count)
    }
}
