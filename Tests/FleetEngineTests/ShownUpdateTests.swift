import FleetCore
import FleetEngine
import Testing

/// What lists say of an update: numbers that add up at every moment, and the words of consoles.
@Suite struct ShownUpdateTests {
    private func line(_ fixture: EngineFixture, _ id: String = "u") throws -> FleetStatus.Update {
        try #require(fixture.loop.status(now: fixture.now).updates.first { $0.id == id })
    }

    private func sum(_ counts: UpdateCounts) -> Int {
        let ended = counts.done + counts.back + counts.failed + counts.cancelled
        return ended + counts.inFlight + counts.retrying + counts.waiting
    }

    /// Each device counts once, whatever has just become of it.
    private func expectSums(_ fixture: EngineFixture, _ moment: String) {
        for update in fixture.loop.status(now: fixture.now).updates {
            #expect(sum(update.counts) == update.counts.targets, "\(moment): \(update.id), \(update.counts)")
        }
    }

    private func fail(_ device: UInt32, _ code: String, _ fixture: inout EngineFixture) {
        let generation = fixture.loop.state.orders.first { $0.device == DeviceIndex(device) }?.generation
        let cause = FailureCause(code: code, isPermanent: true)
        let report = Report(device: DeviceIndex(device), generation: generation, body: .gaveUp(cause))
        _ = fixture.loop.step([.report(report)], now: fixture.now)
    }

