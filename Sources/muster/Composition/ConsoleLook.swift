import Cells
import Console
import CursesTerminal
import FleetFiles
import Foundation

/// Themes as files, turned into what the console draws with and what the terminal shows.
struct ConsoleLook {
    /// Where themes are found.
    let library: ThemeLibrary

    /// The built-in themes, and the operator's own in the configuration directory.
    init() {
        library = ThemeLibrary(directories: [Self.folder])
    }

    /// The operator's own themes.
    static var folder: String { ConfigurationLocation.directory + "/themes" }

    /// A theme of this name, or what is wrong with it.
    func theme(_ name: String) -> Result<Theme, ThemeProblem> {
        let result = library.theme(named: name)
        if let theme = result.theme { return .success(theme) }
        return .failure(ThemeProblem(lines: result.problems.map(\.description)))
    }

    /// The theme after this one in the order of names.
    func name(after name: String) -> String {
        let names = library.names
        guard let index = names.firstIndex(of: name) else { return names.first ?? name }
        return names[(index + 1) % names.count]
    }

    /// The looks of all roles, in the order of `Role`.
    static func styles(_ theme: Theme) -> [Style] {
        Role.allCases.map { role in
            guard let name = ThemeRole.Name(rawValue: role.name) else { return Style() }
            let look = theme[name]
            return Style(
                foreground: look.foreground.map(color), background: look.background.map(color),
                flags: flags(look.attributes))
        }
    }

    /// The glyphs of all roles.
    static func glyphs(_ theme: Theme, usesASCII: Bool) -> ConsoleTheme {
        var console = ConsoleTheme(name: theme.name, usesASCII: usesASCII)
        for role in Role.allCases {
            guard let name = ThemeRole.Name(rawValue: role.name), let ascii = theme[name].ascii?.first else { continue }
            console.set(theme[name].glyph?.first ?? ascii, ascii: ascii, for: role)
        }
        return console
    }

    private static func color(_ colour: ThemeColour) -> Cells.Color {
        let c256 = colour.c256 ?? colour.c16
        let rgb = colour.rgb ?? RGB(xterm: c256)
        return Color(red: rgb.red, green: rgb.green, blue: rgb.blue, c256: c256, c16: colour.c16)
    }

    private static func flags(_ attributes: [ThemeRole.Attribute]) -> CellFlags {
        attributes.reduce(into: CellFlags()) { flags, attribute in
            switch attribute {
            case .bold: flags.insert(.bold)
            case .dim: flags.insert(.dim)
            case .underline: flags.insert(.underline)
            case .reverse: flags.insert(.reverse)
            // Few terminals show it, and none needs it to tell two roles apart.
            case .italic: break
            }
        }
    }
}

/// Why a theme cannot be used.
struct ThemeProblem: Error, CustomStringConvertible {
    /// One line for each mistake.
    var lines: [String]

    var description: String { lines.joined(separator: "\n") }
}

/// Where configuration lives, by the XDG base directory specification.
enum ConfigurationLocation {
    /// `$XDG_CONFIG_HOME/muster`, or `~/.config/muster`.
    static var directory: String {
        let environment = ProcessInfo.processInfo.environment
        if let given = environment["XDG_CONFIG_HOME"], given.hasPrefix("/") { return "\(given)/muster" }
        return "\(environment["HOME"] ?? NSTemporaryDirectory())/.config/muster"
    }
}
