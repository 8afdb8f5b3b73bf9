import FleetCore
import Foundation

/// What a device says of itself.
struct DeviceDescription: Hashable {
    /// The names under which a device may say which release it runs, the first that is there.
    static let firmwareNames = ["firmware", "version"]

    /// What becomes of what the device said before. hawkBit's own, with its default.
    enum Mode: String {
        /// It stays where nothing else is said.
        case merge
        /// It goes.
        case replace
        /// What is named now goes, whatever its value.
        case remove
    }

    var mode: Mode
    /// What it says, sorted by name.
    var tags: [Tag]
    /// The names that it names, with a value or without.
    var names: Set<String>

    /// What came of reading a body.
    enum Reading: Hashable {
        case description(DeviceDescription)
        /// It was to be one, but a text in it breaks it: swupdate writes the values of attributes as they are, so that a
        /// quotation mark in one is the end of the text.
        case broken
        /// It is none.
        case wrong
    }

    /// Reads the body of a `configData`. A number or a truth is taken for its text, and null for no value any more; what
    /// has an inside is no value.
    static func read(_ body: some Collection<UInt8>) -> Reading {
        guard !LenientJSON.isTooDeep(body) else { return .wrong }
        guard let root = LenientJSON.object(body) else { return isBroken(body) ? .broken : .wrong }
        guard let data = root["data"] as? [String: Any], let mode = mode(root["mode"]),
            !data.values.contains(where: { $0 is [Any] || $0 is [String: Any] })
        else { return .wrong }
        let tags = data.compactMapValues(text).map { Tag($0.key, $0.value) }.sorted()
        return .description(DeviceDescription(mode: mode, tags: tags, names: Set(data.keys)))
    }

    private static func text(_ value: Any) -> String? {
        guard let number = value as? NSNumber else { return value as? String }
        // A truth is a number of one byte, which is made of no number in JSON.
        return ["c", "B"].contains(String(cString: number.objCType)) ? "\(number.boolValue)" : number.stringValue
    }

    private static func mode(_ said: Any?) -> Mode? {
        guard let said else { return .merge }
        return (said as? String).flatMap { Mode(rawValue: $0) }
    }

    private static func isBroken(_ body: some Collection<UInt8>) -> Bool {
        let text = String(decoding: body, as: UTF8.self)
        return text.first { !$0.isWhitespace } == "{" && text.contains("\"data\"")
    }

    /// What is known of the device after this. What it said last of the release that it runs stays, whatever becomes of
    /// the rest: a device that has ever said that is known by it.
    /// - Parameter former: What was known before, which the engine has bounded; nil: nothing.
    func applied(to former: [Tag]?) -> [Tag] {
        let others = (former ?? []).filter { !names.contains($0.name) }
        let all =
            switch mode {
            // First what is new: it is what there must be room for.
            case .merge: tags + others
            case .replace: tags
            case .remove: others
            }
        let word = (mode == .remove ? nil : Self.firmwareTag(in: tags)) ?? Self.firmwareTag(in: former ?? [])
        guard let word else { return all }
        return [word] + all.filter { $0.name != word.name }
    }

    /// What a device says of the release that it runs.
    enum Told: Hashable {
        case version(Version)
        /// What is no version.
        case unreadable(String)
    }

    /// What it says of the release that it runs; nil: nothing.
    var told: Told? { mode == .remove ? nil : Self.told(in: tags) }

    /// What a device says of the release that it runs; nil: nothing.
    static func told(in tags: [Tag]) -> Told? {
        firmwareTag(in: tags).map { tag in Version(tag.value).map { .version($0) } ?? .unreadable(tag.value) }
    }

    /// The attribute by which it says so. An empty one says nothing.
    private static func firmwareTag(in tags: [Tag]) -> Tag? {
        firmwareNames.lazy.compactMap { name in tags.first { $0.name == name && !$0.value.isEmpty } }.first
    }

    /// What of its attributes tells a device from others, whatever release it runs.
    static func identity(_ tags: [Tag]) -> [String] {
        tags.filter { !firmwareNames.contains($0.name) }.sorted().map { "\($0.name)=\($0.value)" }
    }
}
