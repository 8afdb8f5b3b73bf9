import FleetCore
import FleetFiles
import Testing

struct LargeFleetTests {
    private static let count = 20_000

    private static func device(_ number: Int) -> String {
        """
          {
            "id": "pos-\(number)",
            "name": "Store \(number / 4) - Terminal \(number % 4 + 1)",
            "address": "https://pos-\(number).retailcorp.com:8443",
            "status": "online",
            "firmware_version": "2.3.1",
            "location": "Town \(number / 400)",
            "metadata": {"store_id": "S-\(number / 4)", "region": "north", "type": "standard"}
          }
        """
    }

    @Test func aLargeFileIsReadWithProgress() throws {
        let json = "[\n" + (0..<Self.count).map(Self.device).joined(separator: ",\n") + "\n]\n"
        let fleet = "version: 1\nname: large\nzones: {north: America/New_York}"
        let directory = try ScratchDirectory(["fleet.yaml": fleet, "devices.json": json])
        var steps: [LoadProgress] = []
        let result = directory.load(progress: { steps.append($0) })
        #expect(result.lines == [])
        let devices = try #require(result.definition?.devices)
        #expect(devices.count == Self.count)
        #expect(devices[12_345].id == "pos-12345")
        #expect(devices[12_345].site == "S-3086")
        #expect(devices[12_345].tags == [Tag("type", "standard")])
        let total = Int64(json.utf8.count)
        #expect(steps.count > 10)
        #expect(steps.allSatisfy { $0.file == "devices.json" && $0.bytesTotal == total })
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.bytesRead <= $1.bytesRead && $0.devices <= $1.devices })
        #expect(
            steps.last == LoadProgress(file: "devices.json", bytesRead: total, bytesTotal: total, devices: Self.count))
    }

    @Test func aMistakeFarInsideHasItsPlace() throws {
        var devices = (0..<Self.count).map(Self.device)
        devices[15_000] = "  {\"id\": \"pos-3\", \"firmware_version\": \"1\", \"site\": \"s\"}"
        let directory = try ScratchDirectory([
            "fleet.yaml": "version: 1\nname: large", "devices.json": "[\n" + devices.joined(separator: ",\n") + "\n]\n",
        ])
        let result = directory.load()
        // Nine lines a device; the first device begins on line 2, its id on line 3.
        #expect(
            result.lines == [
                "devices.json:135002:10: duplicate device id `pos-3`, first on line 30; give each device an id of its own"
            ])
    }
}
