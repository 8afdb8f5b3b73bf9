/// A reader of outside bytes, and what must hold whatever it is given.
struct FuzzReader: Sendable {
    /// What `Tests/Fuzz/run` and the folders of the corpus call it.
    let name: String
    /// The longest input that is tried, in bytes. Readers with a bound of their own get inputs beyond it.
    let longestInput: Int
    /// Words that mean something to the reader: random bytes would hardly ever find them.
    let words: [String]
    /// Reads the bytes. Returns whether they were accepted; throws `BrokenProperty` when something does not hold.
    let check: @Sendable ([UInt8]) throws -> Bool

    init(
        _ name: String, longestInput: Int = 1024, words: [String] = [],
        _ check: @escaping @Sendable ([UInt8]) throws -> Bool
    ) {
        self.name = name
        self.longestInput = longestInput
        self.words = words
        self.check = check
    }

    /// All readers of outside bytes.
    static let all: [FuzzReader] = devices + yaml + texts + records + console + socket + tuf

    /// The reader of this name.
    static func named(_ name: String) -> FuzzReader? { all.first { $0.name == name } }
}

/// Something that must hold for every input and did not for one.
struct BrokenProperty: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Throws `BrokenProperty` unless the condition holds.
func demand(_ condition: Bool, _ property: @autoclosure () -> String) throws {
    if !condition { throw BrokenProperty(property()) }
}

/// Throws `BrokenProperty` unless both are the same.
func demandSame<Value: Equatable>(_ found: Value, _ wanted: Value, _ property: @autoclosure () -> String) throws {
    if found != wanted { throw BrokenProperty("\(property()): \(found) instead of \(wanted)") }
}
