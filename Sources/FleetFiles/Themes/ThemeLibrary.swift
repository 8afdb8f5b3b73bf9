import Foundation

/// What came of reading a theme.
public struct ThemeResult: Sendable {
    /// The theme; nil if there was an error.
    public var theme: Theme?
    /// What is wrong, in the order of files and places; at most 100.
    public var problems: [FileProblem]
}

/// Where themes are found by name: in these directories, in this order, then among those that are built in.
public struct ThemeLibrary: Sendable {
    /// How long a chain of `inherits` may be.
    static let longestChain = 8

    /// Directories that hold `NAME.yaml`; they need not exist.
    public var directories: [String]

    /// A library over these directories and the built-in themes.
    public init(directories: [String] = []) {
        self.directories = directories
    }

    /// The names of all themes, the built-in ones first, each once.
    public var names: [String] {
        var names = EmbeddedFiles.themes.map { String($0.path.dropLast(5)) }
        for directory in directories {
            let found = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
            for file in found.sorted() where file.hasSuffix(".yaml") && !names.contains(String(file.dropLast(5))) {
                names.append(String(file.dropLast(5)))
            }
        }
        return names
    }

    /// The file of a theme, so that it can be watched; nil if it is built in or there is none.
    public func file(of name: String) -> String? {
        guard !name.contains("/") else { return nil }
        return directories.map { $0 + "/" + name + ".yaml" }.first { FileKind(path: $0) != .missing }
    }

    /// Reads the theme of this name.
    public func theme(named name: String) -> ThemeResult {
        let log = ProblemLog()
        let path = file(of: name) ?? "themes/\(name).yaml"
        let theme = assemble(
            source(of: name, log: log, asker: nil).map { [$0] }, scope: FileScope(path: path, log: log))
        return ThemeResult(theme: log.errorCount == 0 ? theme : nil, problems: log.summary().listed)
    }

    /// Reads the theme in this file.
    public func theme(file: String) -> ThemeResult {
        let log = ProblemLog()
        let scope = FileScope(path: file, log: log)
        let theme = YamlDocument.root(ofFile: file, scope: scope).flatMap { self.theme($0, scope: scope) }
        return ThemeResult(theme: log.errorCount == 0 ? theme : nil, problems: log.summary().listed)
    }

    /// Reads the theme in this text; `path` is what problems call it.
    public func theme(text: String, path: String) -> ThemeResult {
        let log = ProblemLog()
        let scope = FileScope(path: path, log: log)
        let theme = YamlDocument.root(of: text, scope: scope).flatMap { self.theme($0, scope: scope) }
        return ThemeResult(theme: log.errorCount == 0 ? theme : nil, problems: log.summary().listed)
    }

    /// The theme of a file's root; what is wrong with it is noted.
    func theme(_ root: YamlValue, scope: FileScope) -> Theme? {
        assemble(ThemeSource(root, scope: scope).map { [$0] }, scope: scope)
    }

    /// The chain of a theme and those it inherits from, put together from the last one on.
    private func assemble(_ start: [ThemeSource]?, scope: FileScope) -> Theme? {
        guard var chain = start else { return nil }
        while let last = chain.last, let parent = last.inherits {
            if chain.contains(where: { $0.name == parent.name }) {
                last.scope.error(parent.place, "`inherits` leads round in a circle", "let one theme stand on its own")
                return nil
            }
            guard chain.count < Self.longestChain else {
                last.scope.error(
                    parent.place, "more than \(Self.longestChain) themes inherit in a row", "shorten the chain")
                return nil
            }
            guard let next = source(of: parent.name, log: scope.log, asker: last) else { return nil }
            chain.append(next)
        }
        return ThemeAssembly(chain: chain).theme()
    }

    private func source(of name: String, log: ProblemLog, asker: ThemeSource?) -> ThemeSource? {
        if let file = file(of: name) {
            let scope = FileScope(path: file, log: log)
            return YamlDocument.root(ofFile: file, scope: scope).flatMap { ThemeSource($0, scope: scope) }
        }
        let scope = FileScope(path: "themes/\(name).yaml", log: log)
        if let builtIn = EmbeddedFiles.themes.first(where: { $0.path == name + ".yaml" }) {
            let text = String(decoding: builtIn.bytes, as: UTF8.self)
            return YamlDocument.root(of: text, scope: scope).flatMap { ThemeSource($0, scope: scope) }
        }
        let remedy = "there are \(names.joined(separator: ", "))"
        if let asker {
            asker.scope.error(asker.inherits?.place, "there is no theme `\(name.shown)`", remedy)
        } else {
            scope.error(nil, "there is no theme `\(name.shown)`", remedy)
        }
        return nil
    }
}
