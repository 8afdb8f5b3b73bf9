import FleetCore
import Foundation

/// The JSON of an alert, as receivers get it and as the outbox keeps it. Every field is always there, `null` where there is
/// nothing to say; a field is never renamed and never means anything else within one format version.
enum AlertBody {
    /// The longest text of a field, in bytes of UTF-8: what a device or a file says does not swell what is sent.
    static let longestText = 512

    /// The body, in ASCII: what devices say may hold marks that a terminal acts on.
    static func json(_ alert: Alert) -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers alone: there is nothing that could not be encoded.
        guard let text = try? encoder.encode(alert) else { preconditionFailure("an alert has a JSON form") }
        return ascii(text)
    }

    private static func ascii(_ json: Data) -> Data {
        var line = Data()
        for unit in String(decoding: json, as: UTF8.self).utf16 {
            if (0x20..<0x7F).contains(unit) {
                line.append(UInt8(unit))
            } else {
                line.append(contentsOf: String(format: "\\u%04x", unit).utf8)
            }
        }
        return line
    }

    /// A text of bounded length, cut at a character's edge.
    static func bounded(_ text: String) -> String {
        guard text.utf8.count > longestText else { return text }
        return InertText.of(text, bytes: longestText)
    }
}

extension Alert: Codable {
    private enum Field: String, CodingKey {
        case version, id, kind, severity, fleet, text, message, update, release, phase, cause, count, firstAt, lastAt,
            firstFact, lastFact, devices, outcome
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Field.self)
        try fields.encode(Self.formatVersion, forKey: .version)
        try fields.encode(id, forKey: .id)
        try fields.encode(kind, forKey: .kind)
        try fields.encode(severity, forKey: .severity)
        try fields.encode(fleet, forKey: .fleet)
        try fields.encode(AlertBody.bounded(text), forKey: .text)
        try fields.encode(AlertBody.bounded(message), forKey: .message)
        try fields.encode(update, forKey: .update)
        try fields.encode(release, forKey: .release)
        try fields.encode(phase.map(AlertBody.bounded), forKey: .phase)
        try fields.encode(AlertBody.bounded(cause), forKey: .cause)
        try fields.encode(count, forKey: .count)
        try fields.encode(firstAt.iso, forKey: .firstAt)
        try fields.encode(lastAt.iso, forKey: .lastAt)
        try fields.encode(firstFact, forKey: .firstFact)
        try fields.encode(lastFact, forKey: .lastFact)
        try fields.encode(devices.map(AlertBody.bounded), forKey: .devices)
        try fields.encode(outcome, forKey: .outcome)
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Field.self)
        id = try fields.decode(String.self, forKey: .id)
        kind = try fields.decode(String.self, forKey: .kind)
        severity = try fields.decode(Severity.self, forKey: .severity)
        fleet = try fields.decode(String.self, forKey: .fleet)
        message = try fields.decode(String.self, forKey: .message)
        update = try fields.decode(String?.self, forKey: .update)
        release = try fields.decode(String?.self, forKey: .release)
        phase = try fields.decode(String?.self, forKey: .phase)
        cause = try fields.decode(String.self, forKey: .cause)
        count = try fields.decode(Int.self, forKey: .count)
        firstAt = try Self.moment(fields, .firstAt)
        lastAt = try Self.moment(fields, .lastAt)
        firstFact = try fields.decode(UInt64.self, forKey: .firstFact)
        lastFact = try fields.decode(UInt64.self, forKey: .lastFact)
        devices = try fields.decode([String].self, forKey: .devices)
        outcome = try fields.decode(Outcome?.self, forKey: .outcome)
    }

    private static func moment(_ fields: KeyedDecodingContainer<Field>, _ field: Field) throws -> Timestamp {
        guard let moment = Timestamp(iso: try fields.decode(String.self, forKey: field)) else {
            throw DecodingError.dataCorruptedError(forKey: field, in: fields, debugDescription: "no moment")
        }
        return moment
    }
}
