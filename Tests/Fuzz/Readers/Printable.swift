import FleetFiles

/// What may stand in a message to a person.
enum Printable {
    /// The longest message or remedy, in characters: what it repeats of a file is cut.
    static let longestMessage = 1000

    /// Throws unless the text can be shown as it is: something, not too much, and nothing that a terminal would act on.
    static func check(_ text: String, mayBeEmpty: Bool = false) throws {
        try demand(mayBeEmpty || !text.isEmpty, "a message is empty")
        try demand(text.count <= longestMessage, "a message of \(text.count) characters")
        try demand(isInert(text), "a message that a terminal would act on: \(text.debugDescription)")
    }

    /// Whether no character of the text is one that a terminal would act on or that turns its direction.
    static func isInert(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }
            || text.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                    false
                default: true
                }
            }
    }
}

/// The places that a text file has, as editors count them: lines end with a line feed, columns are Unicode scalars.
struct TextPlaces {
    /// The length of each line in scalars, the text after the last line feed included.
    private let lengths: [Int]

    init(_ bytes: [UInt8]) {
        lengths = bytes.split(separator: 10, omittingEmptySubsequences: false).map { line in
            String(decoding: line, as: UTF8.self).unicodeScalars.count
        }
    }

    /// Throws unless the problem is at a place of the file, or behind the last character of a line.
    func check(_ problem: FileProblem) throws {
        guard let line = problem.line else { return }
        try demand((1...lengths.count).contains(line), "line \(line) of \(lengths.count): \(problem)")
        guard let column = problem.column else { return }
        let end = lengths[line - 1] + 1
        try demand((1...end).contains(column), "column \(column) of \(end): \(problem)")
    }
}

extension [FileProblem] {
    /// Throws unless every problem can be shown and is at a place of the file of these bytes.
    func check(in bytes: [UInt8]) throws {
        if isEmpty { return }
        let places = TextPlaces(bytes)
        for problem in self {
            try Printable.check(problem.message)
            try Printable.check(problem.remedy, mayBeEmpty: true)
            try places.check(problem)
        }
    }
}
