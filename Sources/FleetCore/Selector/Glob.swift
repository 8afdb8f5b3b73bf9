/// Text patterns: `*` for any characters, `?` for one, `\` before a character that is meant as itself.
enum Glob {
    private enum Part: Equatable {
        case any, one
        case literal(Character)
    }

    /// Whether the whole text fits the pattern, without regard to case. Takes at most (characters of the pattern) times
    /// (characters of the text) steps: only the last `*` is ever tried again.
    static func matches(_ pattern: String, _ text: String) -> Bool {
        matches(parts(of: pattern), Array(text.lowercased()))
    }

    private static func parts(of pattern: String) -> [Part] {
        var parts: [Part] = [], isEscaped = false
        for character in pattern.lowercased() {
            switch character {
            case "\\" where !isEscaped:
                isEscaped = true
                continue
            case "*" where !isEscaped: if parts.last != .any { parts.append(.any) }
            case "?" where !isEscaped: parts.append(.one)
            default: parts.append(.literal(character))
            }
            isEscaped = false
        }
        return isEscaped ? parts + [.literal("\\")] : parts
    }

    private static func matches(_ parts: [Part], _ text: [Character]) -> Bool {
        var part = 0, position = 0
        var retry: (part: Int, position: Int)?
        while position < text.count {
            if part < parts.count, parts[part] == .any {
                retry = (part + 1, position)
                part += 1
            } else if part < parts.count, parts[part] == .one || parts[part] == .literal(text[position]) {
                part += 1
                position += 1
            } else if let last = retry {
                retry = (last.part, last.position + 1)
                (part, position) = (last.part, last.position + 1)
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == .any }
    }
}
