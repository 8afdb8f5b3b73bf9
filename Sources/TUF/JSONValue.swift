/// A value of JSON as TUF uses it: numbers are integers, since canonical JSON has no other.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}

extension JSONValue {
    /// The text, if it is one.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The number, if it is one.
    public var integer: Int? { if case .integer(let number) = self { number } else { nil } }
    /// The truth value, if it is one.
    public var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
    /// The elements, if it is a list.
    public var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    /// The fields, if it is an object.
    public var object: [String: JSONValue]? { if case .object(let fields) = self { fields } else { nil } }
    /// The field of that name, if it is an object that has one.
    public subscript(name: String) -> JSONValue? { object?[name] }
}
