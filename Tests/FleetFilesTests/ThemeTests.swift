import FleetFiles
import Foundation
import Testing

struct ThemeTests {
    static let shipped = ["ansi16", "dark", "deuteranopia", "high-contrast", "light", "mono", "tritanopia"]
    static let library = ThemeLibrary(directories: [Checkout.path("themes")])

    @Test(arguments: shipped) func shippedThemesPassTheCheck(name: String) throws {
        let result = Self.library.theme(named: name)
        #expect(result.problems.map(\.description) == [])
        let theme = try #require(result.theme)
        #expect(theme.name == name)
        #expect(theme.roles.map(\.name) == ThemeRole.Name.allCases)
        #expect(ThemeCheck.problems(theme).map(\.description) == [])
    }

    @Test func themesAreBuiltInToo() {
        #expect(ThemeLibrary().names == Self.shipped)
        #expect(ThemeLibrary().theme(named: "light").theme == Self.library.theme(named: "light").theme)
    }

    @Test func aRoleOfAThemeThatInherits() throws {
        let light = try #require(ThemeLibrary().theme(named: "light").theme)
        var caution = ThemeRole(name: .caution)
        caution.foreground = ThemeColour(rgb: RGB(0x10, 0x10, 0x10), c256: 233, c16: 0)
        caution.background = ThemeColour(rgb: RGB(0xf5, 0xc4, 0x00), c256: 220, c16: 11)
        #expect(light[.caution] == caution)
        // The attribute comes from `dark`, the colour from the palette of `light`.
        var failed = ThemeRole(name: .failed)
        failed.foreground = ThemeColour(rgb: RGB(0xb8, 0x43, 0x00), c256: 130, c16: 9)
        failed.attributes = [.bold]
        #expect(light[.failed] == failed)
        #expect(light[.failed].ascii == "x")
    }

    @Test func sixteenColoursAreTheTerminalsOwn() throws {
        let theme = try #require(ThemeLibrary().theme(named: "ansi16").theme)
        #expect(theme[.ok].foreground == ThemeColour(rgb: nil, c256: nil, c16: 2))
        let mono = try #require(ThemeLibrary().theme(named: "mono").theme)
        #expect(mono.roles.allSatisfy { $0.foreground == nil && $0.background == nil })
    }

    @Test func indexedColoursAreFoundWhereTheyAreLeftOut() {
        let result = own("palette: {blue: {rgb: \"#0072b2\"}}\nroles: {ok: {fg: blue}}")
        #expect(result.problems.map(\.description) == [])
        #expect(result.theme?[.ok].foreground == ThemeColour(rgb: RGB(0x00, 0x72, 0xb2), c256: 32, c16: 6))
    }

    private func own(_ lines: String) -> ThemeResult {
        ThemeLibrary().theme(text: "version: 1\nname: own\ninherits: dark\n" + lines, path: "own.yaml")
    }

    @Test(
        arguments: [
            (
                "palette: {a: {rgb: #fff}}",
                "own.yaml:4:20: `#fff` without quotes: # begins a comment; write \"#fff\""
            ),
            (
                "palette:\n  a:\n    rgb: #ffffff",
                "own.yaml:6:5: `rgb` has no value: without quotes, # begins a comment; write `rgb: \"#ffffff\"` in quotes"
            ),
            (
                "palette: {a: {rgb: \"#fff\"}}",
                "own.yaml:4:20: `#fff` is not a colour; write it in quotes with six digits, like \"#0072b2\""
            ),
            ("palette: {a: {c256: 256, c16: 1}}", "own.yaml:4:21: `c256` is 256; it must be from 0 to 255"),
            ("palette: {a: {c256: 25}}", "own.yaml:4:11: colour `a` has neither `rgb` nor `c16`; give it one"),
            ("roles: {activ: {fg: green}}", "own.yaml:4:9: unknown key `activ`; did you mean `active`?"),
            ("roles: {ok: {fg: greeen}}", "own.yaml:4:18: there is no colour `greeen`; did you mean `green`?"),
            (
                "roles: {ok: {fg: \"#00ff00\"}}",
                "own.yaml:4:18: `#00ff00` in a role; give the colour a name under `palette` and use the name"
            ),
            (
                "roles: {ok: {attrs: [blink]}}",
                "own.yaml:4:22: `attrs` is `blink`; it must be one of bold, dim, italic, underline, reverse"
            ),
            (
                "roles: {ok: {glyph: \"ok\"}}",
                "own.yaml:4:21: `ok` is not one character of one cell; write one such as \"✓\""
            ),
            (
                "roles: {ok: {glyph: \"漢\"}}",
                "own.yaml:4:21: `漢` is not one character of one cell; write one such as \"✓\""
            ),
            (
                "roles: {ok: {ascii: \"✓\"}}",
                "own.yaml:4:21: `✓` is not one visible ASCII character; write one such as \"+\""
            ),
            ("background: grey", "own.yaml:4:13: `background` is `grey`; it must be one of dark, light"),
        ])
    func mistakes(lines: String, expected: String) {
        let result = own(lines)
        #expect(result.problems.map(\.description).first == expected)
        #expect(result.theme == nil)
    }

