import FleetCore

/// What one theme file says, before the themes it inherits from are asked.
struct ThemeSource {
    /// A colour's name and where it is named.
    struct ColourName {
        var name: String
        var place: Place?
    }

    /// What a file says of a role; nil where it says nothing.
    struct Role {
        var foreground: ColourName?
        var background: ColourName?
        var attributes: [ThemeRole.Attribute]?
        var glyph: String?
        var ascii: String?
    }

    private(set) var name: String
    private(set) var background: Theme.Background?
    private(set) var minimumContrast: Double?
    private(set) var madeFor: [Vision]?
    private(set) var inherits: (name: String, place: Place?)?
    private(set) var palette: [(name: String, colour: ThemeColour)] = []
    private(set) var roles: [(name: ThemeRole.Name, role: Role)] = []
    let place: Place?
    let scope: FileScope

    init?(_ root: YamlValue, scope: FileScope) {
        let keys = ["version", "name", "inherits", "background", "minimum-contrast", "made-for", "palette", "roles"]
        guard let map = root.map("a theme", known: keys) else { return nil }
        map.checkFormatVersion()
        self.scope = scope
        place = map.place
        name = map.required("name", "dark")?.identifier() ?? ""
        if let parent = map["inherits"], let name = parent.identifier() { inherits = (name, parent.place) }
        background = map["background"]?.choice(Theme.Background.allCases.map { ($0.rawValue, $0) })
        minimumContrast = map["minimum-contrast"]?.integer(in: 1...21).map(Double.init)
        let sights = Vision.allCases.map { ($0.rawValue, $0) }
        madeFor = map["made-for"]?.items()?.compactMap { $0.choice(sights) }
        readPalette(map["palette"])
        readRoles(map["roles"])
    }

    private mutating func readPalette(_ value: YamlValue?) {
        guard let map = value?.table("colours with their names") else { return }
        for name in map.keys {
            guard let entry = map[name]?.map("a colour", known: ["rgb", "c256", "c16"]) else { continue }
            let rgb = entry["rgb"].flatMap(Self.rgb)
            let c256 = entry["c256"]?.integer(in: 0...255).map { UInt8($0) } ?? rgb?.nearest(in: 16...255)
            let c16 = entry["c16"]?.integer(in: 0...15).map { UInt8($0) } ?? rgb?.nearest(in: 0...15)
            if let c16 {
                palette.append((name, ThemeColour(rgb: rgb, c256: c256, c16: c16)))
            } else if !entry.has("rgb"), !entry.has("c16") {
                scope.error(map.keyPlace(name), "colour `\(name.shown)` has neither `rgb` nor `c16`", "give it one")
            }
        }
    }

    private static func rgb(_ value: YamlValue) -> RGB? {
        guard let text = value.text() else { return nil }
        if let colour = RGB(text) { return colour }
        value.error("`\(text.shown)` is not a colour", "write it in quotes with six digits, like \"#0072b2\"")
        return nil
    }

    private mutating func readRoles(_ value: YamlValue?) {
        guard let map = value?.map("roles", known: ThemeRole.Name.allCases.map(\.rawValue)) else { return }
        for key in map.keys {
            guard let name = ThemeRole.Name(rawValue: key), let value = map[key],
                let entry = value.map("a role", known: ["fg", "bg", "attrs", "glyph", "ascii"])
            else { continue }
            let attributes = ThemeRole.Attribute.allCases.map { ($0.rawValue, $0) }
            let listed = entry["attrs"]?.items()?.compactMap { $0.choice(attributes) }
            let role = Role(
                foreground: Self.colourName(entry["fg"]), background: Self.colourName(entry["bg"]),
                attributes: listed.map { listed in ThemeRole.Attribute.allCases.filter(listed.contains) },
                glyph: entry["glyph"].flatMap(Self.glyph), ascii: entry["ascii"].flatMap(Self.ascii))
            roles.append((name, role))
        }
    }

    private static func colourName(_ value: YamlValue?) -> ColourName? {
        guard let value, let text = value.text() else { return nil }
        if text.hasPrefix("#") {
            value.error("`\(text.shown)` in a role", "give the colour a name under `palette` and use the name")
            return nil
        }
        return ColourName(name: text, place: value.place)
    }

    private static func ascii(_ value: YamlValue) -> String? {
        guard let text = value.text() else { return nil }
        if text.utf8.count == 1, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) { return text }
        value.error("`\(text.shown)` is not one visible ASCII character", "write one such as \"+\"")
        return nil
    }

    private static func glyph(_ value: YamlValue) -> String? {
        guard let text = value.text() else { return nil }
        if text.unicodeScalars.count == 1, text.unicodeScalars.allSatisfy(isOneCell) { return text }
        value.error("`\(text.shown)` is not one character of one cell", "write one such as \"✓\"")
        return nil
    }

    /// Whether a character surely takes one cell: neither a control, a mark that combines, nor one that terminals draw
    /// wide.
    private static func isOneCell(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .nonspacingMark, .enclosingMark, .spacingMark, .surrogate, .privateUse, .unassigned,
            .lineSeparator, .paragraphSeparator, .spaceSeparator:
            return false
        default: break
        }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x1f000...0x3ffff,
        ]
        return !scalar.properties.isEmojiPresentation && !wide.contains { $0.contains(scalar.value) }
    }
}
