import Testing

@testable import FleetCore

/// Where devices go back to among updates, retries and rollbacks of which some were rolled back or called off themselves.
@Suite struct WayBackTests {
    private static let old = CoreFixture.old, new = CoreFixture.new
    private static let third = Version(3, 0, 0), fourth = Version(4, 0, 0), fifth = Version(5, 0, 0)

    private func fixture(_ terminals: Int, attempts: Int = 1, inFlight: Int = 100) -> CoreFixture {
        var fixture = CoreFixture(sites: terminals, terminals: 1) {
            $0.retry.attempts = attempts
            $0.limits.inFlight = inFlight
        }
        fixture.command(.addReleases([Self.third, Self.fourth, Self.fifth].map { Release(version: $0) }))
        return fixture
    }

    private func id(_ number: Int) -> String { "pos-\(number)-0" }

    private func update(_ id: String, _ release: Version, without left: Int? = nil) throws -> UpdateDefinition {
        var definition = CoreFixture.update(id)
        definition.release = release
        if let left { definition.selector = try Selector(parsing: "id != \(self.id(left))") }
        return definition
    }

    private func say(_ fixture: inout CoreFixture, _ devices: Range<Int>, _ version: Version) {
        for device in devices { fixture.report(id(device), .contacted(firmware: version)) }
    }

    /// Starts an update and has all its devices say that they run its release.
    private func carryOut(_ fixture: inout CoreFixture, _ definition: UpdateDefinition, _ devices: Range<Int>) {
        fixture.pass(.minutes(1))
        fixture.start(definition)
        say(&fixture, devices, definition.release)
    }

    private func rollBack(_ fixture: inout CoreFixture, _ update: String, preview: UInt64? = nil) -> Refusal? {
        fixture.pass(.minutes(1))
        return fixture.command(.rollBack(update: update, confirmation: update, preview: preview))
    }

    private func order(_ fixture: CoreFixture, _ device: Int) -> Version? {
        fixture.machine.state.order(for: DeviceIndex(UInt32(device)))?.release
    }

    private func index(_ fixture: CoreFixture, _ update: String) throws -> UpdateIndex {
        try #require(fixture.machine.state.updateIndex(of: update))
    }

    /// Its power fails while it installs.
    private func fail(_ fixture: inout CoreFixture, _ device: Int) {
        fixture.report(id(device), .gaveUp(FailureCause(code: "no power", isPermanent: true)))
    }

    /// The device with the first order runs what it was ordered to.
    private func obey(_ fixture: inout CoreFixture) {
        guard let order = fixture.machine.state.orders.first else { return }
        fixture.report(fixture.machine.state.devices.id(order.device), .contacted(firmware: order.release))
    }

    /// The first was brought from one release to the next four times, and went back two at once, since the one between had
    /// been rolled back. The release it runs is then that of the second update, not of the first.
    @Test func whatWentBackPastARollbackIsOfTheUpdateThatItCameBackTo() throws {
        var fixture = fixture(2)
        carryOut(&fixture, try update("y", Self.new), 0..<2)
        carryOut(&fixture, try update("z", Self.third), 0..<2)
        carryOut(&fixture, try update("a", Self.fourth), 0..<2)
        carryOut(&fixture, try update("b", Self.fifth, without: 1), 0..<1)
        #expect(rollBack(&fixture, "a") == nil)
        #expect(fixture.machine.state.orders.map(\.device.rawValue) == [1])
        say(&fixture, 1..<2, Self.third)
        #expect(rollBack(&fixture, "b") == nil)
        #expect(order(fixture, 0) == Self.third)
        say(&fixture, 0..<1, Self.third)
        #expect(rollBack(&fixture, "y")?.message.hasPrefix("no device that y has changed can be sent back") == true)
        // What falls off that release is the doing of the one that had brought it.
        fixture.report(id(0), .contacted(firmware: Self.new))
        let z = try #require(fixture.machine.state.update("z"))
        #expect(z.assignments.position(of: DeviceIndex(0)).map(z.assignments.hasTurnedBad) == true)
    }

