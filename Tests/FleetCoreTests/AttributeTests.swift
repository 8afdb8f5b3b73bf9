import Testing

@testable import FleetCore

/// What devices say of themselves.
@Suite struct AttributeTests {
    private var fixture = CoreFixture(sites: 2, terminals: 1)
    private let first = DeviceIndex(0)

    @Test mutating func onlyNewsIsAFact() {
        #expect(!fixture.machine.state.devices.hasDescribedItself(first))
        _ = fixture.machine.takeFacts()
        fixture.report("pos-0-0", .described([Tag("slot", "b"), Tag("mac", "02:00")]))
        fixture.report("pos-0-0", .described([Tag("mac", "02:00"), Tag("slot", "b")]))
        let said = [Tag("mac", "02:00"), Tag("slot", "b")]
        #expect(fixture.machine.takeFacts() == [Fact(at: fixture.now, .deviceDescribed(first, said))])
        fixture.report("pos-1-0", .described([]))
        #expect(fixture.machine.state.devices.hasDescribedItself(DeviceIndex(1)))
        #expect(fixture.machine.takeFacts() == [Fact(at: fixture.now, .deviceDescribed(DeviceIndex(1), []))])
    }

    @Test mutating func filesWinAndReadingThemAgainErasesNothing() {
        fixture.report("pos-0-0", .described([Tag("type", "kiosk"), Tag("slot", "b")]))
        #expect(fixture.machine.state.devices.tags(first) == [Tag("slot", "b"), Tag("type", "flagship")])
        var record = CoreFixture.record(site: 0, terminal: 0)
        record.tags = []
        fixture.command(.register([record]))
        #expect(fixture.machine.state.devices.tags(first) == [Tag("slot", "b"), Tag("type", "kiosk")])
        #expect(fixture.machine.state.devices.describedNames == ["slot", "type"])
    }

    @Test mutating func selectorsAndSearchSeeBoth() throws {
        fixture.report("pos-1-0", .described([Tag("type", "zzz"), Tag("slot", "bee")]))
        func places(_ filter: DeviceFilter) -> [Int] {
            let state = fixture.machine.state
            let found = state.places(filter, presence: fixture.machine.presence, now: fixture.now)
            return state.devices.indices.filter { found[$0] }
        }
        #expect(places(.selector(try Selector(parsing: "slot = bee"))) == [1])
        #expect(places(.selector(try Selector(parsing: "slot != bee"))) == [0])
        #expect(places(.selector(try Selector(parsing: "type = zzz"))) == [])
        #expect(places(.text("bee")) == [1])
        #expect(places(.text("zzz")) == [])
        var definition = CoreFixture.update()
        definition.selector = try Selector(parsing: "slot = bee")
        fixture.start(definition)
        #expect(fixture.state("u", "pos-1-0") == .inProgress)
        #expect(fixture.state("u", "pos-0-0") == nil)
    }

    @Test func whatIsSaidIsBoundedAndHarmless() {
        let many = (0..<100).map { Tag("name-\($0)", "v") }
        #expect(DeviceAttributes.taken(many).count == DeviceAttributes.mostNames)
        let odd = [
            Tag("", "empty"), Tag(String(repeating: "n", count: 65), "long"), Tag("a\u{202e}b", "x\r\ny"),
            Tag("twice", "first"), Tag("twice", "second"), Tag("value", String(repeating: "é", count: 200)),
        ]
        let taken = DeviceAttributes.taken(odd)
        #expect(
            taken == [
                Tag("a\u{FFFD}b", "x\u{FFFD}\u{FFFD}y"), Tag("twice", "first"),
                Tag("value", String(repeating: "é", count: 128)),
            ])
        #expect(DeviceAttributes.taken(taken) == taken)
    }

    @Test mutating func versionsBeyondTheMostAreNotTakenIn() {
        for number in 0..<FleetState.mostReportedVersions + 50 {
            fixture.machine.handle(
                Report(device: first, body: .contacted(firmware: Version(9, UInt32(number), 0))), now: fixture.now)
        }
        #expect(fixture.machine.state.devices.versions.count == FleetState.mostReportedVersions)
        fixture.report("pos-0-0", .contacted(firmware: CoreFixture.new))
        #expect(fixture.machine.state.devices.firmware(first) == CoreFixture.new)
    }
}
