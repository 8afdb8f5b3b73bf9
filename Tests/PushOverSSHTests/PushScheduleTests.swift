import FleetCore
import Testing

@testable import PushOverSSH

@Suite struct PushScheduleTests {
    private let now = ContinuousClock.now

    private func targets(_ count: Int) -> [PushTarget] {
        (0..<count).map { PushTarget(device: DeviceIndex(UInt32($0)), id: "pos-\($0)", address: "ssh://u@h") }
    }

    @Test func noMoreThanSoManyAtOnce() {
        var schedule = PushSchedule(mostPushes: 2, mostLooks: 3)
        schedule.take(targets(10), now: now)
        for device in 0..<5 { schedule.order(DeviceIndex(UInt32(device))) }
        let later = ContinuousClock.now
        let taken = schedule.takeDue(now: later)
        #expect(taken.count { $0.carries } == 2)
        #expect(taken.count { !$0.carries } == 3)
        #expect(schedule.takeDue(now: later).isEmpty)
        for (target, carries) in taken {
            schedule.ended(target.device, carried: carries, .done, now: later, heartbeat: .seconds(60))
        }
        let next = schedule.takeDue(now: later)
        #expect(next.count == 4)
        #expect(Set(next.map { $0.0.device }).isDisjoint(with: taken.map { $0.0.device }))
    }

    @Test func noneIsVisitedTwiceAtOnce() {
        var schedule = PushSchedule(mostPushes: 5, mostLooks: 5)
        schedule.take(targets(1), now: now)
        #expect(schedule.takeDue(now: now).count == 1)
        schedule.order(DeviceIndex(0))
        #expect(schedule.takeDue(now: ContinuousClock.now).isEmpty)
        schedule.ended(DeviceIndex(0), carried: false, .done, now: now, heartbeat: .seconds(60))
        #expect(schedule.takeDue(now: now).map { $0.carries } == [true])
    }

    @Test func anOrderThatComesBeforeTheRegistryIsKept() {
        var schedule = PushSchedule(mostPushes: 5, mostLooks: 5)
        schedule.order(DeviceIndex(0))
        schedule.order(DeviceIndex(7))
        schedule.take(targets(1), now: now)
        #expect(schedule.takeDue(now: now).map { $0.carries } == [true])
    }

    @Test func whoIsGoneIsNotVisited() {
        var schedule = PushSchedule(mostPushes: 5, mostLooks: 5)
        schedule.take(targets(2), now: now)
        schedule.take(targets(1), now: now)
        #expect(schedule.takeDue(now: now).map { $0.0.id } == ["pos-0"])
        schedule.ended(DeviceIndex(0), carried: false, .done, now: now, heartbeat: .seconds(60))
        #expect(schedule.takeDue(now: now + .seconds(59)).isEmpty)
        #expect(schedule.takeDue(now: now + .seconds(60)).count == 1)
    }
}