    /// The devices of a rollback are the same, and go elsewhere, once another update is rolled back.
    @Test func whereDevicesGoBackToIsPartOfWhatIsConfirmed() throws {
        var fixture = fixture(3)
        carryOut(&fixture, try update("u", Self.new), 0..<3)
        carryOut(&fixture, try update("v", Self.third, without: 2), 0..<2)
        let seen = fixture.machine.state.rollbackRevision(try index(fixture, "v"))
        #expect(rollBack(&fixture, "u") == nil)
        #expect(fixture.machine.state.rollbackSet(try index(fixture, "v")).targets.count == 2)
        #expect(rollBack(&fixture, "v", preview: seen)?.message == "the devices of v have changed since the preview")
        let now = fixture.machine.state.rollbackRevision(try index(fixture, "v"))
        #expect(rollBack(&fixture, "v", preview: now) == nil)
        #expect(order(fixture, 0) == Self.old)
    }

    /// The first and the second failed, had their release by a retry, and only that was rolled back.
    @Test func aRetryThatWasRolledBackIsNoReleaseToGoBackToEither() throws {
        var fixture = fixture(2)
        fixture.start(try update("u", Self.new))
        for device in 0..<2 { fail(&fixture, device) }
        #expect(fixture.command(.retryFailed(update: "u")) == nil)
        say(&fixture, 0..<2, Self.new)
        carryOut(&fixture, try update("v", Self.third, without: 1), 0..<1)
        #expect(rollBack(&fixture, "u/retry-1") == nil)
        say(&fixture, 1..<2, Self.old)
        #expect(rollBack(&fixture, "v") == nil)
        #expect(order(fixture, 0) == Self.old)
        // Nor does it count as back from it when it runs it again.
        fixture.report(id(1), .contacted(firmware: Self.new))
        let back = try #require(fixture.machine.state.update("u/retry-1/rollback"))
        #expect(back.assignments.position(of: DeviceIndex(1)).map(back.assignments.hasTurnedBad) == true)
    }

    /// It ran something else when the retry began than when its update did.
    @Test func aRollbackOfARetryThatIsTriedAgainKeepsItsGoal() throws {
        var fixture = fixture(1)
        fixture.start(try update("u", Self.third))
        fail(&fixture, 0)
        fixture.report(id(0), .contacted(firmware: Self.new))
        #expect(fixture.command(.retryFailed(update: "u")) == nil)
        say(&fixture, 0..<1, Self.third)
        #expect(rollBack(&fixture, "u/retry-1") == nil)
        #expect(order(fixture, 0) == Self.new)
        fail(&fixture, 0)
        let retry = Command.retryFailed(update: "u/retry-1/rollback")
        #expect(fixture.machine.state.releasesSent(by: retry) == [Self.new])
        #expect(fixture.command(retry) == nil)
        #expect(order(fixture, 0) == Self.new)
        say(&fixture, 0..<1, Self.new)
        let count = fixture.machine.state.returnCount(of: try index(fixture, "u/retry-1"))
        #expect(count.back == 1 && count.of == 1)
    }

    /// A rollback by mistake, which was called off when one device was back: the others still have its release.
    @Test func aRollbackThatWasCalledOffCountsForThoseThatWereBack() throws {
        var fixture = fixture(3, inFlight: 1)
        fixture.start(try update("u", Self.new))
        for _ in 0..<3 { obey(&fixture) }
        #expect(rollBack(&fixture, "u") == nil)
        let first = try #require(fixture.machine.state.orders.first?.device)
        obey(&fixture)
        #expect(fixture.command(.cancel(update: "u/rollback")) == nil)
        for order in fixture.machine.state.orders { fixture.report(id(Int(order.device.rawValue)), .dropped) }
        #expect(fixture.machine.state.update("u")?.status == .halted)
        fixture.start(try update("v", Self.third))
        for _ in 0..<3 { obey(&fixture) }
        #expect(rollBack(&fixture, "v") == nil)
        let back = try #require(fixture.machine.state.update("v/rollback"))
        #expect(back.assignments.count == 3)
        for position in 0..<3 {
            let goal = fixture.machine.state.targetVersion(back.index, position)
            #expect(goal == (back.assignments.device(position) == first ? Self.old : Self.new))
        }
    }

