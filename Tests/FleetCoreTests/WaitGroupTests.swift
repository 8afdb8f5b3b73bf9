import FleetCore
import Testing

/// What is said of several devices that wait holds for all of them.
@Suite struct WaitGroupTests {
    private static let update = UpdateDefinition(
        id: "u", release: CoreFixture.new, selector: .all, strategy: .immediate(offline: .queue))

    private func groups(_ fixture: CoreFixture) throws -> [String] {
        let state = fixture.machine.state, index = try #require(state.updateIndex(of: "u"))
        var reader = state.waitReader(index, presence: fixture.machine.presence, now: fixture.now)
        return reader.groups().map { "\($0.count) \($0.reason)" }
    }

    /// A floor of each of some sites, at which one of two terminals is under way.
    @Test(arguments: [(1, "1 floor at site-0, 1 working"), (5, "5 floor at several sites, 1 working")])
    func aFloorIsOfItsSiteOnly(sites: Int, says: String) throws {
        var fixture = CoreFixture(sites: sites)
        fixture.command(.draft(Self.update))
        fixture.command(.start(update: "u"))
        #expect(try groups(fixture) == [says])
    }

    /// Of one site with three terminals the floor keeps two, and the place is told.
    @Test func severalOfOneSiteNameIt() throws {
        var fixture = CoreFixture(sites: 1, terminals: 3) { $0.floor.untouched = 2 }
        fixture.command(.draft(Self.update))
        fixture.command(.start(update: "u"))
        #expect(try groups(fixture) == ["2 floor at site-0, 2 working"])
    }

    @Test(arguments: [1, 3]) func theMomentOfOneIsNotThatOfAll(offline: Int) throws {
        var fixture = CoreFixture(sites: 0)
        let records = (0..<offline).map { number in
            var record = CoreFixture.record(site: number, terminal: 0)
            record.status = .offline
            record.lastSeen = fixture.now - .minutes(10 + number)
            return record
        }
        fixture.command(.register(records))
        fixture.command(.draft(Self.update))
        fixture.command(.start(update: "u"))
        let since = (fixture.now - .minutes(10)).iso
        #expect(try groups(fixture) == [offline == 1 ? "1 offline since \(since)" : "3 offline"])
    }
}
