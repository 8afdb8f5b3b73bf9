import Yams

/// A value of a YAML file, with its place and the key it belongs to. Readers of it note what is wrong and return nil,
/// so that one run names everything.
struct YamlValue {
    let node: Node
    /// The key it belongs to; empty for the root and the items of lists.
    let name: String
    let keyPlace: Place?
    let document: YamlDocument

    /// Where it begins; a value that is nowhere has its key's place.
    var place: Place? {
        if isNull, let keyPlace { return keyPlace }
        return node.mark.map(document.place) ?? keyPlace
    }

    /// Whether the key has no value: nothing, `~` or `null` without quotes.
    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What it is, in words.
    var kind: String {
        switch node {
        case .mapping: "keys and values"
        case .sequence: "a list"
        case .scalar: isNull ? "empty" : "one text"
        case .alias: "a reference"
        }
    }

    /// A sentence about the key, or about the item if there is none.
    func named(_ sentence: String) -> String { (name.isEmpty ? "it " : "`\(name.shown)` ") + sentence }

    /// Notes what is wrong with it.
    func error(_ message: String, _ remedy: String = "") { document.scope.error(place, message, remedy) }

    /// Notes that the key has no value, and why that may be.
    func noteNull() {
        let comment = keyPlace.flatMap { commentText(after: $0) }
        if let comment {
            document.scope.error(
                keyPlace, "`\(name.shown)` has no value: without quotes, # begins a comment",
                "write `\(name): \"\(comment)\"` in quotes")
        } else {
            document.scope.error(keyPlace, "`\(name.shown)` has no value", "give it one, or remove the key")
        }
    }

    /// What stands after `key:` when it looks like a value that became a comment: `#fff`, not `# a remark`.
    private func commentText(after key: Place) -> String? {
        let rest = document.line(key.line).unicodeScalars.dropFirst(key.column - 1)
        guard let colon = rest.firstIndex(of: ":") else { return nil }
        let value = rest[rest.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        guard value.first == "#", let second = value.dropFirst().first, second != " " else { return nil }
        return String(Substring(value.prefix { !" \t,}\r".unicodeScalars.contains($0) }))
    }

    /// Its items; nil, noted, if it is no list.
    func items(atMost bound: Int = 1000) -> [YamlValue]? {
        guard case .sequence(let sequence) = node else {
            error(named("must be a list, not \(kind)"), "write each item on a line of its own after `- `")
            return nil
        }
        guard sequence.count <= bound else {
            error(named("has \(sequence.count) items, more than \(bound)"), "shorten it")
            return nil
        }
        return sequence.map { YamlValue(node: $0, name: name, keyPlace: keyPlace, document: document) }
    }

    /// A mapping with these keys and no others.
    func map(_ what: String, known: [String]) -> YamlMap? { YamlMap(self, what: what, known: known) }

    /// A mapping whose keys are names of things, such as regions.
    func table(_ what: String) -> YamlMap? { YamlMap(self, what: what, known: nil) }
}
