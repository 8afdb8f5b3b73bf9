/// What a device file can say of a device; everything else is a tag.
enum DeviceField: Int, CaseIterable {
    case id, name, address, status, firmware, location, site, region, timeZone, lastSeen, lifecycle

    /// The column or key, as messages name it.
    var name: String {
        switch self {
        case .timeZone: "time_zone"
        case .lastSeen: "last_seen"
        case .firmware: "firmware_version"
        default: "\(self)"
        }
    }

    /// The longest value in bytes.
    var maximumBytes: Int {
        switch self {
        case .id: 128
        case .site, .region, .timeZone, .status, .firmware, .lastSeen, .lifecycle: 128
        case .name, .location: 512
        case .address: 1024
        }
    }

    /// What a key of a device, or a column of a CSV file, stands for; nil: something else.
    static func of(key: UnsafeBufferPointer<UInt8>) -> DeviceField? {
        switch key.count {
        case 2: key.reads("id") ? .id : nil
        case 4: key.reads("name") ? .name : key.reads("site") ? .site : nil
        case 6: key.reads("status") ? .status : key.reads("region") ? .region : nil
        case 7: key.reads("address") ? .address : nil
        case 8:
            key.reads("location") ? .location : key.reads("firmware") ? .firmware : key.reads("store_id") ? .site : nil
        case 9:
            key.reads("time_zone")
                ? .timeZone : key.reads("last_seen") ? .lastSeen : key.reads("lifecycle") ? .lifecycle : nil
        case 16: key.reads("firmware_version") ? .firmware : nil
        default: nil
        }
    }

    /// Every key a device may have of its own, for near misses.
    static let keys = [
        "id", "name", "address", "status", "firmware_version", "location", "metadata", "time_zone", "last_seen",
        "lifecycle", "site", "region", "firmware", "store_id",
    ]
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether the bytes are exactly this text.
    func reads(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in 0..<count where self[index] != text.utf8Start[index] { return false }
        return true
    }
}
