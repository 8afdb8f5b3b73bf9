import Testing

@testable import FleetCore

/// Whose doing it is what a device runs, and which devices have come back, where updates and rollbacks follow each other.
@Suite struct ReturnTests {
    private static let old = CoreFixture.old, new = CoreFixture.new, third = Version(3, 0, 0)

    private func fixture(_ terminals: Int, attempts: Int = 1) -> CoreFixture {
        var fixture = CoreFixture(sites: terminals, terminals: 1) { $0.retry.attempts = attempts }
        fixture.command(.addReleases([Release(version: Self.third)]))
        return fixture
    }

    private func id(_ number: Int) -> String { "pos-\(number)-0" }

    private func next(_ id: String = "v") -> UpdateDefinition {
        var definition = CoreFixture.update(id)
        definition.release = Self.third
        return definition
    }

    private func rollBack(_ fixture: inout CoreFixture, _ update: String = "u") -> Refusal? {
        fixture.pass(.minutes(1))
        return fixture.command(.rollBack(update: update, confirmation: update, preview: nil))
    }

    private func say(_ fixture: inout CoreFixture, _ devices: Range<Int>, _ version: Version) {
        for device in devices { fixture.report(id(device), .contacted(firmware: version)) }
    }

    /// Back, of how many, left.
    private func count(_ fixture: CoreFixture, _ update: String = "u") throws -> [Int] {
        let count = fixture.machine.state.returnCount(of: try #require(fixture.machine.state.updateIndex(of: update)))
        return [count.back, count.of, count.left.count]
    }

    /// Done, back, lost.
    private func completed(_ fixture: CoreFixture, _ update: String = "u") throws -> [Int] {
        let state = fixture.machine.state
        let index = try #require(state.updateIndex(of: update)), count = state.completedCount(of: index)
        // The same by the walk that views make.
        if state.update(index).rollback != nil { #expect(state.returnTallies(of: index).completed == count) }
        return [count.done, count.back, count.lost]
    }

    /// Back, of how many, by the sum over the regions.
    private func returned(_ fixture: CoreFixture) throws -> [Int] {
        let index = try #require(fixture.machine.state.updateIndex(of: "u"))
        let tally = fixture.machine.state.returnTallies(of: index).regions.reduce(Tally(), +)
        return [tally.succeeded, tally.target]
    }

    private func hasTurnedBad(_ fixture: CoreFixture, _ update: String, _ device: Int = 0) -> Bool? {
        guard let record = fixture.machine.state.update(update) else { return nil }
        return record.assignments.position(of: DeviceIndex(UInt32(device))).map(record.assignments.hasTurnedBad)
    }

    /// Three devices went on to another release and came back from that to this one's.
    private func sentBackTo(_ fixture: inout CoreFixture) throws {
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<3, Self.new)
        fixture.pass(.minutes(1))
        var other = next()
        other.selector = try Selector(parsing: "id != \(id(3))")
        fixture.start(other)
        say(&fixture, 0..<3, Self.third)
    }

    @Test func whatWasSentBackToAReleaseIsSentBackFromIt() throws {
        var fixture = fixture(3)
        try sentBackTo(&fixture)
        #expect(rollBack(&fixture, "v") == nil)
        say(&fixture, 0..<3, Self.new)
        #expect(rollBack(&fixture) == nil)
        #expect(fixture.machine.state.update("u/rollback")?.tally.target == 3)
        say(&fixture, 0..<3, Self.old)
        #expect(try count(fixture) == [3, 3, 0])
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
    }

    /// What was rolled back itself is no release to go back to.
    @Test func whatWasRolledBackIsPassedOverOnTheWayBack() throws {
        var fixture = fixture(4)
        try sentBackTo(&fixture)
        fixture.report(id(3), .contacted(firmware: Self.new))
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(3), .contacted(firmware: Self.old))
        #expect(try count(fixture) == [1, 1, 0])
        #expect(rollBack(&fixture)?.message == "u is rolled back")
        #expect(rollBack(&fixture, "v") == nil)
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.release == Self.old)
        say(&fixture, 0..<3, Self.old)
        #expect(try count(fixture, "v") == [3, 3, 0])
        // They are back from this one's release too.
        #expect(try count(fixture) == [4, 4, 0])
        #expect(try completed(fixture) == [0, 4, 0])
    }

    /// Three are on it before anything was sent to them, one is sent it, and one says too early that it is done.
    @Test func whatGoesBackByItselfIsBack() throws {
        var fixture = fixture(5)
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<5, Self.new)
        #expect(rollBack(&fixture) == nil)
        for device in 0..<3 { fixture.report(id(device), .claimed(firmware: Self.old, sent: 0)) }
        say(&fixture, 3..<4, Self.old)
        fixture.report(id(4), .gaveUp(.runsUnfetched(Self.old)))
        say(&fixture, 4..<5, Self.old)
        #expect([0, 3, 4].map { fixture.state("u/rollback", id($0)) } == [.skipped, .completed, .failed])
        #expect(try count(fixture) == [5, 5, 0])
        #expect(try completed(fixture) == [0, 5, 0])
        #expect(try returned(fixture) == [5, 5])
        // Where another update takes them from there changes nothing of that.
        fixture.pass(.minutes(1))
        fixture.start(next())
        say(&fixture, 0..<5, Self.third)
        #expect(try count(fixture) == [5, 5, 0])
        #expect(try completed(fixture) == [0, 5, 0])
    }

    /// One failed, had the release by a retry, and went back by itself; another had never changed.
    @Test func whatARetryHadBroughtGoesBackByItselfToo() throws {
        var fixture = fixture(2)
        fixture.start(CoreFixture.update())
        for device in 0..<2 { fixture.report(id(device), .gaveUp(FailureCause(code: "no power", isPermanent: true))) }
        #expect(fixture.command(.retryFailed(update: "u")) == nil)
        say(&fixture, 0..<1, Self.new)
        fixture.report(id(1), .gaveUp(FailureCause(code: "no power", isPermanent: true)))
        #expect(rollBack(&fixture) == nil)
        for device in 0..<2 { fixture.report(id(device), .claimed(firmware: Self.old, sent: 0)) }
        #expect(fixture.state("u/rollback", id(0)) == .skipped)
        #expect(try count(fixture) == [1, 1, 0])
        #expect(try completed(fixture, "u/retry-1") == [0, 1, 0])
        #expect(try returned(fixture) == [1, 1])
    }

    /// Its rollback failed, and somebody has put it on something newer since.
    @Test func whatRunsSomethingElseIsNotDone() throws {
        var fixture = fixture(2)
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<2, Self.new)
        #expect(rollBack(&fixture) == nil)
        say(&fixture, 0..<1, Self.old)
        fixture.report(id(1), .gaveUp(FailureCause(code: "no power", isPermanent: true)))
        #expect(try completed(fixture) == [1, 1, 0])
        say(&fixture, 1..<2, Self.third)
        #expect(try completed(fixture) == [0, 1, 1])
        #expect(try count(fixture) == [1, 2, 1])
        #expect(try returned(fixture) == [1, 2])
    }

    /// Another update has brought it elsewhere, straight from what was rolled back: that is nothing of the rollback's.
    @Test func whatAnotherUpdateHasTakenOnStaysDone() throws {
        var fixture = fixture(2)
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<2, Self.new)
        fixture.pass(.minutes(1))
        var other = next()
        other.selector = try Selector(parsing: "id = \(id(0))")
        fixture.start(other)
        say(&fixture, 0..<1, Self.third)
        #expect(rollBack(&fixture) == nil)
        say(&fixture, 1..<2, Self.old)
        #expect(try completed(fixture) == [1, 1, 0])
        #expect(try count(fixture) == [1, 1, 0])
    }

    /// It is over: what would help is another update, or a retry of what goes back.
    @Test func whatWasRolledBackIsNotTriedAgain() {
        var fixture = fixture(2)
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<2, Self.new)
        #expect(rollBack(&fixture) == nil)
        let retry = Command.retryFailed(update: "u")
        let start = "start an update with an id of its own to bring 2.0.0 to devices"
        #expect(fixture.command(retry)?.message == "u is rolling back, and what is taken back is not tried again")
        say(&fixture, 0..<1, Self.old)
        fixture.report(id(1), .gaveUp(FailureCause(code: "no power", isPermanent: true)))
        #expect(fixture.command(retry)?.message == "u is rolled back, and what is taken back is not tried again")
        #expect(
            fixture.command(retry)?.remedy
                == "\(start); what did not come back is tried again by a retry of u/rollback")
        say(&fixture, 1..<2, Self.old)
        #expect(fixture.command(retry)?.remedy == start)
    }

    /// The rollback of the later update was under way already: it brings them back to a release that was rolled back
    /// meanwhile.
    @Test func whatComesBackToAReleaseThatWasRolledBackIsLeft() throws {
        var fixture = fixture(4)
        try sentBackTo(&fixture)
        fixture.report(id(3), .contacted(firmware: Self.new))
        #expect(rollBack(&fixture, "v") == nil)
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(3), .contacted(firmware: Self.old))
        say(&fixture, 0..<3, Self.new)
        #expect(try count(fixture) == [1, 4, 3])
        #expect(rollBack(&fixture) == nil)
        #expect(fixture.machine.state.update("u/rollback-2")?.tally.target == 3)
        say(&fixture, 0..<3, Self.old)
        #expect(try count(fixture) == [4, 4, 0])
        #expect(rollBack(&fixture)?.message == "u is rolled back")
    }

    /// It waits for its turn to go back to what is rolled back meanwhile.
    @Test func whatWaitsToGoBackGoesFurtherBack() {
        var fixture = CoreFixture(sites: 3, terminals: 1) { $0.limits.inFlight = 1 }
        fixture.command(.addReleases([Release(version: Self.third)]))
        fixture.start(CoreFixture.update())
        for _ in 0..<3 { obey(&fixture) }
        fixture.pass(.minutes(1))
        fixture.start(next())
        for _ in 0..<2 { obey(&fixture) }
        #expect(rollBack(&fixture, "v") == nil)
        // The third has its order taken back.
        if let order = fixture.machine.state.orders.first {
            fixture.report(fixture.machine.state.devices.id(order.device), .dropped)
        }
        #expect(fixture.machine.state.orders.map(\.release) == [Self.new])
        #expect(rollBack(&fixture) == nil)
        var ordered: [Version] = []
        while let order = fixture.machine.state.orders.first {
            ordered.append(order.release)
            obey(&fixture)
        }
        #expect(ordered.first == Self.new && ordered.count > 2)
        #expect(ordered.dropFirst().allSatisfy { $0 == Self.old })
    }

    /// The device with an order runs what it was ordered to.
    private func obey(_ fixture: inout CoreFixture) {
        guard let order = fixture.machine.state.orders.first else { return }
        fixture.report(fixture.machine.state.devices.id(order.device), .contacted(firmware: order.release))
    }

    /// Two updates and their rollbacks: whichever of the two releases it says later that it runs, it is not back from that.
    @Test(arguments: [(new, "u", "v"), (third, "v", "u")])
    func whatFallsBackBehindTwoRollbacksIsLeft(release: Version, left: String, other: String) throws {
        var fixture = fixture(3)
        try sentBackTo(&fixture)
        #expect(rollBack(&fixture, "v") == nil)
        say(&fixture, 0..<3, Self.new)
        #expect(rollBack(&fixture) == nil)
        say(&fixture, 0..<3, Self.old)
        #expect(try count(fixture) == [3, 3, 0])
        fixture.report(id(0), .contacted(firmware: release))
        #expect(hasTurnedBad(fixture, "\(left)/rollback") == true)
        #expect(try count(fixture, left) == [2, 3, 1])
        #expect(try count(fixture, other) == [3, 3, 0])
        #expect(rollBack(&fixture, left) == nil)
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.release == Self.old)
        fixture.report(id(0), .contacted(firmware: Self.old))
        #expect(try count(fixture, left) == [3, 3, 0])
    }

    /// It runs by itself what it had before both updates: nothing is to send it to the one that was rolled back.
    @Test func whatFellOffBothUpdatesIsNotSentToEither() throws {
        var fixture = fixture(2)
        try sentBackTo(&fixture)
        #expect(rollBack(&fixture, "v") == nil)
        say(&fixture, 0..<2, Self.new)
        fixture.report(id(0), .contacted(firmware: Self.old))
        #expect(hasTurnedBad(fixture, "v/rollback") == true)
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(1), .contacted(firmware: Self.old))
        #expect(try count(fixture, "v") == [2, 2, 0])
        #expect(rollBack(&fixture, "v")?.message == "v is rolled back")
        let v = try #require(fixture.machine.state.updateIndex(of: "v"))
        #expect(fixture.machine.state.completedCount(of: v).done == 0)
    }

    /// It had turned bad, and another update was there and back.
    @Test func whatTurnedBadStaysLeftWhenAnotherUpdateWasThereAndBack() throws {
        var fixture = fixture(2)
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<2, Self.new)
        #expect(rollBack(&fixture) == nil)
        say(&fixture, 0..<2, Self.old)
        fixture.report(id(0), .contacted(firmware: Self.new))
        #expect(try count(fixture) == [1, 2, 1])
        fixture.start(next())
        say(&fixture, 0..<2, Self.third)
        #expect(rollBack(&fixture, "v") == nil)
        // It runs what was rolled back, and had not been told to go back to that.
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.release == Self.old)
        fixture.report(id(0), .contacted(firmware: Self.new))
        #expect(try count(fixture) == [1, 2, 1])
        fixture.pass(.hours(12))
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(0), .contacted(firmware: Self.old))
        #expect(try count(fixture) == [2, 2, 0])
    }

    /// Its way back from the later update failed, and worked by itself: it is not that one's any more.
    @Test func whatCameBackByItselfIsSentBackFurther() throws {
        var fixture = fixture(2)
        try sentBackTo(&fixture)
        #expect(rollBack(&fixture, "v") == nil)
        fixture.report(id(0), .gaveUp(FailureCause(code: "no power", isPermanent: true)))
        fixture.report(id(0), .contacted(firmware: Self.new))
        fixture.report(id(1), .contacted(firmware: Self.new))
        #expect(try count(fixture, "v") == [2, 2, 0])
        #expect(rollBack(&fixture) == nil)
        #expect(fixture.machine.state.update("u/rollback")?.tally.target == 2)
    }

    /// A device of another update that falls back to a release which was rolled back.
    @Test func whatFallsBackToAReleaseThatWasRolledBackIsLeft() throws {
        var fixture = fixture(2)
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<2, Self.new)
        fixture.pass(.minutes(1))
        var other = next()
        other.selector = try Selector(parsing: "id = \(id(0))")
        fixture.start(other)
        fixture.report(id(0), .contacted(firmware: Self.third))
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(0), .contacted(firmware: Self.new))
        fixture.report(id(1), .contacted(firmware: Self.old))
        #expect(try count(fixture) == [1, 2, 1])
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(0), .contacted(firmware: Self.old))
        #expect(try count(fixture) == [2, 2, 0])
    }

    /// It fell off the release that it had been sent back to, or says what is no version: both updates that had brought it
    /// there are belied.
    @Test(arguments: [Report.Body.contacted(firmware: old), .unreadable(firmware: "early")])
    func aCanaryThatFallsOffCountsWhoeverBroughtItBack(word: Report.Body) throws {
        var fixture = fixture(2)
        let phases = [
            PhaseDefinition(name: "canary", percent: 50, gate: Gate(threshold: 10_000), wait: .hours(1)),
            PhaseDefinition(name: "all", percent: 100),
        ]
        fixture.start(CoreFixture.update(strategy: .progressive(phases: phases, onFailure: .pause)))
        let canary = try #require(fixture.machine.state.orders.first?.device)
        let name = fixture.machine.state.devices.id(canary)
        fixture.report(name, .contacted(firmware: Self.new))
        fixture.pass(.minutes(1))
        var other = next()
        other.selector = try Selector(parsing: "id = \(name)")
        fixture.start(other)
        fixture.report(name, .contacted(firmware: Self.third))
        #expect(rollBack(&fixture, "v") == nil)
        fixture.report(name, .contacted(firmware: Self.new))
        fixture.report(name, word)
        #expect(hasTurnedBad(fixture, "u", canary.offset) == true)
        #expect(hasTurnedBad(fixture, "v/rollback", canary.offset) == true)
        fixture.pass(.hours(2))
        #expect(fixture.machine.state.update("u")?.phases[0].verdict == .failed)
    }

    @Test func whatWasHeldWhenTheRestWasSentBackIsLeft() throws {
        var fixture = fixture(2)
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<2, Self.new)
        fixture.report(id(0), .twoUnderOneID(evidence: "two"))
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(1), .contacted(firmware: Self.old))
        #expect(try count(fixture) == [1, 2, 1])
        #expect(rollBack(&fixture)?.remedy == "accept it, then roll back")
        fixture.command(.accept(device: id(0)))
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(0), .contacted(firmware: Self.old))
        #expect(try count(fixture) == [2, 2, 0])
    }

    @Test func whatComesIntoServiceAgainOnTheReleaseIsLeft() throws {
        var fixture = fixture(2)
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<2, Self.new)
        #expect(rollBack(&fixture) == nil)
        fixture.command(.decommission(device: id(0)))
        fixture.report(id(1), .contacted(firmware: Self.old))
        #expect(try count(fixture) == [1, 1, 0])
        fixture.command(.accept(device: id(0)))
        fixture.report(id(0), .contacted(firmware: Self.new))
        #expect(try count(fixture) == [1, 2, 1])
    }

    /// Its rollback was given up, and works late.
    @Test func whatSaysLateThatItWentBackIsBack() throws {
        var fixture = fixture(2)
        fixture.start(CoreFixture.update())
        say(&fixture, 0..<2, Self.new)
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(1), .contacted(firmware: Self.old))
        fixture.report(id(0), .reached(.installing))
        fixture.pass(.hours(12))
        #expect(fixture.state("u/rollback", id(0)) == .failed)
        #expect(try count(fixture) == [1, 2, 1])
        fixture.report(id(0), .contacted(firmware: Self.old))
        #expect(hasTurnedBad(fixture, "u") == false)
        #expect(try count(fixture) == [2, 2, 0])
        #expect(rollBack(&fixture)?.message == "u is rolled back")
    }

    @Test func whatIsTriedAgainIsNotTriedTwice() throws {
        var fixture = fixture(1)
        fixture.start(CoreFixture.update())
        fixture.report(id(0), .gaveUp(FailureCause(code: "no power", isPermanent: true)))
        #expect(fixture.command(.retryFailed(update: "u")) == nil)
        #expect(fixture.command(.retryFailed(update: "u"))?.message == "what failed in u is tried again by u/retry-1")
    }

    /// What a second person is asked about is how many devices are sent something.
    @Test func whatStaysIsNotCountedForASecondPerson() throws {
        var fixture = CoreFixture(sites: 3, terminals: 1) {
            $0.retry.attempts = 1
            $0.fourEyes.rollbackOver = 1
        }
        fixture.start(CoreFixture.update())
        fixture.report(id(0), .contacted(firmware: Self.new))
        for device in 1..<3 { fixture.report(id(device), .gaveUp(FailureCause(code: "no power", isPermanent: true))) }
        #expect(rollBack(&fixture) == nil)
        #expect(fixture.machine.state.update("u")?.proposal == nil)
        #expect(fixture.machine.state.order(for: DeviceIndex(0))?.release == Self.old)
    }
}