    /// One is tried again, one is under way and one waits to go back from an update, while a rollback by mistake of the one
    /// before is called off that has brought nobody back: they go to its release, as was shown before, and as a retry would.
    @Test func aRollbackThatIsCalledOffTurnsBackWhatWaits() throws {
        var fixture = fixture(4, attempts: 3, inFlight: 1)
        let updates = [try update("u", Self.new), try update("v", Self.third, without: 3)]
        for definition in updates {
            fixture.pass(.minutes(1))
            fixture.start(definition)
            for _ in 0..<4 { obey(&fixture) }
        }
        #expect(rollBack(&fixture, "v") == nil)
        let tried = try #require(fixture.machine.state.orders.first?.device.rawValue)
        fixture.report(id(Int(tried)), .gaveUp(FailureCause(code: "no route", isPermanent: false)))
        let back = try index(fixture, "v/rollback")
        func goals() -> [Version] {
            (0..<3).map { fixture.machine.state.targetVersion(back, $0) }
        }
        func states() -> Set<AssignmentState> {
            let assignments = fixture.machine.state.updates[back.offset].assignments
            return Set((0..<3).map(assignments.state))
        }
        #expect(states() == [.retrying, .inProgress, .pending])
        #expect(goals() == [Self.new, Self.new, Self.new])
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil)) == nil)
        // What has its order keeps it.
        #expect(goals().filter { $0 == Self.old }.count == 2)
        #expect(fixture.command(.cancel(update: "u/rollback")) == nil)
        #expect(fixture.machine.state.update("u/rollback")?.status == .cancelled)
        #expect(goals() == [Self.new, Self.new, Self.new])
        for _ in 0..<2 { obey(&fixture) }
        fixture.pass(.hours(12))
        // It was silent for long.
        fixture.report(id(Int(tried)), .contacted(firmware: Self.third))
        obey(&fixture)
        let firmware = (0..<4).map { fixture.machine.state.devices.firmware(DeviceIndex($0)) }
        #expect(firmware == Array(repeating: Self.new, count: 4))
    }

    /// Its way back failed, and a retry has brought it back.
    @Test func whatARetryHasBroughtBackIsNotTriedOnceMore() throws {
        var fixture = fixture(2)
        carryOut(&fixture, try update("u", Self.new), 0..<2)
        #expect(rollBack(&fixture, "u") == nil)
        for device in 0..<2 { fail(&fixture, device) }
        #expect(fixture.machine.state.retryCount(of: try index(fixture, "u/rollback")) == 2)
        #expect(fixture.command(.retryFailed(update: "u/rollback")) == nil)
        say(&fixture, 0..<1, Self.old)
        fail(&fixture, 1)
        #expect(fixture.machine.state.retryCount(of: try index(fixture, "u/rollback")) == 1)
        #expect(fixture.command(.retryFailed(update: "u/rollback")) == nil)
        #expect(fixture.machine.state.orders.map(\.device.rawValue) == [1])
        say(&fixture, 1..<2, Self.old)
        #expect(fixture.machine.state.retryCount(of: try index(fixture, "u/rollback")) == 0)
        #expect(fixture.command(.retryFailed(update: "u/rollback"))?.message == "u/rollback has no device to try again")
    }

    /// A retry has brought it to the release.
    @Test func whatHasTheReleaseByNowIsNotTriedOnceMore() throws {
        var fixture = fixture(2)
        fixture.start(try update("u", Self.new))
        for device in 0..<2 { fail(&fixture, device) }
        #expect(fixture.command(.retryFailed(update: "u")) == nil)
        say(&fixture, 0..<1, Self.new)
        fail(&fixture, 1)
        #expect(fixture.machine.state.retryCount(of: try index(fixture, "u")) == 1)
        #expect(fixture.command(.retryFailed(update: "u")) == nil)
        #expect(fixture.machine.state.update("u/retry-2")?.tally.target == 1)
    }

    /// The update is rolled back that a retry tried again.
    @Test func whatARetryHadBroughtIsBackAsWell() throws {
        var fixture = fixture(2)
        fixture.start(try update("u", Self.new))
        fail(&fixture, 0)
        say(&fixture, 1..<2, Self.new)
        #expect(fixture.command(.retryFailed(update: "u")) == nil)
        say(&fixture, 0..<1, Self.new)
        #expect(rollBack(&fixture, "u") == nil)
        say(&fixture, 0..<2, Self.old)
        for id in ["u", "u/retry-1"] {
            let count = fixture.machine.state.completedCount(of: try index(fixture, id))
            #expect([count.done, count.back, count.lost] == [0, 1, 0], "\(id)")
        }
        // What others do later changes nothing of that.
        carryOut(&fixture, try update("v", Self.third), 0..<2)
        #expect(fixture.machine.state.completedCount(of: try index(fixture, "u/retry-1")).back == 1)
    }

    /// The rollback is called off while the first installs, and the second had dropped its order: none has come back.
    @Test func whatHasNotBeenThereIsNotBack() throws {
        var fixture = fixture(3)
        fixture.start(try update("u", Self.new))
        fixture.report(id(0), .reached(.installing))
        #expect(fixture.command(.cancel(update: "u")) == nil)
        fixture.report(id(1), .dropped)
        #expect(rollBack(&fixture, "u") == nil)
        #expect(fixture.command(.cancel(update: "u/rollback")) == nil)
        let u = try index(fixture, "u")
        #expect(fixture.machine.state.returnCount(of: u).back == 0)
        fixture.report(id(2), .dropped)
        #expect(fixture.machine.state.returnCount(of: u).back == 0)
        say(&fixture, 0..<1, Self.new)
        let count = fixture.machine.state.returnCount(of: u)
        #expect([count.back, count.of, count.left.count] == [0, 1, 1])
        #expect(rollBack(&fixture, "u") == nil)
        #expect(fixture.machine.state.orders.map(\.device.rawValue) == [0])
        say(&fixture, 0..<1, Self.old)
        #expect(fixture.machine.state.returnCount(of: u).back == 1)
    }

    /// It runs neither the release nor what it was to go back to.
    @Test func whatRunsSomethingOlderIsNotBack() throws {
        var fixture = fixture(2)
        carryOut(&fixture, try update("u", Self.new), 0..<2)
        #expect(rollBack(&fixture, "u") == nil)
        say(&fixture, 0..<1, Self.old)
        fixture.report(id(1), .contacted(firmware: Version(0, 9, 0)))
        fail(&fixture, 1)
        let count = fixture.machine.state.completedCount(of: try index(fixture, "u"))
        #expect([count.done, count.back, count.lost] == [0, 1, 1])
        #expect(fixture.machine.state.returnCount(of: try index(fixture, "u")).left.count == 1)
    }

    /// Where a device goes back to is rolled back while it waits for another attempt, and the fleet does not hold what it ran
    /// before that.
    @Test func whatCannotBeSentFurtherBackIsNotTriedAgain() throws {
        var fixture = fixture(0, attempts: 3)
        var records = (0..<2).map { CoreFixture.record(site: $0, terminal: 0) }
        records[0].firmware = Version(1, 5, 0)
        fixture.command(.register(records))
        carryOut(&fixture, try update("u", Self.new), 0..<2)
        carryOut(&fixture, try update("v", Self.third, without: 1), 0..<1)
        #expect(rollBack(&fixture, "v") == nil)
        fixture.report(id(0), .gaveUp(FailureCause(code: "no route", isPermanent: false)))
        #expect(fixture.state("v/rollback", id(0)) == .retrying)
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil)) == nil)
        fixture.pass(.hours(12))
        #expect(order(fixture, 0) == nil)
        #expect(fixture.state("v/rollback", id(0)) == .failed)
        let retry = Command.retryFailed(update: "v/rollback")
        fixture.command(.addReleases([Release(version: Version(1, 5, 0))]))
        #expect(fixture.machine.state.releasesSent(by: retry) == [Version(1, 5, 0)])
        #expect(fixture.command(retry) == nil)
        fixture.report(id(0), .contacted(firmware: Self.third))
        #expect(order(fixture, 0) == Version(1, 5, 0))
    }
}
