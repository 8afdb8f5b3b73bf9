/// Something about a theme that some people could not read.
public struct ThemeFinding: Hashable, Sendable, CustomStringConvertible {
    /// The theme's name.
    public var theme: String
    /// The roles it is about.
    public var roles: [ThemeRole.Name]
    /// What is wrong, with the measure.
    public var message: String

    /// `dark: ok, failed: ...`.
    public var description: String {
        "\(theme): \(roles.map(\.rawValue).joined(separator: ", ")): \(message)"
    }
}

/// Tests a theme for contrast, and for distances between its states as people with each kind of sight see them.
public enum ThemeCheck {
    /// The least contrast of lines and marks, by WCAG 2.2, criterion 1.4.11.
    static let markContrast = 3.0
    /// The least distance between two states, in CIE L*a*b* 1976: nine times what is just noticeable.
    static let stateDistance = 20.0
    /// The least distance in a theme made for this kind of sight.
    static let madeForDistance = 40.0
    /// How much less is asked of a terminal with 256 colours, whose cube is coarse.
    static let coarseShare = 0.7

    /// The states that colour tells apart. Waiting, held and offline are told apart by sign and attribute.
    static let states: [ThemeRole.Name] = [.ok, .failed, .active, .rolledBack, .caution, .warning]
    /// Lines and marks, which are not read as text.
    static let marks: [ThemeRole.Name] = [.border, .gaugeEmpty, .gate, .interval]
    /// The states of a device, whose signs must differ.
    static let signs: [ThemeRole.Name] = [.ok, .failed, .active, .waiting, .held, .rolledBack, .offline]

    /// Everything that is wrong with a theme; empty if nothing is.
    public static func problems(_ theme: Theme) -> [ThemeFinding] {
        contrast(theme) + distances(theme) + indexedDoubles(theme) + signDoubles(theme)
    }

    private enum Depth: String, CaseIterable {
        case rgb = "true colour"
        case c256 = "256 colours"

        /// The colour as it appears; nil if the terminal's owner chooses it.
        func seen(_ colour: ThemeColour?) -> RGB? {
            switch self {
            case .rgb: colour?.rgb
            case .c256: colour?.rgb == nil ? nil : colour?.c256.map { RGB(xterm: $0) }
            }
        }
    }

    // MARK: Contrast

    private static func contrast(_ theme: Theme) -> [ThemeFinding] {
        Depth.allCases.flatMap { depth in
            theme.roles.compactMap { role in
                guard role.foreground != nil || role.background != nil else { return nil }
                let wanted = marks.contains(role.name) ? markContrast : theme.minimumContrast
                guard let measured = contrast(of: role, theme, depth), measured < wanted else { return nil }
                return ThemeFinding(
                    theme: theme.name, roles: [role.name],
                    message: "contrast \(tenths(measured)) in \(depth.rawValue), at least \(tenths(wanted)) is readable"
                )
            }
        }
    }

    /// The contrast of a role's characters with what is behind them; nil if the terminal's owner chooses one of the
    /// colours. Reverse swaps both and changes nothing.
    private static func contrast(of role: ThemeRole, _ theme: Theme, _ depth: Depth) -> Double? {
        let isOwnFront = role.foreground == nil, isOwnBack = role.background == nil
        let text = theme[.text].foreground
        guard let front = depth.seen(isOwnFront ? text : role.foreground) else { return nil }
        guard let back = isOwnBack ? theme.background.assumed : depth.seen(role.background) else { return nil }
        return front.contrast(with: back)
    }

    // MARK: Distances

    private static func distances(_ theme: Theme) -> [ThemeFinding] {
        var findings: [ThemeFinding] = []
        for depth in Depth.allCases {
            for vision in Vision.allCases {
                let share = depth == .rgb ? 1 : coarseShare
                let wanted = (theme.madeFor.contains(vision) ? madeForDistance : stateDistance) * share
                for (left, right) in pairs(states) {
                    guard let front = depth.seen(signature(theme[left])), let back = depth.seen(signature(theme[right]))
                    else { continue }
                    let measured = front.distance(to: back, seenWith: vision)
                    if measured >= wanted { continue }
                    let sight = "\(vision.rawValue) sight in \(depth.rawValue)"
                    findings.append(
                        ThemeFinding(
                            theme: theme.name, roles: [left, right],
                            message:
                                "distance \(tenths(measured)) for \(sight), at least \(tenths(wanted)) is told apart"))
                }
            }
        }
        return findings
    }

    /// The colour that a state is recognised by: the one behind the text if there is one.
    private static func signature(_ role: ThemeRole) -> ThemeColour? { role.background ?? role.foreground }

    private static func pairs(_ names: [ThemeRole.Name]) -> [(ThemeRole.Name, ThemeRole.Name)] {
        names.indices.flatMap { left in names[(left + 1)...].map { (names[left], $0) } }
    }

    // MARK: Doubles

    /// In 16 colours two states may share neither colours and attributes.
    private static func indexedDoubles(_ theme: Theme) -> [ThemeFinding] {
        pairs(states).compactMap { left, right in
            let one = theme[left], other = theme[right]
            let hasColour = signature(one) != nil || signature(other) != nil
            let isSame =
                one.foreground?.c16 == other.foreground?.c16 && one.background?.c16 == other.background?.c16
                && one.attributes == other.attributes
            guard hasColour, isSame else { return nil }
            return ThemeFinding(theme: theme.name, roles: [left, right], message: "look the same in 16 colours")
        }
    }

    private static func signDoubles(_ theme: Theme) -> [ThemeFinding] {
        pairs(signs).compactMap { left, right in
            let one = theme[left], other = theme[right]
            guard one.ascii == other.ascii || one.glyph == other.glyph else { return nil }
            return ThemeFinding(theme: theme.name, roles: [left, right], message: "have the same sign")
        }
    }

    private static func tenths(_ value: Double) -> String {
        let scaled = Int((value * 10).rounded(.down))
        return "\(scaled / 10).\(scaled % 10)"
    }
}
