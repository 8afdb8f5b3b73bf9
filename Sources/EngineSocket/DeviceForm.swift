import FleetCore

/// A device as somebody writes it down to have it registered; checked before it is a record.
public struct DeviceForm: Codable, Hashable, Sendable {
    /// The longest id, and the longest other text, in bytes.
    public static let longestId = 128, longestText = 512
    /// The most tags.
    public static let mostTags = 64

    /// Unique in the fleet.
    public var id: String
    /// What people call it.
    public var name = ""
    /// Where it is reached; may be empty.
    public var address = ""
    /// Its store; empty: one of its own.
    public var site = ""
    /// Its site's region.
    public var region = ""
    /// A place for people to read.
    public var location = ""
    /// Its time zone's IANA name.
    public var timeZone = "Etc/UTC"
    /// The release that it runs.
    public var firmware: String
    /// Everything else that is known, by name.
    public var tags: [String: String] = [:]

    /// A form with an id and a release.
    public init(id: String, firmware: String) {
        self.id = id
        self.firmware = firmware
    }

    /// The record.
    /// - Throws: What in it cannot be, and what to write instead.
    public func makeRecord() throws(Refusal) -> DeviceRecord {
        try Self.check("the id", id, longest: Self.longestId)
        guard !id.isEmpty else { throw Refusal("the id is empty", remedy: "give every device an id of its own") }
        if let problem = DeviceRecord.problem(ofNewID: id) { throw problem }
        for (what, text) in [
            ("the name", name), ("the address", address), ("the site", site), ("the region", region),
            ("the location", location),
        ] { try Self.check(what, text, longest: Self.longestText) }
        guard let version = Version(firmware) else {
            throw Refusal("`\(firmware)` is not a version", remedy: "write it like 2.4.1 or 2.4.1-rc.1")
        }
        guard Zone(identifier: timeZone) != nil else {
            throw Refusal("`\(timeZone)` is not a time zone", remedy: "use an IANA name such as America/New_York")
        }
        return DeviceRecord(
            id: id, name: name, address: address, site: site.isEmpty ? id : site, region: region, location: location,
            tags: try makeTags(), timeZone: timeZone, firmware: version)
    }

    private func makeTags() throws(Refusal) -> [Tag] {
        guard tags.count <= Self.mostTags else {
            throw Refusal("there are more than \(Self.mostTags) tags", remedy: "keep those that selectors need")
        }
        for (name, value) in tags {
            guard !name.isEmpty else { throw Refusal("a tag has no name", remedy: "write it as NAME=VALUE") }
            try Self.check("the name of a tag", name, longest: Self.longestText)
            try Self.check("tag \(name)", value, longest: Self.longestText)
        }
        return tags.map { Tag($0.key, $0.value) }.sorted()
    }

    private static func check(_ what: String, _ text: String, longest: Int) throws(Refusal) {
        guard text.utf8.count <= longest else {
            throw Refusal("\(what) is longer than \(longest) bytes", remedy: "shorten it")
        }
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
            throw Refusal("\(what) has a control character", remedy: "remove it")
        }
    }
}
