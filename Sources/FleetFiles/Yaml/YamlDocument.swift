import Yams

/// One YAML file: its text by lines, its nodes, and where to say what is wrong with it.
final class YamlDocument {
    /// The largest YAML file, in bytes.
    static let maximumBytes = 1 << 20
    /// References (`*name`) in one file. Few enough that references to references cannot grow without bound.
    static let maximumAliases = 12

    let scope: FileScope
    private let lines: [Substring]

    private init(text: String, scope: FileScope) {
        self.scope = scope
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The root of a file; nil, with the problem noted, if it cannot be read.
    static func root(ofFile file: String, scope: FileScope) -> YamlValue? {
        do throws(ReadFault) {
            return root(of: try FileBytes.text(file, bound: maximumBytes), scope: scope)
        } catch {
            scope.error(error.place, error.message, error.remedy)
            return nil
        }
    }

    /// The root of a text; nil, with the problem noted, if it is not YAML.
    static func root(of text: String, scope: FileScope) -> YamlValue? {
        let document = YamlDocument(text: text, scope: scope)
        guard document.hasFewAliases() else { return nil }
        do {
            guard let node = try Yams.compose(yaml: text, .default, .default, .utf8) else {
                scope.error(nil, "the file is empty", "see the files of the sample fleet")
                return nil
            }
            return YamlValue(node: node, name: "", keyPlace: nil, document: document)
        } catch let error as YamlError {
            document.note(error)
        } catch {
            scope.error(nil, "cannot be read as YAML")
        }
        return nil
    }

    /// A line's text, by its number from 1.
    func line(_ number: Int) -> Substring {
        lines.indices.contains(number - 1) ? lines[number - 1] : ""
    }

    /// Counts what could be references before the parser resolves any.
    private func hasFewAliases() -> Bool {
        var count = 0
        for (number, line) in lines.enumerated() {
            var before: Unicode.Scalar = " "
            for (column, scalar) in line.unicodeScalars.enumerated() {
                if scalar == "*", " \t[{,".unicodeScalars.contains(before) { count += 1 }
                if count > Self.maximumAliases {
                    scope.error(
                        Place(line: number + 1, column: column + 1),
                        "more than \(Self.maximumAliases) references (*name)",
                        "write the values out")
                    return false
                }
                before = scalar
            }
        }
        return true
    }

    private func note(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let setting = context.map { " \($0.text)" } ?? ""
            scope.error(Place(mark), "not YAML: \(problem)\(setting)", remedy(problem, at: mark))
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first ?? ""
            scope.error(duplicate(of: key, from: context.mark), "duplicate key `\(key.shown)`", "keep one of them")
        default: scope.error(nil, "cannot be read as YAML")
        }
    }

    private func remedy(_ problem: String, at mark: Mark) -> String {
        if line(mark.line).prefix(mark.column).contains("\t") { return "indent with spaces, not tabs" }
        if problem.contains("mapping values are not allowed") { return "put a text that holds `: ` in quotes" }
        if problem.contains("found another document") { return "keep one document in a file" }
        return "correct it; quotes around the text often help"
    }

    /// Where a key stands for the second time: the parser names the key and where its mapping begins.
    private func duplicate(of key: String, from mark: Mark) -> Place {
        var seen = 0
        for number in mark.line...max(mark.line, lines.count) {
            let text = line(number)
            for range in text.ranges(of: key)
            where isKey(range, in: text, column: number == mark.line ? mark.column : 1) {
                let column = text.unicodeScalars.distance(from: text.startIndex, to: range.lowerBound) + 1
                let isSameDepth = column == mark.column || text.contains("{") || number == mark.line
                if isSameDepth { seen += 1 }
                if seen == 2 { return Place(line: number, column: column) }
            }
        }
        return Place(mark)
    }

    private func isKey(_ range: Range<Substring.Index>, in text: Substring, column: Int) -> Bool {
        let before = text[..<range.lowerBound], after = text[range.upperBound...]
        guard before.unicodeScalars.count + 1 >= column else { return false }
        guard after.drop(while: { $0 == " " || $0 == "\"" || $0 == "'" }).first == ":" else { return false }
        return before.last.map { " {,\"'".contains($0) } ?? true
    }
}

extension Place {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
