import FleetCore

/// Puts a theme together from its file and those it inherits from.
struct ThemeAssembly {
    /// The theme's own file first.
    let chain: [ThemeSource]

    func theme() -> Theme? {
        guard let own = chain.first, let root = chain.last else { return nil }
        guard let background = chain.lazy.compactMap(\.background).first else {
            own.scope.error(own.place, "`background` is missing", "add a line like `background: dark`")
            return nil
        }
        var theme = Theme(name: own.name, background: background, roles: [])
        if let contrast = chain.lazy.compactMap(\.minimumContrast).first { theme.minimumContrast = contrast }
        theme.madeFor = chain.lazy.compactMap(\.madeFor).first ?? []
        theme.roles = ThemeRole.Name.allCases.map { role(named: $0) }
        noteMissing(root)
        noteUnnamedColours()
        return theme
    }

    /// The look of a role: each property from the first file that gives it.
    private func role(named name: ThemeRole.Name) -> ThemeRole {
        let given = chain.compactMap { source in source.roles.first { $0.name == name }?.role }
        var role = ThemeRole(name: name)
        role.foreground = given.lazy.compactMap(\.foreground).first.flatMap(colour)
        role.background = given.lazy.compactMap(\.background).first.flatMap(colour)
        role.attributes = given.lazy.compactMap(\.attributes).first ?? []
        let ascii = given.lazy.compactMap(\.ascii).first
        role.ascii = ascii ?? name.usualSign
        role.glyph = given.lazy.compactMap(\.glyph).first ?? role.ascii
        return role
    }

    /// `default` is the terminal's own colour.
    private func colour(_ wanted: ThemeSource.ColourName) -> ThemeColour? {
        for source in chain {
            if let entry = source.palette.first(where: { $0.name == wanted.name }) { return entry.colour }
        }
        return nil
    }

    /// A theme that stands on its own must say something about every role.
    private func noteMissing(_ root: ThemeSource) {
        let given = Set(chain.flatMap(\.roles).map(\.name))
        let missing = ThemeRole.Name.allCases.filter { !given.contains($0) }.map(\.rawValue)
        guard !missing.isEmpty else { return }
        root.scope.error(
            root.place, "roles are missing: \(missing.joined(separator: ", "))",
            "add them, or inherit from another theme")
    }

    private func noteUnnamedColours() {
        let names = chain.flatMap(\.palette).map(\.name)
        for source in chain {
            for (_, role) in source.roles {
                for wanted in [role.foreground, role.background].compactMap({ $0 }) {
                    guard wanted.name != "default", !names.contains(wanted.name) else { continue }
                    let near = NearMiss.best(of: wanted.name, among: names).map { "did you mean `\($0)`?" }
                    source.scope.error(
                        wanted.place, "there is no colour `\(wanted.name.shown)`", near ?? "add it under `palette`")
                }
            }
        }
    }
}
