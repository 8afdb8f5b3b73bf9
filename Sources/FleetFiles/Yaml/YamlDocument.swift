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
        // By scalars: a carriage return and its line feed are one Character, and no separator by itself.
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Substring($0) }
    }

    /// The root of a file; nil, with the problem noted, if it cannot be read.
    static func root(ofFile file: String, scope: FileScope) -> YamlValue? {
        root(scope) { () throws(ReadFault) in try FileBytes.text(file, bound: maximumBytes) }
    }

    /// The root of a file's bytes; nil, with the problem noted, if they are not YAML.
    static func root(of bytes: [UInt8], scope: FileScope) -> YamlValue? {
        root(scope) { () throws(ReadFault) in try FileBytes.text(of: bytes) }
    }

    private static func root(_ scope: FileScope, _ text: () throws(ReadFault) -> String) -> YamlValue? {
        do throws(ReadFault) {
            return root(of: try text(), scope: scope)
        } catch {
            scope.error(error.place, error.message, error.remedy)
            return nil
        }
    }

    /// The root of a text; nil, with the problem noted, if it is not YAML.
    static func root(of text: String, scope: FileScope) -> YamlValue? {
        let document = YamlDocument(text: text, scope: scope)
        guard document.hasPlainLineEnds(), document.hasFewAliases() else { return nil }
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

    /// The place of a mark. At the end of a file the parser counts a line more than the file has.
    func place(_ mark: Mark) -> Place {
        if mark.line <= lines.count { return Place(line: mark.line, column: mark.column) }
        return Place(line: lines.count, column: line(lines.count).unicodeScalars.count + 1)
    }

    /// Refuses characters that end a line for YAML and for hardly an editor: every place behind them would be wrong, and
    /// what looks like a comment would not be one.
    private func hasPlainLineEnds() -> Bool {
        for (number, line) in lines.enumerated() {
            let endsAsOnWindows = number < lines.count - 1 && line.unicodeScalars.last == "\r"
            let body = line.unicodeScalars.dropLast(endsAsOnWindows ? 1 : 0)
            guard let index = body.firstIndex(where: Self.isOddLineEnd) else { continue }
            let column = body.distance(from: body.startIndex, to: index) + 1
            scope.error(
                Place(line: number + 1, column: column),
                "\(body[index].escaped(asASCII: true)) ends a line for YAML only", "end lines with a line feed")
            return false
        }
        return true
    }

    private static func isOddLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\r" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    /// Counts what could be references before the parser resolves any.
    private func hasFewAliases() -> Bool {
        var count = 0
        for (number, line) in lines.enumerated() {
            var before: Unicode.Scalar = " "
            for (column, scalar) in line.unicodeScalars.enumerated() {
                // Behind a colon too: `"a":*b` is a reference where the key stands in quotes. And the parser passes over
                // a byte order mark wherever a line begins.
                if scalar == "*", " \t[{,:?\u{feff}".unicodeScalars.contains(before) { count += 1 }
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
            if let comment = swallowingComment(before: mark) { return noteComment(comment) }
            let setting = context.map { " \($0.text)" } ?? ""
            scope.error(place(mark), "not YAML: \(problem)\(setting)", remedy(problem, at: mark))
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first ?? ""
            scope.error(duplicate(of: key, from: context.mark), "duplicate key `\(key.shown)`", "keep one of them")
        default: scope.error(nil, "cannot be read as YAML")
        }
    }

    /// A colour without quotes just before the place where the parser gave up: inside braces the comment that it begins
    /// swallows the closing brace, and the parser complains lines later.
    private func swallowingComment(before mark: Mark) -> (place: Place, text: String)? {
        for number in stride(from: mark.line, through: max(1, mark.line - 2), by: -1) {
            let scalars = Array(line(number).unicodeScalars)
            for index in scalars.indices.dropFirst(2) where scalars[index] == "#" && scalars[index - 1] == " " {
                let digits = scalars[(index + 1)...].prefix { $0.properties.isASCIIHexDigit }
                guard [3, 6, 8].contains(digits.count), scalars[..<index].last(where: { $0 != " " }) == ":" else {
                    continue
                }
                return (Place(line: number, column: index + 1), "#" + String(String.UnicodeScalarView(digits)))
            }
        }
        return nil
    }

    private func noteComment(_ comment: (place: Place, text: String)) {
        scope.error(comment.place, "`\(comment.text)` without quotes: # begins a comment", "write \"\(comment.text)\"")
    }

    private func remedy(_ problem: String, at mark: Mark) -> String {
        if line(mark.line).prefix(mark.column).contains("\t") { return "indent with spaces, not tabs" }
        if problem.contains("mapping values are not allowed") { return "put a text that holds `: ` in quotes" }
        if problem.contains("found another document") { return "keep one document in a file" }
        return "correct it; quotes around the text often help"
    }

    /// The longest key that is looked for, in scalars, and the most blanks and quotes between a key and its colon.
    private static let longestSoughtKey = 64, widestKeyEnd = 8

    /// Where a key stands for the second time: the parser names the key and where its mapping begins. One walk over the
    /// lines, however often the key's letters stand elsewhere.
    private func duplicate(of key: String, from mark: Mark) -> Place {
        let letters = Array(key.unicodeScalars)
        guard (1...Self.longestSoughtKey).contains(letters.count) else { return place(mark) }
        var seen = 0
        for number in mark.line...max(mark.line, lines.count) {
            let text = Array(line(number).unicodeScalars), isFirst = number == mark.line
            let isAnyDepth = isFirst || text.contains("{")
            for index in text.indices.dropFirst(isFirst ? mark.column - 1 : 0)
            where isAnyDepth || index + 1 == mark.column {
                guard Self.isKey(letters, in: text, at: index) else { continue }
                seen += 1
                if seen == 2 { return Place(line: number, column: index + 1) }
            }
        }
        return place(mark)
    }

    private static func isKey(_ key: [Unicode.Scalar], in text: [Unicode.Scalar], at index: Int) -> Bool {
        guard index == 0 || " {,\"'".unicodeScalars.contains(text[index - 1]), text[index...].starts(with: key) else {
            return false
        }
        let end = text[(index + key.count)...].prefix(widestKeyEnd).drop { " \"'".unicodeScalars.contains($0) }
        return end.first == ":"
    }
}
