import FleetCore
import Yams

/// A mapping whose keys are known: every other key is a problem, with the key that was probably meant.
struct YamlMap {
    private let values: [String: YamlValue]
    private let document: YamlDocument
    /// Where the mapping begins.
    let place: Place?
    /// The keys in the order of the file.
    let keys: [String]
    /// Known keys that unknown ones probably stand for: to call them missing too would say the same twice.
    let mistyped: [String]

    /// The mapping of a value. `what` names the thing it describes, such as `an update`.
    init?(_ value: YamlValue, what: String, known: [String]?) {
        document = value.document
        place = value.place
        guard case .mapping(let mapping) = value.node else {
            document.scope.error(
                value.place, value.named("must be \(what) with keys and values, not \(value.kind)"),
                known.map { "known keys: \($0.joined(separator: ", "))" } ?? "")
            return nil
        }
        var values: [String: YamlValue] = [:], keys: [String] = [], mistyped: [String] = []
        for (key, node) in mapping {
            let keyPlace = key.mark.map(document.place)
            guard let name = key.scalar?.string else {
                document.scope.error(keyPlace, "a key that is not a text", "write the key as one word")
                continue
            }
            if let known, !known.contains(name) {
                if let meant = Self.noteUnknown(name, known: known, at: keyPlace, document) { mistyped.append(meant) }
                continue
            }
            values[name] = YamlValue(node: node, name: name, keyPlace: keyPlace, document: document)
            keys.append(name)
        }
        self.values = values
        self.keys = keys
        self.mistyped = mistyped
    }

    /// Returns the key that was probably meant.
    private static func noteUnknown(
        _ name: String, known: [String], at place: Place?, _ document: YamlDocument
    ) -> String? {
        let near = NearMiss.best(of: name, among: known)
        let remedy = near.map { "did you mean `\($0)`?" } ?? "known keys: \(known.joined(separator: ", "))"
        document.scope.error(place, "unknown key `\(name.shown)`", remedy)
        return near
    }

    var scope: FileScope { document.scope }

    /// Whether no key stands in it, spelled rightly or nearly so.
    var isEmpty: Bool { values.isEmpty && mistyped.isEmpty }

    /// Whether the key stands in the file, with or without a value.
    func has(_ key: String) -> Bool { values[key] != nil }

    /// Where the key stands.
    func keyPlace(_ key: String) -> Place? { values[key]?.keyPlace }

    /// The value of a key; nil if it is missing, or has no value, which is a problem.
    subscript(key: String) -> YamlValue? {
        guard let value = values[key] else { return nil }
        guard value.isNull else { return value }
        value.noteNull()
        return nil
    }

    /// The value of a key that must be there.
    func required(_ key: String, _ example: String) -> YamlValue? {
        if values[key] == nil, !mistyped.contains(key) {
            document.scope.error(place, "`\(key)` is missing", "add a line like `\(key): \(example)`")
        }
        return self[key]
    }

    /// `version: 1`, which every file begins with.
    func checkFormatVersion() {
        guard let value = required("version", "1"), let number = value.text() else { return }
        if number != "1" { value.error("format version \(number) is not known", "this release reads version 1") }
    }
}
