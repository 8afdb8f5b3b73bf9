import FleetCore
import Testing

@testable import DeviceGateway

/// Two devices whose ids are one text to Unicode, and not byte for byte: each has its own rights, and what it was sent.
@Suite(.timeLimit(.minutes(10))) struct LookAlikeTests {
    /// As one character, and as a letter with its accent; and the same in paths.
    private static let ids = ["till-\u{e9}", "till-e\u{301}"], paths = ["till-%C3%A9", "till-e%CC%81"]

    private func fixture() async throws -> GatewayFixture {
        let fixture = try await GatewayFixture(devices: 1, limits: .withoutRates)
        let records = Self.ids.map {
            DeviceRecord(id: $0, region: "north", firmware: Version(1, 0, 0), status: .online)
        }
        try await fixture.command(.register(records))
        return fixture
    }

    private func draw(_ fixture: GatewayFixture, _ device: Int) throws -> String {
        "TargetToken \(try CredentialFile.issue(Self.ids[device], directory: fixture.folder))"
    }

    /// What a poll of each is answered by this proof, by either way that polls go.
    private func statuses(_ fixture: GatewayFixture, _ proof: String) async throws -> [Int] {
        var statuses: [Int] = []
        for path in Self.paths {
            let plain = try await fixture.ask("GET", path, proof: proof).status
            #expect(try await fixture.ask("GET", path, proof: proof, headers: ["Prefer: wait=0"]).status == plain)
            statuses.append(plain)
        }
        return statuses
    }

    @Test func aTokenIsOneDevicesOnly() async throws {
        let fixture = try await fixture()
        let former = try draw(fixture, 0)
        #expect(try await statuses(fixture, former) == [200, 401])
        let other = try draw(fixture, 1)
        #expect(try await statuses(fixture, former) == [200, 401])
        #expect(try await statuses(fixture, other) == [401, 200])
        let owners = try CredentialFile.owners(in: fixture.folder).devices
        #expect(owners.isSuperset(of: Self.ids.map { ExactText($0) }))
        #expect(try CredentialFile.revoke(Self.ids[1], directory: fixture.folder))
        #expect(try await statuses(fixture, former) == [200, 401])
        #expect(try await statuses(fixture, other) == [401, 401])
        #expect(try !CredentialFile.revoke(Self.ids[1], directory: fixture.folder))
        await fixture.end()
    }

    /// An id that begins with a mark has had it since before that was looked at.
    @Test func aLineIsReadByItsBytes() async throws {
        let fixture = try await GatewayFixture(devices: 1)
        try await fixture.command(.register([DeviceRecord(id: "\u{301}", firmware: Version(1, 0, 0), status: .online)]))
        let proof = "TargetToken \(try CredentialFile.issue("\u{301}", directory: fixture.folder))"
        #expect(try await fixture.ask("GET", "%CC%81", proof: proof).status == 200)
        // What cannot be read could not be written anew.
        let own = "TargetToken \(try CredentialFile.issue("device-1", directory: fixture.folder))"
        #expect(try await fixture.ask("GET", "device-1", proof: own).status == 200)
        await fixture.end()
    }

    @Test func aCertificateNamesOneDevice() {
        for (own, other) in [(Self.ids[0], Self.ids[1]), (Self.ids[1], Self.ids[0])] {
            #expect(ClientCertificate(commonName: own).names(own))
            #expect(!ClientCertificate(commonName: own).names(other))
        }
        #expect(!ClientCertificate(commonName: nil).names(""))
    }

    /// Nor is an order one device's that the other was given.
    @Test func whatOneWasSentTheOtherDoesNotHave() async throws {
        let fixture = try await fixture()
        let proofs = [try draw(fixture, 0), try draw(fixture, 1)]
        try await fixture.command(.start(update: GatewayFixture.update.id))
        var actions: [UInt32] = []
        for (path, proof) in zip(Self.paths, proofs) {
            actions.append(try #require(try await fixture.ask("GET", path, proof: proof).action("deploymentBase")))
        }
        let whole = try await fixture.ask("GET", Self.paths[0], fixture.file(actions[0]), proof: proofs[0])
        #expect(whole.body == fixture.payload)
        let done = GatewayFixture.feedback("closed", "success")
        for (device, status) in [(0, 404), (1, 200)] {
            let path = "deploymentBase/\(actions[1])/feedback"
            let reply = try await fixture.ask("POST", Self.paths[device], path, proof: proofs[device], body: done)
            #expect(reply.status == status)
        }
        let tally = try await fixture.view().update?.summary.tally
        #expect(tally?[.completed] == 0 && tally?[.retrying] == 1)
        await fixture.end()
    }

    /// They are rates of two devices, and calls of two devices.
    @Test func theyAreCountedApart() {
        var buckets = TokenBuckets(TokenRate(perSecond: 0.001, burst: 1), now: .now)
        let now = ContinuousClock.now
        #expect(Self.ids.map { buckets.take($0, now: now) } == [nil, nil])
        #expect(buckets.take(Self.ids[0], now: now) != nil)
        let newcomers = Newcomers()
        #expect(Self.ids.map(newcomers.isNew) == [true, true])
        #expect(!newcomers.isNew(Self.ids[1]))
        let watch = CloneWatch(interval: .seconds(1))
        for turn in 0..<20 { #expect(watch.described(Self.ids[turn % 2], as: ["serial=\(turn % 2)"]) == nil) }
    }

    /// By the fleet's token nobody joins under an id that is read as another's.
    @Test(arguments: [
        "till-e%CC%81", "%CC%81", "d1%E3%85%A4", "d1%EF%BE%A0", "d1%E2%A0%80", "d1%CD%8F", "d1%EF%B8%8F",
    ])
    func whoLooksLikeAnotherIsNotTakenIn(path: String) async throws {
        let fixture = try await GatewayFixture(devices: 1)
        #expect(try await fixture.ask("GET", path).status == 404)
        #expect(try await fixture.ask("GET", "till-%C3%A9").status == 200)
        await fixture.end()
    }
}
