import Testing

@testable import FleetCore

/// Devices that the registry does not know wait until an operator says what they are.
@Suite struct IntroductionTests {
    private var fixture = CoreFixture(sites: 2, terminals: 1)

    @Test mutating func aNewcomerWaitsAndIsShownWithWhatItSays() throws {
        _ = fixture.machine.takeFacts()
        #expect(fixture.introduce("till-9", [Tag("serial", "A1")], firmware: CoreFixture.old) == nil)
        let record = DeviceRecord(
            id: "till-9", site: "till-9", timeZone: fixture.machine.state.settings.timeZone,
            firmware: CoreFixture.old, status: .online, lifecycle: .registered)
        #expect(
            fixture.machine.takeFacts() == [Fact(at: fixture.now, .deviceIntroduced(record, [Tag("serial", "A1")]))])
        let devices = fixture.machine.state.devices
        let device = try #require(devices.index(of: "till-9"))
        #expect(devices.introduced(device) == fixture.now)
        #expect(devices.tags(device) == [Tag("serial", "A1")])
        #expect(devices.fleetCount.active == 2)
        #expect(devices.hasDescribedItself(device))
        #expect(fixture.machine.presence.lastSeen(device) == fixture.now)
    }

    @Test mutating func itGetsNothingUntilItIsAccepted() {
        fixture.introduce("till-9", firmware: CoreFixture.old)
        fixture.start(CoreFixture.update("first"))
        #expect(fixture.state("first", "till-9") == nil)
        #expect(fixture.command(.accept(device: "till-9")) == nil)
        #expect(fixture.lifecycle("till-9") == .active)
        #expect(fixture.machine.state.devices.introducedCount == 0)
        fixture.start(CoreFixture.update("second"))
        #expect(fixture.state("second", "till-9") == .inProgress)
        #expect(fixture.command(.accept(device: "till-9"))?.message == "till-9 is in service")
    }

    @Test mutating func oneThatWasRefusedDoesNotComeBack() {
        fixture.introduce("till-9")
        #expect(fixture.command(.refuse(device: "till-9")) == nil)
        #expect(fixture.lifecycle("till-9") == .decommissioned)
        _ = fixture.machine.takeFacts()
        #expect(fixture.introduce("till-9") == nil)
        #expect(fixture.machine.takeFacts() == [])
        #expect(fixture.command(.refuse(device: "till-9"))?.message == "till-9 is decommissioned")
        #expect(fixture.command(.refuse(device: "pos-0-0"))?.remedy == "decommission it to take it out")
        #expect(fixture.command(.accept(device: "till-8"))?.message == "there is no device till-8")
        #expect(fixture.command(.accept(device: "till-9")) == nil)
        #expect(fixture.lifecycle("till-9") == .active)
    }

    @Test mutating func noMoreThanAThousandWait() {
        for number in 0..<Introduction.mostWaiting { #expect(fixture.introduce("till-\(number)") == nil) }
        _ = fixture.machine.takeFacts()
        #expect(fixture.introduce("late")?.message == "1000 devices wait for acceptance already")
        #expect(fixture.machine.takeFacts() == [])
        #expect(fixture.introduce("till-5") == nil)
        fixture.command(.refuse(device: "till-5"))
        #expect(fixture.introduce("late") == nil)
    }

    @Test(arguments: ["", String(repeating: "x", count: 129), "a\nb", "\u{7f}"])
    mutating func anIDThatNoFileMayHaveIsNotTakenIn(_ id: String) {
        _ = fixture.machine.takeFacts()
        #expect(fixture.introduce(id) != nil)
        #expect(fixture.machine.takeFacts() == [])
    }

    @Test mutating func theFilesAcceptWhomTheyName() {
        fixture.introduce("till-9", [Tag("serial", "A1"), Tag("type", "kiosk")])
        var record = CoreFixture.record(site: 0, terminal: 0)
        record.id = "till-9"
        fixture.command(.register([record]))
        let devices = fixture.machine.state.devices
        #expect(fixture.lifecycle("till-9") == .active)
        #expect(devices.introducedCount == 0)
        #expect(devices.site(DeviceIndex(2)) == "site-0")
        #expect(devices.tags(DeviceIndex(2)) == [Tag("serial", "A1"), Tag("type", "flagship")])
        #expect(devices.record(DeviceIndex(2)).tags == [Tag("type", "flagship")])
    }

    /// What files say of a device that is known, and what becomes of it.
    @Test(arguments: [
        (DeviceLifecycle.active, DeviceLifecycle.registered, DeviceLifecycle.active),
        (.active, .decommissioned, .decommissioned), (.decommissioned, .active, .decommissioned),
        (.decommissioned, .registered, .decommissioned), (.registered, .active, .active),
        (.registered, .decommissioned, .decommissioned),
    ])
    mutating func anOperatorsWordOutlivesTheFiles(
        _ before: DeviceLifecycle, _ filed: DeviceLifecycle, _ after: DeviceLifecycle
    ) {
        var record = DeviceRecord(id: "till-9", firmware: CoreFixture.old)
        fixture.introduce("till-9")
        if before == .active { fixture.command(.accept(device: "till-9")) }
        if before == .decommissioned { fixture.command(.refuse(device: "till-9")) }
        record.lifecycle = filed
        fixture.command(.register([record]))
        #expect(fixture.lifecycle("till-9") == after)
    }
}
