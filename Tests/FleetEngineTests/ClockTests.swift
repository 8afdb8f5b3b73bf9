import FleetCore
import FleetEngine
import Testing

/// The wall clock may be set. What has run for an hour has still run for an hour.
@Suite struct ClockTests {
    /// A wall clock that can be set, beside one that only runs on.
    private struct Clocks {
        var wall: Timestamp
        var steady = Duration.zero

        mutating func run(_ duration: Duration) {
            wall = wall + duration
            steady += duration
        }
    }

    private static let year = Duration.days(365)

    private func step(_ fixture: inout EngineFixture, _ clocks: Clocks, _ inputs: [EngineInput] = []) {
        _ = fixture.loop.step(inputs, now: clocks.wall, steadyTime: clocks.steady)
    }

    private func steps(_ log: FailingLog) -> [Duration] {
        log.facts.compactMap { if case .clockStepped(let step) = $0.event { step } else { nil } }
    }

    @Test(arguments: [year, .zero - year])
    func aDeadlineIsAsLongAsItWas(_ set: Duration) throws {
        var fixture = try EngineFixture()
        var clocks = Clocks(wall: fixture.now)
        step(&fixture, clocks)
        fixture.command(.start(update: "u"))
        clocks.run(.minutes(10))
        clocks.wall = clocks.wall + set
        step(&fixture, clocks)
        #expect(steps(fixture.log) == [set])
        // Offers are answered within 15 minutes.
        #expect(fixture.loop.state.update("u")?.tally[.inProgress] == 5)
        clocks.run(.minutes(4))
        step(&fixture, clocks)
        #expect(fixture.loop.state.update("u")?.tally[.inProgress] == 5)
        clocks.run(.minutes(2))
        step(&fixture, clocks)
        #expect(fixture.loop.state.update("u")?.tally[.inProgress] == 0)
    }

    /// Invariant 7 of `muster trial`: a few seconds are no setting, and the engine's time stands still until they are
    /// made up for.
    @Test func aClockThatGoesBackALittleTakesNoTimeBack() throws {
        var fixture = try EngineFixture()
        var clocks = Clocks(wall: fixture.now)
        step(&fixture, clocks)
        clocks.run(.seconds(10))
        step(&fixture, clocks, [.report(Report(device: DeviceIndex(0), body: .contacted(firmware: nil)))])
        let latest = clocks.wall
        clocks.run(.seconds(1))
        clocks.wall = clocks.wall - .seconds(4)
        step(
            &fixture, clocks,
            [.report(Report(device: DeviceIndex(0), body: .contacted(firmware: EngineFixture.new)))])
        #expect(fixture.log.facts.last?.at == latest)
        #expect(steps(fixture.log) == [])
    }

    @Test func devicesThatWereHeardOfAreNotSilent() throws {
        var fixture = try EngineFixture()
        var clocks = Clocks(wall: fixture.now)
        step(&fixture, clocks)
        clocks.run(.minutes(3))
        clocks.wall = clocks.wall + Self.year
        step(&fixture, clocks)
        #expect(fixture.loop.state.devices.fleetCount.statuses.online == 5)
        clocks.run(.minutes(30))
        step(&fixture, clocks)
        #expect(fixture.loop.state.devices.fleetCount.statuses.online == 0)
    }

    @Test func smallCorrectionsLeaveNoFact() throws {
        var fixture = try EngineFixture()
        var clocks = Clocks(wall: fixture.now)
        step(&fixture, clocks)
        clocks.run(.minutes(1))
        clocks.wall = clocks.wall + .seconds(-4)
        step(&fixture, clocks)
        #expect(steps(fixture.log).isEmpty)
    }

    @Test func aClockThatWasSetBackWhileNoEngineRanIsNoticed() throws {
        var fixture = try EngineFixture()
        fixture.command(.start(update: "u"))
        let back = fixture.now - Self.year
        var later = try EngineLoop(log: fixture.log, link: RecordingLink(fixture.log), now: back)
        #expect(steps(fixture.log) == [.zero - Self.year])
        #expect(later.state.lastFactAt == back)
        _ = later.step([], now: back + .minutes(16))
        #expect(later.state.update("u")?.tally[.inProgress] == 0)
    }

    @Test func theStateIsTheFoldOfTheFacts() throws {
        var fixture = try EngineFixture()
        var clocks = Clocks(wall: fixture.now)
        step(&fixture, clocks)
        fixture.command(.start(update: "u"))
        clocks.run(.minutes(1))
        clocks.wall = clocks.wall - Self.year
        step(&fixture, clocks)
        var fold = FleetState()
        for fact in fixture.log.facts { fold.apply(fact) }
        #expect(fold == fixture.loop.state)
    }
}
