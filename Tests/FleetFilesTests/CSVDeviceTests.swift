import FleetCore
import FleetFiles
import Testing

struct CSVDeviceTests {
    private func load(_ csv: String) throws -> LoadResult {
        var files = FleetFixture.files
        files["devices.json"] = nil
        files["fleet.yaml"] = "version: 1\nname: f"
        files["devices.csv"] = csv
        return try ScratchDirectory(files).load()
    }

    @Test func quotesCommasAndLineEnds() throws {
        let csv =
            "id,name,status,firmware,site,till\r\na,\"A, \"\"the\nfirst\"\"\",online,2.4.1,S,1\r\n\nb,,,2.4.0,S,\n"
        let result = try load(csv)
        #expect(result.lines == [])
        #expect(
            result.definition?.devices == [
                DeviceRecord(
                    id: "a", name: "A, \"the\nfirst\"", site: "S", tags: [Tag("till", "1")], firmware: Version(2, 4, 1),
                    status: .online),
                DeviceRecord(id: "b", site: "S", firmware: Version(2, 4, 0)),
            ])
    }

    @Test(
        arguments: [
            ("", "devices.csv:1:1: the file is empty; begin it with a line that names the columns"),
            (
                "name,firmware\n",
                "devices.csv:1:1: no column `id`; name the columns in the first line: id,name,address,status,firmware,site,region"
            ),
            ("id,firmwear\n", "devices.csv:1:4: unknown column `firmwear`; did you mean `firmware`?"),
            ("id,id\n", "devices.csv:1:4: duplicate column `id`; keep one of them"),
            ("id,\n", "devices.csv:1:4: a column without a name; name it"),
            (
                "id,firmware,site\na,1\n",
                "devices.csv:2:1: 2 fields where the first line names 3; is a comma or a quote missing?"
            ),
            (
                "id,firmware,site\na,1,\"x\"y\n",
                "devices.csv:2:8: text after the closing quote; double the quotes inside a field"
            ),
            (
                "id,firmware,site\na,1,x\"y\n",
                "devices.csv:2:6: a quote inside a field without quotes; put the field in quotes and double the quotes inside"
            ),
            ("id,firmware,site\na,1,\"x\ny\n", "devices.csv:2:5: a quote that is never closed; close it"),
            ("id,firmware,site\né\u{1b},1,x\n", "devices.csv:2:2: a control character in a field; remove it"),
            (
                "id,firmware,site\na,1,x\na,1,x\n",
                "devices.csv:3:1: duplicate device id `a`, first on line 2; give each device an id of its own"
            ),
            ("id,firmware,site\n,1,x\n", "devices.csv:2:1: a device without `id`; give every device an id of its own"),
        ])
    func mistakes(csv: String, expected: String) throws {
        let result = try load(csv)
        #expect(result.errors.map(\.description).first == expected)
        #expect(result.definition == nil)
    }
}
