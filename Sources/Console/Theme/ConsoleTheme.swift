/// The glyphs that screens draw with. Colours belong to the terminal, which looks them up by role.
public struct ConsoleTheme: Hashable, Sendable {
    /// The theme's name, as `T` and `:theme` show it.
    public var name: String
    /// Draws `asciiGlyphs`, for terminals without UTF-8.
    public var usesASCII: Bool
    private var glyphs: [Character]
    private var asciiGlyphs: [Character]

    /// A theme whose glyphs are those of the design: all of them ASCII.
    public init(name: String = "plain", usesASCII: Bool = false) {
        self.name = name
        self.usesASCII = usesASCII
        asciiGlyphs = Role.allCases.map(Self.defaultGlyph)
        glyphs = asciiGlyphs
    }

    /// The glyph of a role: one column wide.
    public func glyph(_ role: Role) -> Character {
        (usesASCII ? asciiGlyphs : glyphs)[Int(role.rawValue)]
    }

    /// Replaces the glyphs of one role; each must be one column wide.
    public mutating func set(_ glyph: Character, ascii: Character, for role: Role) {
        glyphs[Int(role.rawValue)] = glyph
        asciiGlyphs[Int(role.rawValue)] = ascii
    }

    /// The glyphs of the design. Roles without one of their own draw a blank.
    private static func defaultGlyph(_ role: Role) -> Character {
        switch role {
        case .ok: "+"
        case .failed: "x"
        case .active: "~"
        case .waiting, .gaugeEmpty: "."
        case .held: "="
        case .rolledBack: "<"
        case .offline: "o"
        case .caution, .warning: "!"
        case .gate: "|"
        case .interval: "-"
        case .focus, .selection: ">"
        default: " "
        }
    }
}
