import Foundation
import Testing

/// Every target has a DocC catalog, and what a catalog links to is declared in its target.
struct CatalogTests {
    static let targets = [
        "Alerts", "ArtifactStore", "Cells", "ChildPrograms", "Console", "CursesTerminal", "Digests", "EngineSocket",
        "FleetBackup",
        "FleetCore", "FleetEngine", "FleetFiles", "FleetJournal", "FleetSimulator", "GatewayTLS", "OperatorAPI",
        "ReleaseRepository",
        "TUF", "TerminalAgent", "muster",
    ]

    /// Words that a name is declared behind.
    private static let keywords: Set<Substring> = [
        "struct", "class", "enum", "protocol", "actor", "typealias", "func", "var", "let", "case",
    ]

    @Test(arguments: targets) func linksLeadSomewhere(target: String) throws {
        let pages = try files(of: target, suffix: ".md").filter { $0.contains("\(target).docc/") }
        #expect(!pages.isEmpty, "there is no catalog of \(target)")
        let declared = try files(of: target, suffix: ".swift").reduce(into: Set<Substring>()) { names, file in
            names.formUnion(Self.declarations(in: try String(contentsOfFile: file, encoding: .utf8)))
        }
        for page in pages {
            let text = try String(contentsOfFile: page, encoding: .utf8)
            let links = text.matches(of: /``([^`\n]+)``/).map(\.output.1)
            let missing = links.filter { link in
                Self.names(in: link).contains { $0 != target && !declared.contains($0) }
            }
            #expect(missing == [], "\(page) links to what \(target) does not declare")
        }
    }

    /// The names that a link goes through: `Frame` and `write` of `Frame/write(_:column:)`.
    private static func names(in link: Substring) -> [Substring] {
        link.split(separator: "/").map { $0.prefix { $0 != "(" } }
    }

    private static func declarations(in source: String) -> Set<Substring> {
        let words = source.split { !($0.isLetter || $0.isNumber || $0 == "_") }
        return Set(zip(words, words.dropFirst()).filter { keywords.contains($0.0) }.map(\.1))
    }

    private func files(of target: String, suffix: String) throws -> [String] {
        let folder = Checkout.path("Sources/\(target)")
        return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(suffix) }
            .map { "\(folder)/\($0)" }
    }
}
