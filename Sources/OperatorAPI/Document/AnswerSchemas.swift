/// The forms of answers. Each member is there in every answer, and no other is: a test client that reads the document
/// finds what is said here and not so.
enum AnswerSchemas {
    static var all: [String: JSON] {
        [
            "Problem": problem, "Document": ["type": "object"], "Accepted": accepted, "Counts": counts,
            "PhaseCounts": phaseCounts, "Success": success, "Gate": gate,
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

    static func object(_ members: KeyValuePairs<String, JSON>) -> JSON { object(members.map { ($0.key, $0.value) }) }

    static func object(_ members: [(String, JSON)]) -> JSON {
        [
            "type": "object", "additionalProperties": false, "required": .list(members.map { .text($0.0) }),
            "properties": .object(Dictionary(members) { first, _ in first }),
        ]
    }

    static func named(_ name: String) -> JSON { OpenAPIDocument.reference("schemas", name) }

    // MARK: - Shared

    private static let problem = object([
        "type": ["type": "string", "format": "uri"], "title": text, "status": ["type": "integer"], "detail": text,
        "remedy": text,
    ])

    private static let accepted = object(["command": text, "object": text, "outcome": ["const": "accepted"]])

    private static let targets = count.told("Devices that the update was meant to reach: all but the skipped.")
    private static let failed = count.told(
        "Devices that failed, those included that turned bad after they were done, or that a rollback left on something "
            + "else; sent back or not.")
    private static let underWay: KeyValuePairs<String, JSON> = [
        "in_flight": count.told("Devices with an order under way."),
        "retrying": count.told("Devices between two attempts."),
        "waiting": count.told("Devices that have not begun."),
        "cancelled": count.told("Devices that were called off before they had changed anything."),
        "skipped": count.told("Devices that the selector named and the update left out; not among the targets."),
    ]

    private static let counts = object(
        [
            ("targets", targets),
            (
                "done",
                count.told(
                    "Devices that confirmed the release, and run it, or were taken on from it by another update.")
            ),
            ("back", count.told("Devices that confirmed the release, and are back since the update was rolled back.")),
            ("failed", failed),
        ] + underWay.map { ($0.key, $0.value) }
    ).told(
        "The devices of an update as they stand now. Each counts once: done, back, failed, in_flight, retrying, "
            + "waiting and cancelled add up to targets.")

    private static let phaseCounts = object(
        [
            ("targets", targets),
            ("done", count.told("Devices that confirmed the release, also those that were sent back since.")),
            ("failed", failed),
        ] + underWay.map { ($0.key, $0.value) }
    ).told("The devices of a phase and of those before it, as its gate counts them.")

    private static let success = object([
        "rate": share.told("The share of the devices attempted to an end that succeeded."),
        "low": share.told("The lower bound of its 95% Wilson interval."),
        "high": share.told("The upper bound of its 95% Wilson interval."),
        "ended": count.told("Devices attempted to an end."),
    ])

    private static let gate = object([
        "phase": text.told("The phase that it closes."),
        "verdict": ["enum": ["waiting", "unproven", "passed", "failed", "inconclusive"]],
        "threshold": share.told("The success rate that it demands."),
        "size": count.told("Devices of the phase."),
        "minimum_sample": count.told("Devices that must have ended before it passes."),
        "completed": count.told("Devices that succeeded, as the gate counts them."),
        "failed": count.told("Devices that failed, as the gate counts them."),
        "awaits_approval": flag.told("Whether it waits for a person's approval only."),
        "soak_ends_at": orNull(moment).told("When the soak ends; null: it is not on."),
    ])
}

extension JSON {
    /// A schema with what it stands for.
    func told(_ meaning: String) -> JSON { with("description", .text(meaning)) }
}
