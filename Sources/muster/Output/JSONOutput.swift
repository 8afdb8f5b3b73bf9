import Foundation

/// Values as JSON on standard output: keys sorted, so that two runs can be compared.
enum JSONOutput {
    /// Prints one value.
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let data = try encoder.encode(value)
        try OutputFailure.told { try FileHandle.standardOutput.write(contentsOf: data + Data("\n".utf8)) }
    }
}

/// Values as JSON Lines on standard output: one object a line, keys sorted.
struct JSONLines {
    private let encoder = JSONEncoder()

    init() {
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
    }

    /// Prints a line for each value.
    func print(_ values: [some Encodable]) throws {
        var text = Data()
        for value in values { text += try encoder.encode(value) + Data("\n".utf8) }
        try OutputFailure.told { try FileHandle.standardOutput.write(contentsOf: text) }
    }
}
