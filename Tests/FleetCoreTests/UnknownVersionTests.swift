import Testing

@testable import FleetCore

/// A device that has never told its version: nothing is taken for it.
@Suite struct UnknownVersionTests {
    private var fixture = CoreFixture(sites: 1, terminals: 1) { $0.floor.untouched = 0 }

    @Test mutating func whoOnlyCalledHasSaidNothingOfItselfUntilItDoes() throws {
        fixture.introduce("till-9")
        let device = try #require(fixture.machine.state.devices.index(of: "till-9"))
        #expect(!fixture.machine.state.devices.hasDescribedItself(device))
        _ = fixture.machine.takeFacts()
        fixture.report("till-9", .described([]))
        #expect(fixture.machine.takeFacts() == [Fact(at: fixture.now, .deviceDescribed(device, []))])
        #expect(fixture.machine.state.devices.hasDescribedItself(device))
        #expect(fixture.machine.state.devices.firmware(device).shown == "unknown")
        fixture.report("till-9", .contacted(firmware: CoreFixture.old))
        #expect(fixture.machine.state.devices.firmware(device).shown == "1.0.0")
    }

    /// As a tag that a device does not have.
    @Test(arguments: [
        ("firmware < 1.0.0", false), ("firmware <= 0.0.0", false), ("firmware >= 0.0.0", false),
        ("firmware = 0.0.0", false), ("firmware in (0.0.0, 1.0.0)", false), ("firmware != 1.0.0", true),
        ("firmware not in (1.0.0)", true), ("not firmware >= 0.0.0", true), ("firmware < 1 or region = west", false),
    ])
    mutating func noVersionIsComparedWithIt(_ row: (text: String, isNamed: Bool)) throws {
        let selector = try Selector(parsing: row.text)
        #expect(selector.matches(SampleDevice(firmware: .unknown), now: fixture.now) == row.isNamed)
        fixture.introduce("till-9")
        let state = fixture.machine.state
        let found = state.places(.selector(selector), presence: fixture.machine.presence, now: fixture.now)
        #expect(found[1] == row.isNamed)
    }

    @Test mutating func aSearchFindsItAsItIsShown() {
        #expect(DeviceFilter.text("unknown").matches(SampleDevice(firmware: .unknown), now: fixture.now))
        #expect(!DeviceFilter.text("0.0.0").matches(SampleDevice(firmware: .unknown), now: fixture.now))
        fixture.introduce("till-9")
        let state = fixture.machine.state
        #expect(!state.places(.text("0.0.0"), presence: fixture.machine.presence, now: fixture.now)[1])
    }

    private mutating func bring(_ device: String) {
        fixture.report(device, .reached(.installing))
        fixture.report(device, .restarted)
        fixture.report(device, .contacted(firmware: CoreFixture.new))
    }

    private mutating func rollBack() -> Refusal? {
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
    }

    @Test mutating func aRollbackSaysWhyItCannotSendItBack() throws {
        fixture.introduce("till-9")
        fixture.command(.accept(device: "till-9"))
        var definition = CoreFixture.update()
        definition.selector = try Selector(parsing: "id = till-9")
        fixture.start(definition)
        bring("till-9")
        #expect(fixture.state("u", "till-9") == .completed)
        let refusal = rollBack()
        #expect(refusal?.message == "no device of u can be sent back: what it ran before is not known")
        #expect(refusal?.remedy == "start an update to the release that they are to run")
    }

    /// One that was tried, and told no version before nor since, is not known to be back where it was.
    @Test mutating func whoNeverToldAVersionIsNotTakenToBeBack() throws {
        fixture.introduce("till-9")
        fixture.command(.accept(device: "till-9"))
        fixture.start(CoreFixture.update())
        fixture.report("till-9", .reached(.installing))
        fixture.report("till-9", .gaveUp(FailureCause(code: "wrong model", isPermanent: true)))
        bring("pos-0-0")
        #expect(rollBack() == nil)
        let record = try #require(fixture.machine.state.update("u/rollback"))
        let device = try #require(fixture.machine.state.devices.index(of: "till-9"))
        let position = try #require(record.assignments.position(of: device))
        #expect(record.assignments.reason(position) == .releaseMissing(.unknown))
        #expect(record.assignments.reason(position)?.description == "what it ran before is not known")
    }
}
