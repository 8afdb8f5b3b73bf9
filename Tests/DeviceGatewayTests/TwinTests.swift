import FleetCore
import Testing

/// What an operator has to look at is in the log: newcomers, and devices that are held.
@Suite struct TwinTests {
    @Test func twoDevicesUnderOneIDAreHeldAndWrittenDown() async throws {
        let fixture = try await GatewayFixture()
        for turn in 0..<6 {
            let body = #"{"data":{"serial":"\#(turn % 2)"}}"#
            _ = try await fixture.ask("PUT", "device-1", "configData", body: body)
        }
        #expect(try await fixture.ask("GET", "device-1").status == 403)
        let held = fixture.log.all.filter { $0.message == "two devices call in by one id: it gets no orders" }
        #expect(held.count == 1 && held.first?.level == .warning && held.first?.fields["device"] == "device-1")
        #expect(held.first?.fields["evidence"]?.contains("serial=") == true)
        await fixture.end()
    }

    @Test func aNewcomerIsWrittenDownOnce() async throws {
        let fixture = try await GatewayFixture()
        for _ in 0..<3 { #expect(try await fixture.ask("GET", "newcomer").status == 200) }
        let lines = fixture.log.all.filter { $0.fields["device"] == "newcomer" }
        #expect(lines.count == 1 && lines.first?.level == .info)
        await fixture.end()
    }

    /// An update's requests come from whichever uplink is free.
    @Test func oneDeviceWithTwoAddressesIsNotHeld() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let requests: [(String, String, String?)] = [
            ("GET", "", nil), ("GET", "deploymentBase/\(action)", nil), ("GET", fixture.file(action), nil),
            ("POST", "deploymentBase/\(action)/feedback", GatewayFixture.feedback("proceeding")),
        ]
        let uplinks = [try await fixture.connect(), try await fixture.connect(from: "127.0.0.2")]
        for turn in 0..<24 {
            let (method, path, body) = requests[turn % requests.count]
            let request = fixture.request(method, "device-1", path, body: body)
            let reply = try await uplinks[(turn / 3) % 2].ask(request)
            #expect(reply.status == 200, "\(method) \(path)")
        }
        await fixture.end()
    }

    /// From two addresses, and from one: their connections tell them apart.
    @Test(arguments: ["127.0.0.2", nil]) func twoThatHoldPollsAtOnceAreHeld(_ address: String?) async throws {
        let fixture = try await GatewayFixture()
        let twins = [try await fixture.connect(), try await fixture.connect(from: address)]
        let poll = fixture.request("GET", "device-1", headers: ["Prefer: wait=3"])
        try await twins[0].send(poll)
        var statuses: Set<Int> = []
        for turn in 0..<20 where !statuses.contains(403) {
            // Each poll ends the other's.
            try await twins[(turn + 1) % 2].send(poll)
            statuses.insert(try await twins[turn % 2].reply().status)
        }
        #expect(statuses.contains(403))
        await fixture.end()
    }

    /// Its line drops again and again, and the gateway does not hear of it: each former connection stays open. It comes by
    /// a new one each time, as clients do.
    @Test func oneThatLosesItsLineAndComesAgainIsNotHeld() async throws {
        let fixture = try await GatewayFixture(limits: .withoutRates)
        let poll = fixture.request("GET", "device-1", headers: ["Prefer: wait=60"])
        var former: RawConnection?
        for turn in 0..<40 {
            let line = try await fixture.connect()
            try await line.send(poll)
            // Its answer says that the new poll has come.
            if let former {
                #expect(try await former.reply().status == 200, "\(turn)")
            } else {
                try await eventuallyHolds { fixture.bell.count == 1 }
            }
            former = line
        }
        #expect(try await fixture.ask("GET", "device-1").status == 200)
        await fixture.end()
    }

    /// Each poll is answered before the next.
    @Test func oneThatGoesOnByAnotherConnectionIsNotHeld() async throws {
        let fixture = try await GatewayFixture()
        let poll = fixture.request("GET", "device-1", headers: ["Prefer: wait=1"])
        let lines = [try await fixture.connect(), try await fixture.connect()]
        for turn in 0..<12 { #expect(try await lines[turn % 2].ask(poll).status == 200) }
        await fixture.end()
    }
}
