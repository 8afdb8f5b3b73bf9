import FleetCore

/// Takes in devices field by field, from whatever format, and checks what it can where it stands.
struct DeviceIntake {
    /// Devices in one fleet.
    static let maximumDevices = 4_000_000
    /// Tags of one device.
    static let maximumTags = 64
    /// The longest name or value of a tag, in bytes.
    static let maximumTagBytes = 512

    let scope: FileScope
    private(set) var devices: [DeviceRecord] = []
    var texts = SharedTexts()

    private let zones: ZoneMap
    private var ids = DeviceIds()
    private var current = DeviceRecord(id: "", timeZone: "", firmware: Version(0, 0, 0))
    private var taken: [Bool] = []
    private var start = Place(line: 1, column: 1)
    private var idPlace = Place(line: 1, column: 1)
    private var seenAt: Timestamp?
    private var isFaulty = false
    private var knownZones: [String: Bool] = [:]
    private var unmappedRegions: [String: Int] = [:]
    private var siteless = 0
    /// Devices with an address of SSH.
    private var pushed = 0
    private static let nothingTaken = [Bool](repeating: false, count: DeviceField.allCases.count)

    init(scope: FileScope, zones: ZoneMap) {
        self.scope = scope
        self.zones = zones
    }

    /// A device begins here.
    mutating func begin(at place: Place) {
        current = DeviceRecord(id: "", timeZone: "", firmware: Version(0, 0, 0))
        taken = Self.nothingTaken
        start = place
        seenAt = nil
        isFaulty = false
    }

    /// One field. A field that was given before with another value is an error.
    mutating func take(_ field: DeviceField, _ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        let before = taken[field.rawValue] ? current : nil
        taken[field.rawValue] = true
        guard bytes.count <= field.maximumBytes else {
            return refuse(place, "`\(field.name)` is longer than \(field.maximumBytes) bytes", "shorten it")
        }
        set(field, bytes, at: place)
        if let before, before != current {
            refuse(place, "`\(field.name)` is given twice, with different values", "keep one of them")
        }
    }

    private mutating func set(_ field: DeviceField, _ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        switch field {
        case .id: setId(bytes, at: place)
        case .name: current.name = String(decoding: bytes, as: UTF8.self)
        case .address: setAddress(bytes, at: place)
        case .location: current.location = texts.text(bytes)
        case .site: current.site = texts.text(bytes)
        case .region: current.region = texts.text(bytes)
        case .status: setStatus(bytes, at: place)
        case .firmware: setFirmware(bytes, at: place)
        case .timeZone: setZone(bytes, at: place)
        case .lastSeen: setLastSeen(bytes, at: place)
        case .lifecycle: setLifecycle(bytes, at: place)
        }
    }

    /// Any text will do for people; one of SSH is dialled, and so has to be one.
    private mutating func setAddress(_ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        current.address = String(decoding: bytes, as: UTF8.self)
        guard SSHAddress.isMeant(by: current.address) else { return }
        pushed += 1
        do throws(SSHAddress.Fault) {
            _ = try SSHAddress(current.address)
        } catch {
            refuse(place, "`address` `\(current.address.shown)` \(error.message)", error.remedy)
        }
    }