    @Test func themesThatAreNotThere() {
        let names = Self.shipped.joined(separator: ", ")
        #expect(
            ThemeLibrary().theme(named: "drak").problems.map(\.description) == [
                "themes/drak.yaml: there is no theme `drak`; there are \(names)"
            ])
        #expect(
            ThemeLibrary().theme(text: "version: 1\nname: own\ninherits: drak", path: "own.yaml").problems
                .map(\.description) == ["own.yaml:3:11: there is no theme `drak`; there are \(names)"])
    }

    @Test func inheritanceInACircleEnds() throws {
        let directory = try ScratchDirectory([
            "a.yaml": "version: 1\nname: a\ninherits: b", "b.yaml": "version: 1\nname: b\ninherits: a",
        ])
        let problems = withExtendedLifetime(directory) {
            ThemeLibrary(directories: [directory.path]).theme(named: "a").problems
        }
        #expect(problems.map(\.line) == [3])
        #expect(problems.map(\.message) == ["`inherits` leads round in a circle"])
    }

    @Test func aThemeOfItsOwnNamesEveryRole() {
        let result = ThemeLibrary().theme(text: "version: 1\nname: own\nbackground: dark", path: "own.yaml")
        let names = ThemeRole.Name.allCases.map(\.rawValue).joined(separator: ", ")
        #expect(
            result.problems.map(\.description) == [
                "own.yaml:1:1: roles are missing: \(names); add them, or inherit from another theme"
            ])
    }
}

struct ThemeCheckTests {
    private func findings(_ lines: String) throws -> [String] {
        let text = "version: 1\nname: own\ninherits: dark\n" + lines
        let theme = try #require(ThemeLibrary().theme(text: text, path: "own.yaml").theme)
        return ThemeCheck.problems(theme).map(\.description)
    }

    @Test func contrastIsMeasured() throws {
        // WCAG's own extremes, and a grey known to sit on the AA line against white.
        #expect(RGB(0, 0, 0).contrast(with: RGB(255, 255, 255)) == 21)
        #expect(abs(RGB(0x76, 0x76, 0x76).contrast(with: RGB(255, 255, 255)) - 4.54) < 0.01)
        #expect(
            try findings("palette: {grey: {rgb: \"#606060\", c256: 248, c16: 7}}\nroles: {interval: {fg: white}}") == [
                "own: dim: contrast 2.6 in true colour, at least 4.5 is readable",
                "own: waiting: contrast 2.6 in true colour, at least 4.5 is readable",
                "own: offline: contrast 2.6 in true colour, at least 4.5 is readable",
            ])
    }

    @Test func redAndGreenOfOneLightnessAreFound() throws {
        let found = try findings(
            "palette: {green: {rgb: \"#8a9a2a\", c256: 36, c16: 2}, vermillion: {rgb: \"#c87a20\", c256: 208, c16: 9}}")
        #expect(found.contains { $0.hasPrefix("own: ok, failed: distance") && $0.contains("deuteranopia sight") })
        #expect(!found.contains { $0.contains("normal sight") })
    }

    @Test func doublesAreFound() throws {
        #expect(
            try findings("roles: {active: {fg: sky, attrs: []}, ok: {glyph: \"x\"}}") == [
                "own: ok, failed: have the same sign"
            ])
        #expect(
            try findings("palette: {purple: {rgb: \"#d070b2\", c256: 170, c16: 2}}") == [
                "own: ok, rolled-back: look the same in 16 colours"
            ])
    }

    @Test func aGreyLooksTheSameToEveryone() {
        let grey = RGB(128, 128, 128)
        for vision in Vision.allCases { #expect(grey.distance(to: grey, seenWith: vision) == 0) }
        #expect(RGB(255, 0, 0).distance(to: RGB(0, 255, 0)) > 100)
        #expect(RGB(0xff, 0x00, 0x00).distance(to: RGB(0x00, 0x00, 0x00)) > 100)
    }
}
