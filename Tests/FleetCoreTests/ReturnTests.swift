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

    /// The rollback of the later update brings them back to a release that was rolled back meanwhile.
    @Test func whatComesBackToAReleaseThatWasRolledBackIsLeft() throws {
        var fixture = fixture(4)
        try sentBackTo(&fixture)
        fixture.report(id(3), .contacted(firmware: Self.new))
        #expect(rollBack(&fixture) == nil)
        fixture.report(id(3), .contacted(firmware: Self.old))
        #expect(try count(fixture) == [1, 1, 0])
        #expect(rollBack(&fixture)?.message == "u is rolled back")
        #expect(rollBack(&fixture, "v") == nil)
        say(&fixture, 0..<3, Self.new)
        #expect(try count(fixture) == [1, 4, 3])
        #expect(rollBack(&fixture) == nil)
        #expect(fixture.machine.state.update("u/rollback-2")?.tally.target == 3)
        say(&fixture, 0..<3, Self.old)
        #expect(try count(fixture) == [4, 4, 0])
        #expect(rollBack(&fixture)?.message == "u is rolled back")
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
