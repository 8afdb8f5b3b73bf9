import OrderedCollections

/// Values that many devices share, each kept once and named by a small number in the order of first use.
public struct Interner<Value: Hashable & Sendable>: Hashable, Sendable {
    private var values: OrderedSet<Value> = []

    /// An empty table.
    public init() {}

    /// How many different values there are.
    public var count: Int { values.count }
    /// All values, in the order of first use.
    public var all: [Value] { values.elements }

    /// The value of this number.
    public subscript(number: Int) -> Value { values[number] }

    /// The number of this value; nil if it was never taken in.
    public func number(of value: Value) -> Int? { values.firstIndex(of: value) }

    /// The number of this value, which is taken in if it is new.
    public mutating func intern(_ value: Value) -> Int {
        values.append(value).index
    }
}
