import FleetFiles
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
}
