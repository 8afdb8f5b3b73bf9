import Foundation

/// How one operator likes the console: the content of `config.yaml` in the configuration directory.
public struct OperatorConfiguration: Hashable, Sendable {
    /// The theme to begin with; nil: the default one.
    public var theme: String?
    /// Keys by the name of an action, in the order of the file.
    public var keys: [Binding] = []

    /// The keys of one action.
    public struct Binding: Hashable, Sendable {
        /// The action's name, such as `pause`.
        public var action: String
        /// Its keys as texts, such as `ctrl-d`.
        public var keys: [String]
    }

    /// The defaults.
    public init() {}

    /// Reads a file; one that does not exist says nothing.
    public static func read(file: String) -> (configuration: OperatorConfiguration, problems: [FileProblem]) {
        guard FileManager.default.fileExists(atPath: file) else { return (OperatorConfiguration(), []) }
        let scope = FileScope(path: file, log: ProblemLog())
        let configuration = YamlDocument.root(ofFile: file, scope: scope).map { OperatorConfiguration($0) }
        return (configuration ?? OperatorConfiguration(), scope.log.summary().listed)
    }

    /// What a file says; the defaults, with the problem noted, where it says something wrong.
    init(_ root: YamlValue) {
        guard let map = root.map("a configuration", known: ["version", "theme", "keys"]) else { return }
        map.checkFormatVersion()
        theme = map["theme"]?.text()
        keys = map["keys"]?.table("keys by action").map(Self.bindings) ?? []
    }

    private static func bindings(_ table: YamlMap) -> [Binding] {
        table.keys.compactMap { action in
            guard let keys = table[action]?.items(atMost: 10)?.compactMap({ $0.text() }) else { return nil }
            return Binding(action: action, keys: keys)
        }
    }
}
