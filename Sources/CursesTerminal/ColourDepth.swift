import CNcurses
import Glibc

/// How many colours a terminal can show.
public enum ColourDepth: Hashable, Sendable, CaseIterable {
    /// None: attributes only.
    case mono
    /// 16; on terminals with 8 the bright ones are made with bold.
    case c16
    /// 256.
    case c256
    /// 24 bits.
    case trueColour
}

extension ColourDepth {
    /// What the environment and the terminfo entry that was loaded last say.
    ///
    /// - Parameters:
    ///   - wanted: what was asked for; nil leaves it to NO_COLOR (https://no-color.org), COLORTERM and terminfo. More
    ///     than the entry has is not given, but for 24 bits, which terminfo seldom tells of.
    ///   - terminfoColours: the colours of the entry.
    package static func detected(
        wanted: ColourDepth?, terminfoColours: Int, environment: (String) -> String?
    ) -> ColourDepth {
        let known: ColourDepth = terminfoColours >= 256 ? .c256 : terminfoColours >= 8 ? .c16 : .mono
        switch wanted {
        case .mono: return .mono
        case .c16: return known == .mono ? .mono : .c16
        case .c256: return known
        case .trueColour: return .trueColour
        case nil: break
        }
        if let refusal = environment("NO_COLOR"), !refusal.isEmpty { return .mono }
        let claim = environment("COLORTERM") ?? ""
        return claim == "truecolor" || claim == "24bit" ? .trueColour : known
    }
}
