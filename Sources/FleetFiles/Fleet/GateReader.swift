import FleetCore

/// Reads a gate: `{success: 95%, minimum-sample: 5, timeout: 72h, confidence: 95%, approval: required}`. What a gate
/// does not say is as in `defaults`.
enum GateReader {
    static let keys = ["success", "minimum-sample", "timeout", "confidence", "approval"]

    static func read(_ value: YamlValue?, defaults: Gate) -> Gate {
        guard let map = value?.map("a gate", known: keys) else { return defaults }
        var gate = defaults
        if let threshold = map["success"]?.basisPoints() { gate.threshold = threshold }
        if let sample = map["minimum-sample"]?.integer(in: 1...1_000_000) { gate.minimumSample = sample }
        if let timeout = map["timeout"]?.duration(atLeast: .seconds(1)) { gate.timeout = timeout }
        if let confidence = map["confidence"] { gate.demandsConfidence = demandsConfidence(confidence) }
        if let approval = approval(map["approval"]) { gate.requiresApproval = approval }
        return gate
    }

    /// `required` or `none`.
    static func approval(_ value: YamlValue?) -> Bool? { value?.choice([("required", true), ("none", false)]) }

    private static func demandsConfidence(_ value: YamlValue) -> Bool {
        guard let text = value.text(), text != "none" else { return false }
        if text != "95%" {
            value.error(
                "`confidence` is `\(text.shown)`", "95% is the interval that is drawn and tested; write 95% or none")
        }
        return true
    }
}
