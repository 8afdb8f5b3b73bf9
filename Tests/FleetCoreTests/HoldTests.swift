import Testing

@testable import FleetCore

/// Two terminals under one id: out of service until an operator has looked.
@Suite struct HoldTests {
    private var fixture = CoreFixture(sites: 2, terminals: 1)
    private let two = Report.Body.twoUnderOneID(evidence: "10.0.0.1 and 10.0.0.2")

    private func device(_ id: String) -> DeviceIndex {
        fixture.machine.state.devices.index(of: id) ?? DeviceIndex(.max)
    }

    @Test mutating func aHeldDeviceGetsNoOrderAndFailsAtItsDeadline() {
        fixture.start(CoreFixture.update())
        #expect(fixture.machine.state.order(for: device("pos-0-0")) != nil)
        fixture.report("pos-0-0", two)
        #expect(fixture.lifecycle("pos-0-0") == .registered)
        #expect(fixture.machine.state.order(for: device("pos-0-0")) == nil)
        #expect(fixture.machine.state.orders.map(\.device) == [device("pos-1-0")])
        #expect(fixture.state("u", "pos-0-0") == .inProgress)
        fixture.pass(fixture.machine.state.settings.deadlines.offered)
        #expect(fixture.state("u", "pos-0-0") == .failed)
        let record = fixture.machine.state.update("u")
        #expect(record?.causes.map(\.key.code) == ["held"])
        #expect(record?.tally.failures == 1)
    }

    @Test mutating func nothingThatEitherSaysCounts() throws {
        fixture.start(CoreFixture.update())
        let generation = try #require(fixture.machine.state.order(for: device("pos-0-0"))?.generation)
        fixture.report("pos-0-0", .reached(.downloading))
        fixture.report("pos-0-0", two)
        _ = fixture.machine.takeFacts()
        for body: Report.Body in [
            .contacted(firmware: CoreFixture.new), .reached(.installing), .restarted, .received(bytes: 5),
            .gaveUp(.noAnswer), .described([Tag("a", "b")]), two,
        ] {
            fixture.report("pos-0-0", body, generation: generation)
        }
        #expect(fixture.machine.takeFacts() == [])
        #expect(fixture.machine.state.devices.firmware(device("pos-0-0")) == CoreFixture.old)
        // A download of which only a clone can say that it moves does not move its deadline.
        fixture.now = fixture.now + .minutes(1)
        fixture.report("pos-0-0", .received(bytes: 6), generation: generation)
        #expect(fixture.machine.presence.download(device("pos-0-0"), generation: generation) == nil)
    }

    @Test mutating func whatWaitsIsSkippedAndWhatWasToBeTriedAgainFails() {
        fixture.start(CoreFixture.update())
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "disk full", isPermanent: false)))
        #expect(fixture.state("u", "pos-0-0") == .retrying)
        fixture.report("pos-0-0", two)
        #expect(fixture.state("u", "pos-0-0") == .failed)
        #expect(fixture.machine.state.update("u")?.assignments.reason(0).map { "\($0)" } == "held")
        var later = CoreFixture(sites: 2, terminals: 2) { $0.limits.inFlight = 1 }
        later.start(CoreFixture.update())
        let waiting = ["pos-0-0", "pos-0-1", "pos-1-0", "pos-1-1"].first { later.state("u", $0) == .pending } ?? ""
        later.report(waiting, two)
        #expect(later.state("u", waiting) == .skipped)
    }

    @Test mutating func acceptedAgainItGoesOn() {
        fixture.start(CoreFixture.update())
        let order = fixture.machine.state.order(for: device("pos-0-0"))
        fixture.report("pos-0-0", two)
        let since = fixture.now
        #expect(
            fixture.machine.state.devices.hold(device("pos-0-0"))
                == DeviceHold(reason: .twoUnderOneID(evidence: "10.0.0.1 and 10.0.0.2"), since: since))
        #expect(fixture.command(.accept(device: "pos-0-0")) == nil)
        #expect(fixture.machine.state.order(for: device("pos-0-0")) == order)
        #expect(fixture.machine.state.devices.hold(device("pos-0-0")) == nil)
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        #expect(fixture.state("u", "pos-0-0") == .completed)
    }

    @Test mutating func theFilesEndNoHold() {
        fixture.report("pos-0-0", two)
        fixture.command(.register([CoreFixture.record(site: 0, terminal: 0)]))
        #expect(fixture.lifecycle("pos-0-0") == .registered)
        #expect(fixture.machine.state.devices.heldDevices == [device("pos-0-0")])
        fixture.command(.decommission(device: "pos-0-0"))
        #expect(fixture.machine.state.devices.heldDevices == [])
    }

    @Test mutating func aRollbackLeavesItOutAndSaysWhy() {
        fixture.start(CoreFixture.update())
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        fixture.report("pos-0-0", two)
        let set = fixture.machine.state.rollbackSet(UpdateIndex(0))
        #expect(set.targets == [device("pos-1-0")])
        #expect(set.impossible == [Skip(device: device("pos-0-0"), reason: .held)])
    }

    @Test mutating func evidenceIsCutAndHarmless() {
        let evil = "\u{1b}[2J" + String(repeating: "e\u{301}", count: 300)
        fixture.report("pos-0-0", .twoUnderOneID(evidence: evil))
        guard case .twoUnderOneID(let kept)? = fixture.machine.state.devices.hold(device("pos-0-0"))?.reason else {
            return #expect(Bool(false), "it is not held")
        }
        #expect(kept.unicodeScalars.count == HoldReason.mostEvidence)
        #expect(kept.hasPrefix("\u{FFFD}[2J"))
    }

    @Test mutating func anIdleTickOfAHeldAndWaitingFleetIsQuiet() throws {
        fixture.introduce("till-9", [Tag("a", "b")])
        fixture.report("pos-0-0", two)
        let state = fixture.machine.state
        #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
        _ = fixture.machine.takeFacts()
        fixture.pass(.seconds(1))
        #expect(fixture.machine.takeFacts() == [])
    }
}
