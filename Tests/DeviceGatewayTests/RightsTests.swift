import DeviceGateway
import FleetCore
import Testing

/// Who may do what: each cell of the matrix of a caller and a request.
@Suite struct RightsTests {
    private static let requests: [(method: String, path: String)] = [
        ("GET", ""), ("PUT", "configData"), ("GET", "deploymentBase/1"), ("POST", "deploymentBase/1/feedback"),
        ("GET", "cancelAction/1"), ("POST", "cancelAction/1/feedback"),
        ("GET", "softwaremodules/1/artifacts/firmware.swu"), ("HEAD", "softwaremodules/1/artifacts/firmware.swu"),
        ("GET", "softwaremodules/1/artifacts/firmware.swu.MD5SUM"),
    ]

    private func statuses(_ fixture: GatewayFixture, _ device: String, proof: String? = nil) async throws -> Set<Int> {
        var statuses: Set<Int> = []
        for (method, path) in Self.requests {
            let said = path == "configData" ? #"{"data":{}}"# : GatewayFixture.feedback("proceeding")
            let body = method.hasPrefix("P") ? said : nil
            statuses.insert(try await fixture.ask(method, device, path, proof: proof, body: body).status)
        }
        return statuses
    }

    @Test func whoProvesNothingIsAnsweredBy401WhateverIsAskedFor() async throws {
        let fixture = try await GatewayFixture(limits: .withoutRates)
        let own = try fixture.token("device-1"), other = try fixture.token("device-2")
        let proofs = [
            "", "TargetToken", "TargetToken ", "TargetToken wrong", "TargetToken \(other)", "GatewayToken \(own)",
            "TargetToken \(fixture.fleetToken)", "Bearer \(own)", "GatewayToken ", "TargetToken \(own)x",
        ]
        for proof in proofs {
            let found = try await statuses(fixture, "device-1", proof: proof)
            #expect(found == [401], "\(proof)")
        }
        let unknown = try await statuses(fixture, "nobody", proof: "TargetToken \(own)")
        #expect(unknown == [401])
        await fixture.end()
    }

    /// swupdate takes a token like `-d7...` for an option, and never calls anybody. One in 64 would begin so.
    @Test func aTokenIsNoOptionOnACommandLine() {
        let tokens = (0..<4_000).map { _ in HashedTokens.draw() }
        #expect(tokens.allSatisfy { $0.count == 43 && $0.first != "-" })
        #expect(Set(tokens).count == tokens.count)
    }

    @Test func aTokenCountsFromWhenItIsDrawnUntilItIsTakenBack() async throws {
        let fixture = try await GatewayFixture()
        for _ in 0..<5 {
            let former = "TargetToken \(try CredentialFile.issue("device-1", directory: fixture.folder))"
            #expect(try await fixture.ask("GET", "device-1", proof: former).status == 200)
            let proof = "TargetToken \(try CredentialFile.issue("device-1", directory: fixture.folder))"
            #expect(try await fixture.ask("GET", "device-1", proof: former).status == 401)
            #expect(try await fixture.ask("GET", "device-1", proof: proof).status == 200)
            #expect(try CredentialFile.revoke("device-1", directory: fixture.folder))
            #expect(try await fixture.ask("GET", "device-1", proof: proof).status == 401)
        }
        await fixture.end()
    }

    @Test func aDeviceOutOfServiceIsAnsweredBy403() async throws {
        let fixture = try await GatewayFixture()
        let own = try await statuses(fixture, "gone", proof: "TargetToken \(try fixture.token("gone"))")
        let fleet = try await statuses(fixture, "gone")
        #expect(own == [403] && fleet == [403])
        await fixture.end()
    }

    /// It may say what it is, and finds nothing to do; an operator has not accepted it.
    @Test func aDeviceThatWaitsFindsNothingToDo() async throws {
        let fixture = try await GatewayFixture()
        let own = try await statuses(fixture, "waiting", proof: "TargetToken \(try fixture.token("waiting"))")
        #expect(own == [200, 404])
        let poll = try await fixture.ask("GET", "waiting", "")
        #expect(!poll.text.contains("deploymentBase") && !poll.text.contains("cancelAction"))
        await fixture.end()
    }

    /// The fleet's token proves that a device belongs to the fleet: it introduces itself, and waits.
    @Test func aDeviceThatNobodyKnowsMayIntroduceItselfByTheFleetsToken() async throws {
        let fixture = try await GatewayFixture()
        let fleet = try await statuses(fixture, "newcomer")
        #expect(fleet == [200, 404])
        await fixture.end()
    }

    @Test func anotherTenantIsNotFoundWhoeverAsks() async throws {
        let fixture = try await GatewayFixture()
        let proof = "TargetToken \(try fixture.token("device-1"))"
        for (method, path) in Self.requests {
            let full = "/other/controller/v1/device-1" + (path.isEmpty ? "" : "/\(path)")
            let own = try await fixture.ask(method, "device-1", full, proof: proof)
            let nobody = try await fixture.ask(method, "device-1", full, proof: "")
            #expect(own.status == 404 && nobody.status == 404, "\(method) \(path)")
        }
        let named = try await fixture.ask("GET", "", "/DEFAULT/controller/v1/device-1", proof: proof)
        #expect(named.status == 200)
        await fixture.end()
    }

