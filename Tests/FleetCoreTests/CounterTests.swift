import Testing

@testable import FleetCore

/// Counters kept by `apply` equal what a count from scratch gives, whatever happens.
@Suite struct CounterTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func countersEqualTheFold(seed: UInt64) {
        var chance = TestChance(seed: seed)
        var fixture = Self.fixture()
        for _ in 0..<600 {
            Self.act(&fixture, &chance)
            if chance.next(20) == 0 { Self.check(fixture.machine.state) }
        }
        Self.check(fixture.machine.state)
    }

    /// Two updates on their way in a fleet with narrow limits.
    static func fixture() -> CoreFixture {
        var fixture = CoreFixture(sites: 12, terminals: 3, regions: 4) {
            $0.limits.inFlight = 9
            $0.limits.inFlightPerSite = 2
            $0.retry.attempts = 2
        }
        fixture.start(CoreFixture.update("first"))
        fixture.start(
            CoreFixture.update(
                "second",
                strategy: .progressive(
                    phases: [
                        PhaseDefinition(name: "a", percent: 20, gate: Gate(threshold: 3000), wait: .minutes(30)),
                        PhaseDefinition(name: "b", percent: 100, gate: Gate(threshold: 3000)),
                    ], onFailure: .rollBack)))
        return fixture
    }

    /// One thing that an operator, a device or time does.
    static func act(_ fixture: inout CoreFixture, _ chance: inout TestChance) {
        let id = "pos-\(chance.next(12))-\(chance.next(3))"
        switch chance.next(12) {
        case 0: fixture.pass(.minutes(chance.next(15)))
        case 1: fixture.report(id, .gaveUp(FailureCause(code: "hash mismatch", isPermanent: chance.next(2) == 0)))
        case 2: fixture.report(id, .contacted(firmware: CoreFixture.new))
        case 3: fixture.report(id, .contacted(firmware: CoreFixture.old))
        case 4: fixture.report(id, .restarted)
        case 5: fixture.report(id, .reached(AttemptStep.allCases[chance.next(4)]))
        case 6: fixture.command([.pause(update: "first"), .resume(update: "first")][chance.next(2)])
        case 7 where chance.next(10) == 0:
            fixture.command(.rollBack(update: "first", confirmation: "first", preview: nil))
        case 8 where chance.next(10) == 0: fixture.command(.decommission(device: id))
        case 9 where chance.next(5) == 0:
            var record = CoreFixture.record(site: chance.next(12), terminal: chance.next(3), regions: 4)
            record.region = "region-\(chance.next(5))"
            fixture.command(.register([record]))
        case 10: fixture.report(id, .dropped)
        case 11 where chance.next(20) == 0: fixture.command(.cancel(update: "second"))
        case 10 where chance.next(6) == 0: fixture.report(id, .twoUnderOneID(evidence: "two addresses"))
        case 10 where chance.next(6) == 0: fixture.introduce("new-\(chance.next(6))", [Tag("slot", "a")])
        case 11 where chance.next(3) == 0: fixture.command(.accept(device: id))
        case 11 where chance.next(6) == 0: fixture.command(.refuse(device: "new-\(chance.next(6))"))
        case 11 where chance.next(6) == 0: fixture.report(id, .described([Tag("slot", "\(chance.next(3))")]))
        default: fixture.report(id, .contacted(firmware: nil))
        }
    }

    static func check(_ state: FleetState) {
        checkPlaces(state)
        for update in state.updates where update.startedAt != nil { check(update, state) }
    }

    private static func checkPlaces(_ state: FleetState) {
        var sites = Array(repeating: PlaceCount(), count: state.devices.sites.count)
        var regions = Array(repeating: PlaceCount(), count: state.devices.regions.count)
        var fleet = PlaceCount()
        for offset in state.devices.indices {
            let device = DeviceIndex(UInt32(offset))
            let live = state.devices.liveUpdate(device).map { state.update($0).assignments }
            let inProgress = live.map { $0.state($0.position(of: device) ?? 0) == .inProgress } ?? false
            #expect(state.order(for: device) == nil || inProgress && state.devices.lifecycle(device) == .active)
            func count(_ place: inout PlaceCount) {
                if inProgress { place.inFlight += 1 }
                guard state.devices.lifecycle(device) == .active else { return }
                place.active += 1
                place.statuses[state.devices.status(device)] += 1
                if state.devices.status(device) == .online, !inProgress { place.working += 1 }
            }
            count(&sites[state.devices.siteNumber(device)])
            count(&regions[state.devices.regionNumber(device)])
            count(&fleet)
        }
        #expect(sites == state.devices.siteCounts)
        #expect(regions == state.devices.regionCounts)
        #expect(fleet == state.devices.fleetCount)
    }

    private static func check(_ update: UpdateRecord, _ state: FleetState) {
        var total = Tally(), inFlight = 0, live: [UInt32] = []
        var regions = Array(repeating: Tally(), count: state.devices.regions.count)
        var phases = update.phases.map { _ in Tally() }
        for position in 0..<update.assignments.count {
            var one = Tally()
            one.add(update.assignments.state(position))
            if update.assignments.hasTurnedBad(position) { one.turnedBad = 1 }
            total = total + one
            let region = state.devices.regionNumber(update.assignments.device(position))
            regions[region] = regions[region] + one
            if let phase = update.phase(of: position) { phases[phase] = phases[phase] + one }
            if update.assignments.state(position) == .inProgress { inFlight += 1 }
            if update.assignments.state(position).isLive { live.append(UInt32(position)) }
            let waits =
                update.assignments.state(position) == .pending || update.assignments.state(position) == .scheduled
            if update.isOpen {
                #expect(
                    update.assignments.ready[position]
                        == (waits && state.devices.isReachable(update.assignments.device(position))))
            }
        }
        #expect(total == update.tally)
        #expect(inFlight == update.inFlight)
        #expect(live == update.assignments.live.sorted())
        #expect(phases == update.phases.map(\.tally))
        #expect(regions.prefix(update.regionTallies.count).elementsEqual(update.regionTallies))
    }
}

/// Chance for tests, from a seed.
struct TestChance {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 }

    /// A number from 0 up to but not including `bound`.
    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
