/// How the console looks: for each role its colours, attributes and glyph. Roles are meanings, never widgets.
public struct Theme: Hashable, Sendable {
    /// The theme's name; `muster` finds `NAME.yaml`.
    public var name: String
    /// The terminal background it is made for.
    public var background: Background
    /// The smallest contrast its texts must have; 4.5 by WCAG 2.2, criterion 1.4.3 (AA).
    public var minimumContrast: Double = 4.5
    /// Kinds of sight it is made for: there its states must differ twice as much.
    public var madeFor: [Vision] = []
    /// Every role of `ThemeRole.Name`, in that order.
    public var roles: [ThemeRole]

    /// What the terminal is assumed to show where nothing is drawn.
    public enum Background: String, CaseIterable, Sendable {
        case dark, light

        /// A background as terminals commonly have it: dark grey rather than black, off-white rather than white, so that
        /// a contrast which holds here also holds on the pure ones.
        public var assumed: RGB {
            switch self {
            case .dark: RGB(0x1e, 0x1e, 0x1e)
            case .light: RGB(0xfa, 0xfa, 0xfa)
            }
        }
    }

    /// The role of a name; the plain role of this name if the theme has none.
    public subscript(name: ThemeRole.Name) -> ThemeRole {
        roles.first { $0.name == name } ?? ThemeRole(name: name)
    }
}

/// The look of one meaning.
public struct ThemeRole: Hashable, Sendable {
    /// What it means.
    public var name: Name
    /// The colour of the characters; nil: the terminal's own.
    public var foreground: ThemeColour?
    /// The colour behind them; nil: the terminal's own.
    public var background: ThemeColour?
    /// Attributes, in the order of the enumeration, each once.
    public var attributes: [Attribute] = []
    /// The sign that goes with the colour where UTF-8 can be drawn: one character, one cell wide; nil: none.
    public var glyph: String?
    /// The sign where only ASCII can be drawn; nil: none.
    public var ascii: String?

    /// A role without colours and attributes, with its usual sign.
    public init(name: Name) {
        self.name = name
        ascii = name.usualSign
        glyph = name.usualSign
    }

    /// What a role can mean.
    public enum Name: String, CaseIterable, Sendable {
        case text, dim, title, key, border, focus, selection
        case ok, failed, active, waiting, held
        case rolledBack = "rolled-back"
        case offline, caution, warning
        case gaugeEmpty = "gauge-empty"
        case gate, interval, badge, input, error

        /// The sign of screens that are drawn in ASCII; nil for roles that have none.
        public var usualSign: String? {
            switch self {
            case .ok: "+"
            case .failed: "x"
            case .active: "~"
            case .waiting, .gaugeEmpty: "."
            case .held: "="
            case .rolledBack: "<"
            case .offline: "o"
            case .caution, .warning, .error: "!"
            case .gate: "|"
            case .interval: "-"
            case .focus: ">"
            default: nil
            }
        }
    }

    /// What a terminal can do to characters besides colour.
    public enum Attribute: String, CaseIterable, Sendable {
        case bold, dim, italic, underline, reverse
    }
}

/// A colour for terminals of every depth.
public struct ThemeColour: Hashable, Sendable {
    /// For terminals with 16 million colours; nil: the indexed colour is used there too.
    public var rgb: RGB?
    /// For terminals with 256 colours, 0...255 by xterm's table; nil: the one of 16 is used there too.
    public var c256: UInt8?
    /// For terminals with 16 colours, 0...15.
    public var c16: UInt8

    /// A colour of these forms.
    public init(rgb: RGB?, c256: UInt8?, c16: UInt8) {
        self.rgb = rgb
        self.c256 = c256
        self.c16 = c16
    }
}

/// A colour of the sRGB space, 8 bits a channel.
public struct RGB: Hashable, Sendable, CustomStringConvertible {
    /// The channels, 0...255.
    public var red: UInt8, green: UInt8, blue: UInt8

    /// A colour of these channels, 0...255.
    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Reads `#0072b2`; nil for anything else.
    public init?(_ text: String) {
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "#"), digits.count == 6,
            digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(text.dropFirst(), radix: 16)
        else { return nil }
        self.init(UInt8(value >> 16), UInt8(value >> 8 & 0xff), UInt8(value & 0xff))
    }

    /// `#0072b2`.
    public var description: String {
        let digits = String(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue), radix: 16)
        return "#" + String(repeating: "0", count: 6 - digits.count) + digits
    }
}
