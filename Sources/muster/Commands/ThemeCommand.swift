import ArgumentParser
import Cells
import FleetFiles

/// `muster theme`: the themes, and whether they can be read.
struct ThemeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "theme", abstract: "List themes, show one, or check that people can read it.",
        subcommands: [List.self, Check.self, Show.self])

    /// `muster theme list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the themes.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let names = ConsoleLook().library.names
            if json { return try JSONOutput.print(names) }
            for name in names { print(TextWidth.sanitised(name)) }
        }
    }

    /// `muster theme check`.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Test contrast, and distances between states under every kind of colour vision.",
            discussion: "Exit codes: 0 nothing found, 2 something is wrong.")

        @Argument(help: "Names, or files; all themes if left out.")
        var themes: [String] = []

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let library = ConsoleLook().library
            var lines: [String] = []
            for name in themes.isEmpty ? library.names : themes {
                let isFile = name.hasSuffix(".yaml")
                let result = isFile ? library.theme(file: name) : library.theme(named: name)
                lines += result.problems.map(\.description)
                if let theme = result.theme { lines += ThemeCheck.problems(theme).map(\.description) }
            }
            if json {
                try JSONOutput.print(lines)
            } else {
                for line in lines { print(TextWidth.sanitised(line)) }
                if lines.isEmpty { print("nothing found") }
            }
            if !lines.isEmpty { throw ExitStatus.badInput }
        }
    }

    /// `muster theme show NAME`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the roles of a theme.")

        @Argument(help: "The theme's name.")
        var name: String

        @Flag(help: "Print JSON.")
        var json = false

        /// One role as JSON.
        private struct Row: Encodable {
            var role: String
            var foreground: String?
            var background: String?
            var attributes: [String]
            var glyph: String?
            var ascii: String?
        }

        func run() throws {
            let theme: Theme
            switch ConsoleLook().theme(name) {
            case .success(let found): theme = found
            case .failure(let problem):
                for line in problem.lines { printError(TextWidth.sanitised(line)) }
                throw ExitStatus.badInput
            }
            let rows = theme.roles.map { role in
                Row(
                    role: role.name.rawValue, foreground: role.foreground.map(Self.text),
                    background: role.background.map(Self.text), attributes: role.attributes.map(\.rawValue),
                    glyph: role.glyph, ascii: role.ascii)
            }
            if json { return try JSONOutput.print(rows) }
            var table = Table(["role", "sign", "colour", "behind", "attributes"])
            table.rows = rows.map {
                [
                    $0.role, $0.glyph ?? $0.ascii ?? "", $0.foreground ?? "-", $0.background ?? "-",
                    $0.attributes.joined(separator: " "),
                ]
            }
            for line in table.lines { print(line) }
        }

        private static func text(_ colour: ThemeColour) -> String {
            let indexed = colour.c256.map { "\($0)" } ?? "-"
            return "\(colour.rgb?.description ?? "-") / \(indexed) / \(colour.c16)"
        }
    }
}