    private mutating func setId(_ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        idPlace = place
        current.id = String(decoding: bytes, as: UTF8.self)
        if bytes.isEmpty { refuse(place, "`id` is empty", "give every device an id of its own") }
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            refuse(place, "`id` has a control character", "remove it")
        } else if !bytes.isEmpty, let problem = DeviceRecord.problem(ofNewID: current.id) {
            refuse(place, problem.message, problem.remedy)
        }
    }

    private mutating func setStatus(_ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        if bytes.reads("online") {
            current.status = .online
        } else if bytes.reads("offline") {
            current.status = .offline
        } else if bytes.reads("unknown") || bytes.isEmpty {
            current.status = .unknown
        } else {
            refuseChoice(bytes, "status", DeviceStatus.allCases.map(\.description), at: place)
        }
    }

    private mutating func setLifecycle(_ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let lifecycle = DeviceLifecycle.allCases.first(where: { $0.description == text }) {
            current.lifecycle = lifecycle
        } else if !bytes.isEmpty {
            refuseChoice(bytes, "lifecycle", DeviceLifecycle.allCases.map(\.description), at: place)
        }
    }

    private mutating func setFirmware(_ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let version = texts.version(text) {
            current.firmware = version
        } else {
            refuse(place, "`\(text.shown)` is not a version", "write it like 2.4.1 or 2.4.1-rc.1")
        }
    }

    private mutating func setZone(_ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        let text = texts.text(bytes)
        if text.isEmpty { return }
        let isKnown = knownZones[text] ?? (Zone(identifier: text) != nil)
        // The table stays as small as the world has zones: unknown names are refused, not remembered.
        if isKnown { knownZones[text] = true }
        current.timeZone = text
        if !isKnown { refuse(place, "`\(text.shown)` is not a time zone", "use an IANA name such as America/New_York") }
    }

    private mutating func setLastSeen(_ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        let text = String(decoding: bytes, as: UTF8.self)
        if text.isEmpty { return }
        seenAt = Timestamp(iso: text)
        if seenAt == nil {
            refuse(
                place, "`\(text.shown)` is not a time", "write it in ISO 8601 with its zone, like 2026-03-07T22:15:00Z")
        }
    }

    /// A field that is not one of ours.
    mutating func takeTag(_ name: String, _ bytes: UnsafeBufferPointer<UInt8>, at place: Place) {
        guard (1...Self.maximumTagBytes).contains(name.utf8.count) else {
            return refuse(
                place,
                name.isEmpty
                    ? "a tag without a name" : "the name of a tag is longer than \(Self.maximumTagBytes) bytes",
                "name it in 1 to \(Self.maximumTagBytes) bytes")
        }
        guard bytes.count <= Self.maximumTagBytes else {
            return refuse(place, "tag `\(name.shown)` is longer than \(Self.maximumTagBytes) bytes", "shorten it")
        }
        guard current.tags.count < Self.maximumTags else {
            return refuse(place, "more than \(Self.maximumTags) tags", "keep those that selectors need")
        }
        current.tags.append(Tag(name, texts.text(bytes)))
    }

    /// Something else is wrong with the current device, which is left out.
    mutating func refuse(_ place: Place, _ message: String, _ remedy: String = "") {
        isFaulty = true
        scope.error(place, message, remedy)
    }

    /// A field is a list or an object; it is given, if wrongly, and so not called missing.
    mutating func refuseNested(_ field: DeviceField, at place: Place) {
        taken[field.rawValue] = true
        refuse(place, "`\(field.name)` is a list or an object", "write a text in quotes")
    }

    private mutating func refuseChoice(
        _ bytes: UnsafeBufferPointer<UInt8>, _ name: String, _ choices: [String], at place: Place
    ) {
        let text = String(decoding: bytes, as: UTF8.self)
        let near = NearMiss.best(of: text, among: choices).map { "did you mean `\($0)`?" }
        refuse(place, "unknown \(name) `\(text.shown)`", near ?? "it is one of \(choices.joined(separator: ", "))")
    }

    /// The device is complete.
    mutating func finish() throws(ReadFault) {
        guard devices.count < Self.maximumDevices else {
            throw ReadFault(
                place: start, message: "more than \(Self.maximumDevices) devices", remedy: "split the fleet")
        }
        if !taken[DeviceField.id.rawValue] {
            refuse(start, "a device without `id`", "give every device an id of its own")
        }
        if !taken[DeviceField.firmware.rawValue] {
            refuse(start, "a device without `firmware_version`", "say what it runs, like 2.4.1")
        }
        if isFaulty { return }
        if let first = ids.note(current.id, line: idPlace.line, devices: devices) {
            return scope.error(
                idPlace, "duplicate device id `\(current.id)`, first on line \(first)",
                "give each device an id of its own")
        }
        settle()
        current.lastSeen = seenAt
        devices.append(current)
    }

    private mutating func settle() {
        if current.tags.count > 1 { sortTags() }
        if current.timeZone.isEmpty {
            let (zone, isFallback) = zones.zone(site: current.site, region: current.region)
            current.timeZone = zone
            if isFallback { unmappedRegions[current.region, default: 0] += 1 }
        }
        if current.site.isEmpty {
            siteless += 1
            current.site = current.id
        }
    }

    private mutating func sortTags() {
        current.tags.sort()
        for index in current.tags.indices.dropFirst() where current.tags[index].name == current.tags[index - 1].name {
            scope.error(start, "tag `\(current.tags[index].name.shown)` is given twice", "keep one of them")
        }
    }

    /// Whether a device of this id was taken in.
    func knows(_ id: String) -> Bool { ids.has(id, devices: devices) }

    /// The id that was probably meant; looked for in fleets that a person may have typed.
    func nearMiss(of id: String) -> String? {
        devices.count <= 10_000 ? NearMiss.best(of: id, among: devices.map(\.id)) : nil
    }

    /// Two devices at one address are one terminal, with one folder and one installation at a time, which would be driven for
    /// both. One that is decommissioned is driven no more: another may have come in its place.
    private func warnOfSharedAddresses() {
        var owners: [String: Int] = [:], shared: [(address: String, first: Int, second: Int)] = []
        owners.reserveCapacity(pushed)
        for index in devices.indices where devices[index].lifecycle != .decommissioned {
            guard SSHAddress.isMeant(by: devices[index].address) else { continue }
            // Names of hosts are the same in capitals; those of users are not.
            let parts = devices[index].address.split(separator: "@", maxSplits: 1)
            let address = parts.count == 2 ? "\(parts[0])@\(parts[1].lowercased())" : devices[index].address
            if let owner = owners.updateValue(owners[address] ?? index, forKey: address) {
                shared.append((address, owner, index))
            }
        }
        guard let first = shared.first else { return }
        let more = shared.count - 1
        scope.warning(
            nil,
            "`\(first.address.shown)` is the address of `\(devices[first.first].id.shown)` and of "
                + "`\(devices[first.second].id.shown)`, which is one terminal"
                + (more > 0 ? "; so it is with \(more == 1 ? "1 more device" : "\(more) more devices")" : ""),
            "give each device the address of its own terminal")
    }

    /// Warnings that hold for many devices, one line for each cause.
    /// - Parameter isPushed: Whether the fleet says how terminals are driven by SSH.
    func finishFile(isPushed: Bool = true) {
        if pushed > 0, !isPushed {
            let devices = pushed == 1 ? "1 device has" : "\(pushed) devices have"
            scope.warning(
                nil, "\(devices) an address of ssh://, and nothing says how such terminals are driven",
                "add `push` to fleet.yaml, or they have to call in by themselves")
        }
        if pushed > 1, isPushed { warnOfSharedAddresses() }
        for (region, count) in unmappedRegions.sorted(by: { $0.key < $1.key }) {
            scope.warning(
                nil,
                "region `\(region.shown)` has no time zone, so \(count) of its devices use the fleet's, \(zones.fleet)",
                "add it under `zones` in fleet.yaml")
        }
        if siteless > 0 {
            let devices = siteless == 1 ? "1 device names" : "\(siteless) devices name"
            scope.warning(
                nil, "\(devices) no site, so each counts as a store of its own and no site floor holds",
                "give each its `site`")
        }
    }
}
