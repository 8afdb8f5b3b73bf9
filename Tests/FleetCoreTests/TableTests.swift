import Testing

@testable import FleetCore

/// The tables the state is made of.
@Suite struct TableTests {
    @Test(arguments: [1, 64, 65, 1000])
    func bitsetsFindWhatIsIn(capacity: Int) {
        var chance = TestChance(seed: UInt64(capacity))
        var bits = Bitset(capacity: capacity)
        var plain = Array(repeating: false, count: capacity)
        for _ in 0..<capacity {
            let place = chance.next(capacity), isIn = chance.next(3) == 0
            bits[place] = isIn
            plain[place] = isIn
        }
        for end in [0, 1, capacity / 2, capacity] {
            #expect(bits.count(before: end) == plain.prefix(end).filter { $0 }.count)
            for start in [0, capacity / 3, capacity] where start <= end {
                #expect(bits.next(from: start, before: end) == plain[..<end].indices.first { $0 >= start && plain[$0] })
            }
        }
    }

    @Test func devicesAreFoundByTheirIds() {
        var devices = DeviceTable()
        for site in 0..<2_000 { devices.append(CoreFixture.record(site: site, terminal: 0)) }
        for site in stride(from: 0, to: 2_000, by: 7) {
            let index = devices.index(of: "pos-\(site)-0")
            #expect(index == DeviceIndex(UInt32(site)))
            #expect(index.map { devices.record($0) } == CoreFixture.record(site: site, terminal: 0))
        }
        #expect(devices.index(of: "pos-2000-0") == nil)
        #expect(devices.index(of: "") == nil)
    }

    @Test func aRevisedDeviceKeepsIdStatusAndFirmware() {
        var devices = DeviceTable()
        devices.append(CoreFixture.record(site: 0, terminal: 0))
        var record = CoreFixture.record(site: 5, terminal: 0)
        record.id = "pos-0-0"
        record.name = "a much longer name than the one before"
        devices.revise(DeviceIndex(0), record)
        #expect(devices.record(DeviceIndex(0)) == record)
        #expect(devices.index(of: "pos-0-0") == DeviceIndex(0))
    }

    @Test(arguments: [
        ([10, 50, 100], 10, [1, 5, 10]), ([10, 50, 100], 1, [1, 1, 1]), ([1, 2, 100], 30, [1, 1, 30]),
        ([33, 66, 100], 10, [3, 6, 10]), ([50], 9, [4]), ([10, 100], 0, [0, 0]),
    ])
    func phasesAreCumulativeShares(percents: [Int], targets: Int, sizes: [Int]) {
        let phases = percents.map { PhaseDefinition(name: "p", percent: $0) }
        #expect(FleetState.phaseSizes(phases, targets: targets) == sizes)
    }

    @Test(arguments: [0, 1, 2, 3] as [UInt64])
    func theOrderOfTargetsIsStableAndSpread(seed: UInt64) {
        var devices = DeviceTable()
        for site in 0..<60 {
            for terminal in 0..<5 { devices.append(CoreFixture.record(site: site, terminal: terminal, regions: 6)) }
        }
        let targets = devices.indices.map { DeviceIndex(UInt32($0)) }
        let order = TargetOrder.sorted(targets, in: devices, seed: seed)
        #expect(order == TargetOrder.sorted(targets.reversed(), in: devices, seed: seed))
        #expect(order.sorted() == targets)
        #expect(order != TargetOrder.sorted(targets, in: devices, seed: seed &+ 1))
        // A fifth of the targets is one terminal of each store, and a tenth has every region in like numbers.
        #expect(Set(order.prefix(60).map(devices.siteNumber)).count == 60)
        let regions = order.prefix(30).map(devices.regionNumber)
        for region in 0..<6 { #expect(regions.filter { $0 == region }.count == 5) }
    }

    @Test(arguments: [
        "region = region-1", "not (region = region-1)", "site in (site-1, site-3) and firmware < 2.0.0",
        "type = flagship or status = offline", "id ~ \"pos-?-1\"", "unseen > 1d", "location = \"Town 2\"",
        "zone = America/Phoenix", "lifecycle = active", "name ~ \"terminal*\"", "all",
    ])
    func scansAgreeWithAskingEachDevice(text: String) throws {
        var fixture = CoreFixture(sites: 9, terminals: 3, regions: 3)
        fixture.report("pos-1-1", .contacted(firmware: CoreFixture.new))
        fixture.pass(.hours(2))
        let state = fixture.machine.state, presence = fixture.machine.presence
        let selector = try Selector(parsing: text)
        let places = state.places(.selector(selector), presence: presence, now: fixture.now)
        for offset in state.devices.indices {
            let device = DeviceIndex(UInt32(offset))
            let subject = DeviceSubject(state.devices, device, lastSeen: presence.lastSeen(device))
            #expect(places[offset] == selector.matches(subject, now: fixture.now))
        }
    }

    @Test(arguments: ["pos-1", "TERMINAL 2", "region-2", "town 4", "offline", "1.0.0", "flag", "nowhere"])
    func textScansAgreeWithAskingEachDevice(text: String) {
        var fixture = CoreFixture(sites: 9, terminals: 3, regions: 3)
        fixture.pass(.hours(2))
        let state = fixture.machine.state, presence = fixture.machine.presence
        let filter = DeviceFilter.text(text)
        let places = state.places(filter, presence: presence, now: fixture.now)
        for offset in state.devices.indices {
            let device = DeviceIndex(UInt32(offset))
            let subject = DeviceSubject(state.devices, device, lastSeen: presence.lastSeen(device))
            #expect(places[offset] == filter.matches(subject, now: fixture.now))
        }
    }
}