    private func rollBack(_ fixture: inout EngineFixture) {
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))?.refusal == nil)
    }

    /// Does what the orders say: devices drop those that are taken back, and go back by the others.
    private func obey(_ fixture: inout EngineFixture, _ body: (EngineFixture) throws -> Void) rethrows {
        for order in fixture.loop.state.orders {
            if order.isWithdrawn {
                let report = Report(device: order.device, generation: order.generation, body: .dropped)
                _ = fixture.loop.step([.report(report)], now: fixture.now)
            } else {
                fixture.contact(order.device.rawValue, EngineFixture.old)
            }
            try body(fixture)
        }
    }

    @Test func theCountsAddUpOverTheCourseOfARollback() throws {
        var fixture = try EngineFixture(devices: 16)
        var settings = fixture.loop.state.settings
        settings.limits.inFlight = 8
        fixture.command(.configure(settings))
        fixture.command(.start(update: "u"))
        expectSums(fixture, "started")
        let first = fixture.loop.state.orders.map(\.device.rawValue)
        for device in first[..<5] {
            fixture.contact(device, EngineFixture.new)
            expectSums(fixture, "done \(device)")
        }
        fail(first[5], "refused", &fixture)
        // One that was done runs something else.
        fixture.contact(first[0], EngineFixture.old)
        expectSums(fixture, "failed")
        var counts = try line(fixture).counts
        #expect(counts.done == 4 && counts.failed == 2 && counts.waiting == 2 && counts.inFlight == 8, "\(counts)")
        rollBack(&fixture)
        expectSums(fixture, "rolled back")
        for round in 0..<10 {
            try obey(&fixture) { now in
                let back = try line(now).counts.back
                #expect(back >= counts.back)
                counts = try line(now).counts
                expectSums(now, "round \(round)")
            }
        }
        #expect(counts.done == 0 && counts.back == 4 && counts.failed == 2 && counts.cancelled == 10, "\(counts)")
        // Of the rollback they are done, and count once there.
        #expect(try line(fixture, "u/rollback").counts.back == 0)
    }

    /// Three are on it before anything was sent to them, one is sent it, and one says too early that it is done.
    @Test func howManyAreBackIsOneNumberEverywhere() throws {
        var fixture = try EngineFixture(devices: 5)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<5 { fixture.contact(device, EngineFixture.new) }
        rollBack(&fixture)
        for device: UInt32 in 0..<3 {
            let generation = fixture.loop.state.order(for: DeviceIndex(device))?.generation
            let body = Report.Body.claimed(firmware: EngineFixture.old, sent: 0)
            let report = Report(device: DeviceIndex(device), generation: generation, body: body)
            _ = fixture.loop.step([.report(report)], now: fixture.now)
        }
        fixture.contact(3, EngineFixture.old)
        fail(4, "runs 1.0.0 without having fetched it", &fixture)
        fixture.contact(4, EngineFixture.old)
        let update = try line(fixture)
        #expect(update.counts.done == 0 && update.counts.back == 5 && update.counts.failed == 0, "\(update.counts)")
        #expect(update.status == "rolled back" && update.reason == "5 of 5 back", "\(update)")
        var query = ViewQuery()
        query.update = "u"
        let view = fixture.loop.view(query, now: fixture.now)
        let focus = try #require(view.update), rollback = try #require(focus.rollback)
        #expect(focus.summary.back == 5 && focus.back == 5 && focus.lost == 0)
        #expect(rollback.tally.succeeded == 5 && rollback.tally.target == 5, "\(rollback.tally)")
        #expect(view.regions.map(\.tally).reduce(Tally(), +) == rollback.tally)
        #expect(fixture.loop.statistics.updates.first { $0.id == "u" }?.counts == update.counts)
    }

    /// A device between two attempts has no order, and does not count against the limits.
    @Test func inFlightIsWhatHasAnOrder() throws {
        var fixture = try EngineFixture(devices: 2)
        fixture.command(.start(update: "u"))
        let generation = fixture.loop.state.order(for: DeviceIndex(0))?.generation
        let cause = FailureCause(code: "no route", isPermanent: false)
        let report = Report(device: DeviceIndex(0), generation: generation, body: .gaveUp(cause))
        _ = fixture.loop.step([.report(report)], now: fixture.now)
        let counts = try line(fixture).counts
        #expect(counts.inFlight == 1 && counts.retrying == 1, "\(counts)")
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).queue.inFlight == counts.inFlight)
        expectSums(fixture, "between two attempts")
    }

    /// The status of an update says what the badge of a console says.
    @Test func whatIsPartlyBackIsCalledSo() throws {
        var fixture = try EngineFixture(devices: 3)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<3 { fixture.contact(device, EngineFixture.new) }
        rollBack(&fixture)
        #expect(try line(fixture).status == "rolling back")
        fixture.contact(0, EngineFixture.old)
        for device: UInt32 in 1..<3 { fail(device, "refused", &fixture) }
        #expect(try line(fixture).status == "partly back" && line(fixture, "u/rollback").status == "partly back")
        #expect(fixture.loop.state.update("u")?.status == .rolledBack)
        // It has ended: that no engine runs is no trouble.
        var status = fixture.loop.status(now: fixture.now)
        let troubles = status.troubles
        status.tell(nil, failure: nil)
        #expect(status.troubles == troubles)
        fixture.command(.retryFailed(update: "u/rollback"))
        for device: UInt32 in 1..<3 { fixture.contact(device, EngineFixture.old) }
        #expect(try line(fixture).status == "rolled back")
    }

    @Test func anUpdateInWhichEveryDeviceFailedIsNotCalledCompleted() throws {
        var fixture = try EngineFixture(devices: 2)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<2 { fail(device, "refused", &fixture) }
        #expect(try line(fixture).status == "all failed")
        var status = fixture.loop.status(now: fixture.now)
        status.tell(nil, failure: nil)
        #expect(status.troubles == [])
    }

    @Test func aRollbackThatFoundNothingChangedSaysSo() throws {
        var fixture = try EngineFixture(devices: 3)
        fixture.command(.start(update: "u"))
        rollBack(&fixture)
        for _ in 0..<3 { obey(&fixture) { _ in } }
        let update = try line(fixture)
        #expect(update.status == "rolled back" && update.reason == "nothing had changed", "\(update)")
    }

    /// Why its starts ended before has nothing to do with the way back.
    @Test func whatGoesBackAgainNamesNoReasonOfThePast() throws {
        var fixture = try EngineFixture(devices: 4)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<4 { fixture.contact(device, EngineFixture.new) }
        var settings = fixture.loop.state.settings
        settings.limits.inFlight = 2
        fixture.command(.configure(settings))
        rollBack(&fixture)
        fixture.command(.cancel(update: "u/rollback"))
        for order in fixture.loop.state.orders { fixture.contact(order.device.rawValue, EngineFixture.old) }
        #expect(try line(fixture).reason == "rollback cancelled: 2 of 4 back")
        rollBack(&fixture)
        #expect(try line(fixture).status == "rolling back" && line(fixture).reason == "2 of 4 back")
        for order in fixture.loop.state.orders { fixture.contact(order.device.rawValue, EngineFixture.old) }
        #expect(try line(fixture).status == "rolled back" && line(fixture).reason == "4 of 4 back")
    }

    /// Another update has taken over what a rollback that was called off had left: nobody has anything to do about it.
    @Test func whatNothingIsLeftOfNeedsNobody() throws {
        var fixture = try EngineFixture(devices: 4)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<4 { fixture.contact(device, EngineFixture.new) }
        var settings = fixture.loop.state.settings
        settings.limits.inFlight = 2
        fixture.command(.configure(settings))
        rollBack(&fixture)
        fixture.command(.cancel(update: "u/rollback"))
        for order in fixture.loop.state.orders { fixture.contact(order.device.rawValue, EngineFixture.old) }
        let left = fixture.loop.status(now: fixture.now)
        #expect(left.troubles.count == 1 && left.troubles[0].contains("u is partly back"), "\(left.troubles)")
        let third = Version(3, 0, 0)
        fixture.command(.addReleases([Release(version: third)]))
        let next = UpdateDefinition(
            id: "v", release: third, selector: .all, strategy: .immediate(offline: .skip))
        fixture.now = fixture.now + .minutes(1)
        fixture.command(.draft(next))
        fixture.command(.start(update: "v"))
        for _ in 0..<2 {
            for order in fixture.loop.state.orders { fixture.contact(order.device.rawValue, third) }
        }
        let status = fixture.loop.status(now: fixture.now)
        #expect(status.troubles == [])
        #expect(try line(fixture).status == "halted" && line(fixture).reason == "rollback cancelled: 2 of 2 back")
    }

    /// The same of one that was cancelled before anybody sent it back.
    @Test func aCancelledUpdateThatGoesBackIsNotSaidToBeCancelled() throws {
        var fixture = try EngineFixture(devices: 4)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<2 { fixture.contact(device, EngineFixture.new) }
        fixture.command(.cancel(update: "u"))
        rollBack(&fixture)
        let update = try line(fixture)
        #expect(update.status == "rolling back" && update.reason == "0 of 4 back", "\(update)")
    }

    /// A retry whose devices were sent back by the rollback of what it tried again has succeeded as little as that.
    @Test func aRetryThatWasTakenBackIsNoSuccess() throws {
        var fixture = try EngineFixture(devices: 3)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<2 { fail(device, "refused", &fixture) }
        fixture.contact(2, EngineFixture.new)
        fixture.command(.retryFailed(update: "u"))
        for device: UInt32 in 0..<2 { fixture.contact(device, EngineFixture.new) }
        #expect(try line(fixture, "u/retry-1").success?.rate == 1)
        rollBack(&fixture)
        #expect(try line(fixture, "u/retry-1").success?.ended == 2)
        fixture.contact(0, EngineFixture.old)
        // The other comes to something else than it was to go back to.
        fixture.contact(1, Version(0, 9, 0))
        fail(1, "refused", &fixture)
        let update = try line(fixture, "u/retry-1")
        #expect(update.counts.back == 1 && update.counts.failed == 1, "\(update.counts)")
        #expect(update.success == nil)
        expectSums(fixture, "taken back")
    }

    /// Three causes have an alert each; that there are more is said, and they are listed.
    @Test func causesBeyondTheThirdAreNotKeptQuiet() throws {
        var fixture = try EngineFixture(devices: 12)
        fixture.command(.start(update: "u"))
        for (device, code) in ["a", "a", "a", "b", "b", "b", "c", "c", "d", "e"].enumerated() {
            fail(UInt32(device), code, &fixture)
        }
        let status = fixture.loop.status(now: fixture.now)
        #expect(
            status.alerts.map(\.text) == [
                "u: 3 of 10 failed, a", "u: 3 of 10 failed, b", "u: 2 of 10 failed, c",
                "u: and 2 more causes, 2 of 10 failed",
            ])
        let update = try line(fixture)
        #expect(update.causes.map(\.reason) == ["a", "b", "c", "d", "e"])
        #expect(update.causes.map(\.count) == [3, 3, 2, 1, 1])
        #expect(update.moreCauses == 0)
    }

    @Test func causesAreBoundedAndTheRestIsCounted() throws {
        var fixture = try EngineFixture(devices: 25)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<23 { fail(device, "cause \(device)", &fixture) }
        let update = try line(fixture)
        #expect(update.causes.count == FleetStatus.mostCauses && update.moreCauses == 3)
    }
}
