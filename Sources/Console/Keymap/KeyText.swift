import Cells

/// Keys as people write them: `p`, `ctrl-d`, `f1`, `space`, `<`.
public enum KeyText {
    private static let named: [(name: String, key: Key)] = [
        ("enter", .enter), ("esc", .escape), ("tab", .tab), ("shift-tab", .backTab), ("backspace", .backspace),
        ("up", .up), ("down", .down), ("left", .left), ("right", .right), ("home", .home), ("end", .end),
        ("pgup", .pageUp), ("pgdn", .pageDown), ("del", .delete), ("ins", .insert), ("space", .character(" ")),
    ]

    /// The key of this text; nil if it names none.
    public static func key(_ text: String) -> Key? {
        if let found = named.first(where: { $0.name == text.lowercased() }) { return found.key }
        if text.count == 1, let character = text.first { return isTyped(character) ? .character(character) : nil }
        let lower = text.lowercased()
        if lower.hasPrefix("ctrl-"), lower.count == 6, let last = lower.last, isTyped(last) { return .control(last) }
        if lower.hasPrefix("f"), let number = Int(lower.dropFirst()), (1...24).contains(number) {
            return .function(number)
        }
        return nil
    }

    /// Whether a keyboard sends the character as it is, and hints can show it.
    private static func isTyped(_ character: Character) -> Bool {
        TextWidth.sanitised(String(character)) == String(character)
    }

    /// The text of a key; nil for keys that no text names, such as the mouse.
    public static func text(_ key: Key) -> String? {
        if let found = named.first(where: { $0.key == key }) { return found.name }
        switch key {
        case .character(let character): return String(character)
        case .control(let character): return "ctrl-\(character.lowercased())"
        case .function(let number): return "f\(number)"
        default: return nil
        }
    }
}
