import FleetCore
import FleetEngine
import Testing

/// Devices that call by themselves, as a listener hands them on and as consoles see them.
@Suite struct IntroductionTests {
    private func introduction(_ id: String, _ ticket: UInt64) -> EngineInput {
        .introduction(Introduction(id: id, attributes: [Tag("serial", "A1")]), ticket: ticket)
    }

    @Test func theAnswerSaysWhereTheDeviceStands() throws {
        var fixture = try EngineFixture(devices: 2)
        let facts = fixture.log.facts.count
        let replies = fixture.loop.step(
            [introduction("till-9", 1), introduction("till-9", 2), introduction("", 3)], now: fixture.now)
        #expect(replies.map(\.ticket) == [1, 2, 3])
        #expect(replies.map(\.device) == [DeviceIndex(2), DeviceIndex(2), nil])
        #expect(replies.map { $0.refusal?.message } == [nil, nil, "the id of a device is empty"])
        #expect(fixture.log.facts.count == facts + 1)
    }

    @Test func nothingIsAnsweredThatIsNotDurable() throws {
        var fixture = try EngineFixture(devices: 2)
        fixture.log.appendsLeft = 0
        let replies = fixture.loop.step([introduction("till-9", 1)], now: fixture.now)
        #expect(replies.first?.refusal?.message.contains("the disk is full") == true)
        #expect(fixture.loop.step([introduction("till-9", 2)], now: fixture.now).first?.refusal != nil)
    }

    @Test func aListThatIsFullSaysSo() throws {
        var fixture = try EngineFixture(devices: 2)
        for number in 1..<UInt64(Introduction.mostWaiting) {
            _ = fixture.loop.step([introduction("till-\(number)", number)], now: fixture.now)
        }
        #expect(
            fixture.loop.view(ViewQuery(), now: fixture.now).alerts.map(\.text) == ["999 devices wait for acceptance"])
        _ = fixture.loop.step([introduction("till-0", 0)], now: fixture.now)
        #expect(
            fixture.loop.view(ViewQuery(), now: fixture.now).alerts.map(\.text) == [
                "1000 devices wait for acceptance: the list is full, no other is taken in"
            ])
    }

    @Test func consolesSeeWhoWaitsAndWhoIsHeld() throws {
        var fixture = try EngineFixture(devices: 2)
        _ = fixture.loop.step([introduction("till-8", 1), introduction("till-9", 2)], now: fixture.now)
        let two = Report(device: DeviceIndex(0), body: .twoUnderOneID(evidence: "two addresses"))
        _ = fixture.loop.step([.report(two)], now: fixture.now)
        var query = ViewQuery()
        query.eventCount = 3
        query.detail = "till-9"
        var view = fixture.loop.view(query, now: fixture.now)
        #expect(
            view.alerts.map(\.text) == [
                "pos-0 is held: two devices under one id (two addresses)", "2 devices wait for acceptance",
            ])
        #expect(view.alerts.map(\.severity) == [.warning, .caution])
        #expect(
            view.events.map(\.text) == [
                "pos-0 HELD: two devices under one id (two addresses)", "till-9 called in, and waits",
                "till-8 called in, and waits",
            ])
        #expect(view.detail?.described == [Tag("serial", "A1")])
        #expect(view.detail?.waitsSince == fixture.now)
        fixture.command(.accept(device: "till-9"))
        fixture.command(.accept(device: "pos-0"))
        query.detail = "pos-0"
        view = fixture.loop.view(query, now: fixture.now)
        #expect(view.alerts.map(\.text) == ["till-8 waits for acceptance"])
        #expect(
            view.detail?.timeline.map(\.text).prefix(2) == [
                "pos-0 accepted", "pos-0 HELD: two devices under one id (two addresses)",
            ])
    }

    /// An acknowledgement covers what was there when it was given.
    @Test func anAlertIsNewWhenSomethingCame() throws {
        var fixture = try EngineFixture(devices: 2)
        _ = fixture.loop.step([introduction("till-8", 1)], now: fixture.now)
        let first = fixture.loop.view(ViewQuery(), now: fixture.now).alerts.map(\.id)
        _ = fixture.loop.step([introduction("till-9", 2)], now: fixture.now)
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).alerts.map(\.id) != first)
    }

    @Test func fewAlertsStandForManyHeldDevices() throws {
        var fixture = try EngineFixture(devices: 30)
        let reports = (0..<30).map {
            EngineInput.report(Report(device: DeviceIndex($0), body: .twoUnderOneID(evidence: "")))
        }
        _ = fixture.loop.step(reports, now: fixture.now)
        let alerts = fixture.loop.view(ViewQuery(), now: fixture.now).alerts
        #expect(alerts.count == 21)
        #expect(alerts.contains { $0.text == "10 more devices are held" })
    }
}
