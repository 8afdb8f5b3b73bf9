import Testing

@testable import FleetCore

/// A state that is written and read is the same state, and goes on as it would have.
@Suite struct StateCodingTests {
    @Test func aFleetWithoutAnythingComesBack() throws {
        #expect(try StateCoder.decode(StateCoder.encode(FleetState())) == FleetState())
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func statesComeBackWhateverHappened(seed: UInt64) throws {
        var chance = TestChance(seed: seed)
        var fixture = CounterTests.fixture()
        for round in 0..<600 {
            CounterTests.act(&fixture, &chance)
            guard round % 20 == 0 else { continue }
            if chance.next(4) == 0 { stepClock(&fixture, by: .hours(chance.next(48) - 24)) }
            let state = fixture.machine.state
            #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
        }
    }

    private func stepClock(_ fixture: inout CoreFixture, by step: Duration) {
        fixture.now = fixture.now + step
        fixture.machine.stepClock(by: step, now: fixture.now)
    }

    /// The look-ups are made anew: what they find must be found in the same way afterwards.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func aMachineGoesOnFromAStateThatWasRead(seed: UInt64) throws {
        var chance = TestChance(seed: seed)
        var fixture = CounterTests.fixture()
        for _ in 0..<200 { CounterTests.act(&fixture, &chance) }
        let facts = fixture.machine.takeFacts()
        var replayed = fixture, read = fixture
        replayed.machine = FleetMachine()
        replayed.machine.replay(facts)
        read.machine = FleetMachine()
        read.machine.begin(from: try StateCoder.decode(StateCoder.encode(fixture.machine.state)))
        replayed.machine.takeUp(now: replayed.now)
        read.machine.takeUp(now: read.now)
        var other = chance
        for _ in 0..<200 {
            CounterTests.act(&replayed, &chance)
            CounterTests.act(&read, &other)
        }
        #expect(read.machine.takeFacts() == replayed.machine.takeFacts())
        #expect(read.machine.state == replayed.machine.state)
    }

    @Test func manyDevicesKeepTheirIndex() throws {
        var devices = DeviceTable()
        for site in 0..<3000 { devices.append(CoreFixture.record(site: site, terminal: 0)) }
        for site in stride(from: 0, to: 3000, by: 11) {
            var record = CoreFixture.record(site: site, terminal: 0)
            record.name += " at the door"
            devices.revise(DeviceIndex(UInt32(site)), record)
        }
        var state = FleetState()
        state.devices = devices
        #expect(try StateCoder.decode(StateCoder.encode(state)) == state)
    }

    @Test func encodingIntoABufferKeepsWhatIsThere() {
        var bytes: [UInt8] = [9, 9]
        StateCoder.encode(FleetState(), into: &bytes)
        #expect(bytes == [9, 9] + StateCoder.encode(FleetState()))
    }

    /// A property that is added must be written and read too, and needs a new format.
    @Test func everyStoredPropertyIsCounted() {
        var fixture = CounterTests.fixture()
        fixture.pass(.minutes(1))
        let state = fixture.machine.state
        let update = state.updates[1]
        let values: [Any] = [
            state, state.devices, state.devices.identity, state.devices.fleetCount, state.devices.fleetCount.statuses,
            update, UpdateRecord.CauseKey(code: "c", region: 0), update.assignments, update.phases[0], update.tally,
            update.assignments.ready, state.recentCommands,
            RecentCommand(revision: 1, at: .distantPast, record: CodingSamples.command),
            Proposal(.start, devices: 1, by: "kim", user: "kim"),
        ]
        var counted: [String: Int] = [:]
        for value in values { counted["\(type(of: value))"] = Mirror(reflecting: value).children.count }
        #expect(counted == StateCoder.storedProperties)
    }
}
