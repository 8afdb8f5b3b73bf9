import FleetCore
import Foundation

@testable import FleetFiles

extension FuzzReader {
    /// The readers of device files.
    static let devices = [
        FuzzReader(
            "devices-json", longestInput: 1024,
            words: deviceKeys.map { "\"\($0)\":" } + deviceValues.map { "\"\($0)\"" } + [
                "null", "true", "-1.5e3", "\\u00e9", "\\ud83d\\ude00", "{}", "[]", "},{", "[{", "}]", "\u{feff}",
            ]
        ) { bytes in
            let devices = try DeviceFile.check(bytes) { (intake) throws(ReadFault) in
                var reader = JSONDeviceReader(ByteWindow(bytes), onProgress: { _, _ in })
                try reader.read(into: &intake)
            }
            guard devices != nil else { return false }
            let isJSON = (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil
            try demand(isJSON, "what Foundation refuses as JSON is accepted")
            return true
        },
        FuzzReader(
            "devices-csv", longestInput: 1024,
            words: deviceKeys + deviceValues + ["\"", "\"\"", "\r\n", "id,firmware\n", "\u{feff}"]
        ) { bytes in
            let devices = try DeviceFile.check(bytes) { (intake) throws(ReadFault) in
                var reader = CSVDeviceReader(ByteWindow(bytes), onProgress: { _, _ in })
                try reader.read(into: &intake)
            }
            return devices != nil
        },
    ]

    private static let deviceKeys = DeviceField.keys + ["idd", "till", "firmwar"]
    private static let deviceValues = [
        "online", "offline", "unknown", "ofline", "active", "decommissioned", "2.3.1", "2.4.0-rc.1+5",
        "America/New_York", "Europe/Berlin", "2026-03-07T22:15:00Z", "north", "N-1",
    ]
}

/// A device file in memory, read as `muster` reads it.
private enum DeviceFile {
    /// What reads the bytes into the intake.
    typealias Reading = (inout DeviceIntake) throws(ReadFault) -> Void

    private static let zones = ZoneMap(
        fleet: "Etc/UTC", regions: ["north": "America/New_York"], sites: ["S-1": "Europe/Berlin"])

    /// The devices; nil if something is wrong with the file.
    static func check(_ bytes: [UInt8], _ read: Reading) throws -> [DeviceRecord]? {
        let log = ProblemLog()
        var intake = DeviceIntake(scope: FileScope(path: "devices", log: log), zones: zones)
        do throws(ReadFault) {
            try read(&intake)
            intake.finishFile()
        } catch {
            intake.scope.error(error.place, error.message, error.remedy)
        }
        try log.summary().listed.check(in: bytes)
        for device in intake.devices { try check(device) }
        if log.errorCount > 0 { return nil }
        try demandSame(Set(intake.devices.map(\.id)).count, intake.devices.count, "devices with ids of their own")
        try demand(intake.devices.allSatisfy { intake.knows($0.id) }, "a device is not known by its id")
        return intake.devices
    }

    private static func check(_ device: DeviceRecord) throws {
        try demand((1...128).contains(device.id.utf8.count), "an id of \(device.id.utf8.count) bytes")
        try demand(!device.id.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "an id with a control character")
        try demand((1...128).contains(device.site.utf8.count), "a site of \(device.site.utf8.count) bytes")
        try demand(device.name.utf8.count <= 512 && device.location.utf8.count <= 512, "a long name or location")
        try demand(device.address.utf8.count <= 1024 && device.region.utf8.count <= 128, "a long address or region")
        try demand(Zone(identifier: device.timeZone) != nil, "there is no zone \(device.timeZone)")
        try demandSame(Version(device.firmware.description), device.firmware, "the firmware is read back")
        try check(device.tags)
        try FactBytes.demandKept(.deviceRegistered(device))
    }

    private static func check(_ tags: [Tag]) throws {
        try demand(tags.count <= DeviceIntake.maximumTags, "\(tags.count) tags")
        try demandSame(tags.sorted(), tags, "tags are sorted")
        for tag in tags {
            try demand((1...DeviceIntake.maximumTagBytes).contains(tag.name.utf8.count), "a tag's name: \(tag.name)")
            try demand(tag.value.utf8.count <= DeviceIntake.maximumTagBytes, "a long value of a tag")
        }
    }
}

/// Facts as the journal keeps them.
enum FactBytes {
    /// Throws unless a fact of this event is the same after it was written and read: what a file brings in must still be
    /// there after a restart.
    static func demandKept(_ event: Event) throws {
        let fact = Fact(at: Timestamp(milliseconds: 0), event)
        do {
            try demandSame(try FactCoder.decode(FactCoder.encode(fact)), fact, "the journal keeps what was read")
        } catch let error as DecodingFailure {
            throw BrokenProperty("the journal cannot be read: \(error)")
        }
    }
}
