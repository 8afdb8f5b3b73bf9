import FleetCore
import FleetSimulator
import Foundation

/// Writes the files of a fleet.
enum DeviceFile {
    /// Writes a fleet directory whose `devices.json` holds so many terminals; gives the size of that file in bytes.
    static func write(_ devices: [DeviceRecord], to folder: String) throws -> Int {
        try "version: 1\nname: benchmark\n".write(toFile: folder + "/fleet.yaml", atomically: true, encoding: .utf8)
        let path = folder + "/devices.json"
        guard let file = fopen(path, "w") else { throw BenchmarkFailure("cannot write \(path)") }
        defer { fclose(file) }
        var text = "[\n"
        for index in devices.indices {
            text += record(devices[index]) + (index + 1 < devices.count ? ",\n" : "\n]\n")
            if text.utf8.count > 1 << 20 || index + 1 == devices.count {
                fputs(text, file)
                text = ""
            }
        }
        return Int(ftell(file))
    }

    private static func record(_ device: DeviceRecord) -> String {
        let tags = device.tags.map { "\"\($0.name)\": \"\($0.value)\"" }.joined(separator: ", ")
        return """
              {"id": "\(device.id)", "name": "\(device.name)", "address": "\(device.address)", \
            "status": "\(device.status)", "firmware_version": "\(device.firmware)", "location": "\(device.location)", \
            "time_zone": "\(device.timeZone)", \
            "metadata": {"store_id": "\(device.site)", "region": "\(device.region)", \(tags)}}
            """
    }
}
