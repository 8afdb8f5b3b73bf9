import FleetCore
import FleetEngine
import Testing

@testable import FleetSimulator

/// What the oracle finds about devices that introduce themselves, and about held ones.
@Suite struct OracleWaitingTests {
    private let ana = Origin(operatorName: "ana", source: "test")
    private let newcomer = DeviceRecord(id: "n", firmware: Tale.old, status: .online, lifecycle: .registered)
    private let two = Report(device: DeviceIndex(0), body: .twoUnderOneID(evidence: "e"))
    private let held = Event.deviceHeld(DeviceIndex(0), .twoUnderOneID(evidence: "e"))

    private func seen(_ devices: UInt32...) -> Tale {
        var tale = Tale()
        tale.takeUp()
        tale.step(
            [], devices.map { .attemptStarted(Tale.update, DeviceIndex($0), attempt: 1) },
            orders: devices.enumerated().map { Tale.order($1, generation: UInt32($0) + 1) })
        return tale
    }

    private func accepted(_ verb: String, _ object: String) -> Event {
        .commandAccepted(CommandRecord(verb: verb, object: object, origin: ana))
    }

    @Test func aSoundCourseBreaksNothing() {
        var tale = seen(0)
        tale.step([two], [held])
        tale.step([.contact(0, Tale.new)])
        tale.step(commands: [.accept(device: "d0")], [accepted("accept", "d0"), .deviceAccepted(DeviceIndex(0))])
        tale.step([.contact(0, Tale.old)], orders: [Tale.order(0, generation: 1)])
        tale.goOn()
        #expect(tale.oracle.violations == [])
    }

    @Test func nobodyComesIntoServiceAlone() {
        var uncalled = seen()
        uncalled.step([], [.deviceIntroduced(newcomer, [])])
        #expect(uncalled.broken == [10])
        var active = newcomer
        active.lifecycle = .active
        var bold = Tale()
        bold.commit(.deviceIntroduced(active, []))
        #expect(bold.broken == [16])
        var unasked = seen()
        unasked.step([two], [held])
        unasked.step([], [.deviceAccepted(DeviceIndex(0))])
        #expect(unasked.broken == [7])
    }

    @Test func aHeldDeviceIsToldNothing() {
        var told = seen(0)
        told.step([two], [held])
        told.step([.contact(0, Tale.old)], orders: [Tale.order(0, generation: 1)])
        #expect(told.broken == [16])
        var started = seen()
        started.step([two], [held])
        started.step([], [.attemptStarted(Tale.update, DeviceIndex(0), attempt: 1)])
        #expect(started.broken.contains(16))
    }

    @Test func whatAHeldDeviceSaysDoesNotCount() {
        var tale = seen(0)
        tale.step([two], [held])
        tale.step(
            [.contact(0, Tale.new)],
            [.firmwareReported(DeviceIndex(0), Tale.new), .assignmentCompleted(Tale.update, DeviceIndex(0))])
        #expect(tale.broken == [10])
    }

    @Test func aCloneMustBeHeld() {
        var tale = seen()
        tale.step([two])
        tale.goOn()
        #expect(tale.broken == [16])
    }

    @Test func filesEndNoHold() {
        var tale = seen()
        tale.step([two], [held])
        var record = tale.records[0]
        record.name = "other"
        tale.step(
            commands: [.register([record])],
            [accepted("register", "1 device"), .deviceRevised(DeviceIndex(0), record)])
        #expect(tale.broken == [16])
    }
}