    @Test func aDeviceReachesItsOwnOrderAndNoOther() async throws {
        let fixture = try await GatewayFixture()
        let mine = try await fixture.offer("device-1"), theirs = try await fixture.action("device-2")
        #expect(mine != theirs)
        let proof = "TargetToken \(try fixture.token("device-1"))"
        let own = try await fixture.ask("GET", "device-1", "deploymentBase/\(mine)", proof: proof)
        let ownFile = try await fixture.ask("GET", "device-1", fixture.file(mine), proof: proof)
        #expect(own.status == 200 && ownFile.status == 200 && ownFile.body == fixture.payload)
        for path in [
            "deploymentBase/\(theirs)", "cancelAction/\(theirs)", fixture.file(theirs), "deploymentBase/99999",
        ] {
            #expect(try await fixture.ask("GET", "device-1", path, proof: proof).status == 404, "\(path)")
        }
        for name in ["other.swu", "firmware.swu.MD5", "..%2Ffirmware.swu", "%2e%2e", "firmware.swu%00"] {
            let path = "softwaremodules/\(mine)/artifacts/\(name)"
            let status = try await fixture.ask("GET", "device-1", path, proof: proof).status
            #expect(status == 404 || status == 400, "\(name)")
        }
        await fixture.end()
    }

    @Test func feedbackOfAnothersOrderIsRefusedAndChangesNothing() async throws {
        let fixture = try await GatewayFixture()
        let mine = try await fixture.offer("device-1")
        let theirs = try await fixture.action("device-2")
        let body = GatewayFixture.feedback("closed", "failure")
        for path in [
            "deploymentBase/\(theirs)", "cancelAction/\(theirs)", "deploymentBase/99999", "deploymentBase/0",
            "deploymentBase/+\(mine)", "deploymentBase/0\(mine)", "deploymentBase/\(mine)%20",
        ] {
            let reply = try await fixture.ask("POST", "device-1", "\(path)/feedback", body: body)
            #expect(reply.status == 404, "\(path)")
        }
        let tally = try await fixture.view().update?.summary.tally
        #expect(tally?[.inProgress] == 3 && tally?.failures == 0)
        #expect(try await fixture.action("device-2") == theirs)
        await fixture.end()
    }

    /// Whether the device's own order is over or it never had one, and also where a restart has forgotten who was offered
    /// what.
    @Test(arguments: [false, true]) func withoutAnOrderAnothersIsOutOfReachAsWell(isRestarted: Bool) async throws {
        let fixture = try await GatewayFixture()
        let mine = try await fixture.offer("device-1"), theirs = try await fixture.action("device-2")
        try await fixture.command(
            .register([DeviceRecord(id: "late", region: "north", firmware: Version(1, 0, 0), status: .online)]))
        let failed = GatewayFixture.feedback("closed", "failure")
        func say(_ device: String, _ action: UInt32, _ path: String = "deploymentBase") async throws -> Int {
            try await fixture.ask("POST", device, "\(path)/\(action)/feedback", body: failed).status
        }
        #expect(try await say("device-1", mine) == 200)
        if isRestarted { try await fixture.restartGateway() }
        for path in ["deploymentBase", "cancelAction"] {
            for (device, action) in [("device-1", theirs), ("late", theirs), ("late", mine), ("device-1", 9999)] {
                #expect(try await say(device, action, path) == 404, "\(device) \(action) \(path)")
            }
            // Of its own, though that is over.
            #expect(try await say("device-1", mine, path) == 200)
        }
        let tally = try await fixture.view().update?.summary.tally
        #expect(tally?[.inProgress] == 2 && tally?[.retrying] == 1)
        await fixture.end()
    }

    @Test func anOrderThatIsOverIsOutOfReach() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let whole = try await fixture.ask("GET", "device-1", fixture.file(action))
        #expect(whole.body == fixture.payload)
        let feedback = "deploymentBase/\(action)/feedback", done = GatewayFixture.feedback("closed", "success")
        try await eventuallyHolds {
            _ = try await fixture.ask("POST", "device-1", feedback, body: done)
            return try await fixture.view().update?.summary.tally[.completed] == 1
        }
        for path in ["deploymentBase/\(action)", fixture.file(action), fixture.file(action) + ".MD5SUM"] {
            #expect(try await fixture.ask("GET", "device-1", path).status == 404, "\(path)")
        }
        let late = GatewayFixture.feedback("closed", "failure")
        #expect(try await fixture.ask("POST", "device-1", feedback, body: late).status == 200)
        let tally = try await fixture.view().update?.summary.tally
        #expect(tally?[.completed] == 1 && tally?.failures == 0)
        await fixture.end()
    }
}
