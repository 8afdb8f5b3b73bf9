import EngineSocket
import FleetCore
import Testing

/// A device that somebody writes down is checked before it is a record.
@Suite struct DeviceFormTests {
    private func form(_ change: (inout DeviceForm) -> Void) -> DeviceForm {
        var form = DeviceForm(id: "till-9", firmware: "2.3.1")
        change(&form)
        return form
    }

    @Test func aWholeForm() throws {
        let form = form {
            $0.name = "Till 9"
            $0.site = "S-1"
            $0.region = "west"
            $0.timeZone = "America/Los_Angeles"
            $0.tags = ["type": "kiosk", "lane": "4"]
        }
        #expect(
            try form.makeRecord()
                == DeviceRecord(
                    id: "till-9", name: "Till 9", site: "S-1", region: "west",
                    tags: [Tag("lane", "4"), Tag("type", "kiosk")], timeZone: "America/Los_Angeles",
                    firmware: Version(2, 3, 1)))
    }

    /// As in the files: a device without a site is one of its own.
    @Test func aSiteOfItsOwn() throws {
        #expect(try form { _ in }.makeRecord().site == "till-9")
    }

    @Test func whatCannotBe() {
        let long = String(repeating: "a", count: 513)
        for (change, says) in [
            ({ $0.id = "" }, "the id is empty"),
            ({ $0.id = String(repeating: "a", count: 129) }, "the id is longer than 128 bytes"),
            ({ $0.id = "a\u{1b}b" }, "the id has a control character"),
            ({ $0.id = "till-9 " }, "the id of a device begins or ends with a blank"),
            ({ $0.id = "till\u{200b}-9" }, "the id of a device has a character that is not seen"),
            ({ $0.name = "a\nb" }, "the name has a control character"),
            ({ $0.site = long }, "the site is longer than 512 bytes"),
            ({ $0.firmware = "latest" }, "`latest` is not a version"),
            ({ $0.timeZone = "Mars/Olympus" }, "`Mars/Olympus` is not a time zone"),
            ({ $0.tags = ["": "x"] }, "a tag has no name"),
            ({ $0.tags = ["x": long] }, "tag x is longer than 512 bytes"),
            (
                { $0.tags = Dictionary(uniqueKeysWithValues: (0..<65).map { ("\($0)", "") }) },
                "there are more than 64 tags"
            ),
        ] as [((inout DeviceForm) -> Void, String)] {
            let refusal = #expect(throws: Refusal.self) { try form(change).makeRecord() }
            #expect(refusal?.message == says)
            #expect(refusal?.remedy.isEmpty == false)
        }
    }
}
