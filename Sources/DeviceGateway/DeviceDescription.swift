import FleetCore

/// What a device says of itself.
struct DeviceDescription: Hashable {
    /// The names under which a device may say which release it runs, the first that is there.
    static let firmwareNames = ["firmware", "version"]

    /// What it says, sorted by name.
    var tags: [Tag]
    /// The release that it says it runs; nil: it says none.
    var firmware: Version?

    /// Reads the body of a `configData`; nil: it is not to be read.
    init?(reading body: some Sequence<UInt8>) {
        guard let root = LenientJSON.object(body), let data = root["data"] as? [String: Any] else { return nil }
        let texts = data.compactMapValues { $0 as? String }
        tags = texts.map { Tag($0.key, $0.value) }.sorted()
        firmware = Self.firmware(in: tags)
    }

    /// The release that a device says it runs; nil: it says none.
    static func firmware(in tags: [Tag]) -> Version? {
        firmwareNames.lazy.compactMap { name in tags.first { $0.name == name } }.first.flatMap { Version($0.value) }
    }

    /// What tells it from other devices, whatever release it runs.
    var identity: String {
        tags.filter { !Self.firmwareNames.contains($0.name) }.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
    }
}
