/// The forms of answers. Each member is there in every answer, and no other is: a test client that reads the document
/// finds what is said here and not so.
enum AnswerSchemas {
    static var all: [String: JSON] {
        [
            "Problem": problem, "Document": ["type": "object"], "Accepted": accepted, "Counts": counts,
            "Success": success, "Gate": gate,
        ]
        .merging(status) { first, _ in first }.merging(updates) { first, _ in first }
        .merging(devices) { first, _ in first }.merging(others) { first, _ in first }
    }

    // MARK: - Parts

    static let text: JSON = ["type": "string"]
    static let count: JSON = ["type": "integer", "minimum": 0]
    static let share: JSON = ["type": "number", "minimum": 0, "maximum": 1]
    static let flag: JSON = ["type": "boolean"]
    static let moment: JSON = ["type": "string", "format": "date-time"]
    static let fact: JSON = ["type": "integer", "minimum": 0, "description": "The number of a fact."]

    static func orNull(_ schema: JSON) -> JSON { ["anyOf": [schema, ["type": "null"]]] }

    static func list(_ schema: JSON, most: Int) -> JSON {
        ["type": "array", "maxItems": .number(Double(most)), "items": schema]
    }

    static func object(_ members: KeyValuePairs<String, JSON>) -> JSON {
        [
            "type": "object", "additionalProperties": false, "required": .list(members.map { .text($0.key) }),
            "properties": .object(Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }),
        ]
    }

    static func named(_ name: String) -> JSON { OpenAPIDocument.reference("schemas", name) }

    // MARK: - Shared

    private static let problem = object([
        "type": ["type": "string", "format": "uri"], "title": text, "status": ["type": "integer"], "detail": text,
        "remedy": text,
    ])

    private static let accepted = object(["command": text, "object": text, "outcome": ["const": "accepted"]])

    private static let counts = object([
        "targets": count, "done": count, "failed": count, "in_flight": count, "waiting": count, "cancelled": count,
        "skipped": count,
    ])

    private static let success = object(["rate": share, "low": share, "high": share, "ended": count])

    private static let gate = object([
        "phase": text, "verdict": ["enum": ["waiting", "unproven", "passed", "failed", "inconclusive"]],
        "threshold": share, "size": count, "minimum_sample": count, "completed": count, "failed": count,
        "awaits_approval": flag, "soak_ends_at": orNull(moment),
    ])
}
