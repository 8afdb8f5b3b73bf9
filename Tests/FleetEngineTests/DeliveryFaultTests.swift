import FleetCore
import FleetEngine
import Testing

/// What cannot be delivered, as consoles and `status` tell it.
@Suite struct DeliveryFaultTests {
    private func fault(_ release: UInt32, _ file: String, _ reason: String = "damaged") -> DeliveryFaults.Fault {
        DeliveryFaults.Fault(
            release: Version(release, 0, 0), file: file, reason: reason, remedy: "put it back",
            since: Timestamp(milliseconds: 5))
    }

    private func told(_ faults: [DeliveryFaults.Fault]) throws -> (view: [Alert], status: FleetStatus) {
        var fixture = try EngineFixture()
        let board = DeliveryFaults()
        fixture.loop.deliveryFaults = board
        board.tell(faults)
        return (fixture.loop.view(ViewQuery(), now: fixture.now).alerts, fixture.loop.status(now: fixture.now))
    }

    @Test func whatCannotBeDeliveredIsAnAlertAndWaitsForAPerson() throws {
        let (view, status) = try told([fault(2, "till.swu")])
        let text = "release 2.0.0 cannot be delivered: till.swu: damaged"
        #expect(view.map(\.text) == [text] && view.map(\.severity) == [.warning])
        #expect(status.alerts.map(\.text) == [text])
        #expect(status.troubles == ["\(text); put it back"] && status.needsAPerson)
    }

    /// The reason may begin with the file that it is about.
    @Test func aFileIsNamedOnce() throws {
        let (view, _) = try told([fault(2, "till.swu", "till.swu of release 2.0.0 should have 5 bytes, and has 3")])
        #expect(
            view.map(\.text) == [
                "release 2.0.0 cannot be delivered: till.swu of release 2.0.0 should have 5 bytes, and has 3"
            ])
    }

    /// One alert a release, however many files and however often they are told in which order.
    @Test func filesOfOneReleaseAreOneAlert() throws {
        let (view, _) = try told([fault(3, "b"), fault(2, "x"), fault(3, "a"), fault(3, "c")])
        #expect(
            view.map(\.text) == [
                "release 2.0.0 cannot be delivered: x: damaged",
                "release 3.0.0 cannot be delivered: a: damaged, and 2 more files",
            ])
        #expect(try told((0..<50).map { fault($0, "a") }).view.count == 20)
    }

    @Test func tokensThatCannotBeReadWaitForAPerson() throws {
        var fixture = try EngineFixture()
        let board = DeliveryFaults()
        fixture.loop.deliveryFaults = board
        board.tell([fault(2, "a")])
        board.tell(
            tokens: DeliveryFaults.TokenFault(
                reason: "credentials is empty", remedy: "draw them anew", since: Timestamp(milliseconds: 5)))
        let text = "tokens of devices cannot be read, and whoever has them is refused: credentials is empty"
        let status = fixture.loop.status(now: fixture.now)
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).alerts.map(\.text).first == text)
        #expect(status.alerts.count == 2 && status.alerts.first?.text == text)
        #expect(status.troubles.first == "\(text); draw them anew" && status.needsAPerson)
        board.tell(tokens: nil)
        board.tell([])
        #expect(!fixture.loop.status(now: fixture.now).needsAPerson)
    }

    @Test func itGoesWithItsCause() throws {
        var fixture = try EngineFixture()
        let board = DeliveryFaults()
        fixture.loop.deliveryFaults = board
        board.tell([fault(2, "a")])
        let first = fixture.loop.view(ViewQuery(), now: fixture.now).alerts
        board.tell([fault(2, "a", "not signed")])
        let second = fixture.loop.view(ViewQuery(), now: fixture.now).alerts
        // An acknowledgement of the one is none of the other.
        #expect(first.count == 1 && second.count == 1 && first[0].id != second[0].id)
        board.tell([])
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).alerts == [])
        #expect(!fixture.loop.status(now: fixture.now).needsAPerson)
    }
}
