import DeviceGateway
import FleetCore
import Foundation
import Testing

/// What HTTP itself asks of a server, and what is said of what is refused.
@Suite(.timeLimit(.minutes(10))) struct HTTPRuleTests {
    private func head(_ fixture: GatewayFixture, _ version: String, _ headers: String...) -> String {
        let proof = "Authorization: GatewayToken \(fixture.fleetToken)"
        let lines = ["GET /DEFAULT/controller/v1/device-1 HTTP/\(version)", proof] + headers
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test func aConnectionOfHTTP10IsClosedAfterItsAnswer() async throws {
        let fixture = try await GatewayFixture()
        for headers in [[], ["Connection: close"]] {
            let connection = try await fixture.connect()
            try await connection.send(
                head(fixture, "1.0").replacing("\r\n\r\n", with: headers.map { "\r\n\($0)" }.joined() + "\r\n\r\n"))
            #expect(try await connection.reply().status == 200)
            try await connection.closed(within: .seconds(5))
        }
        let kept = try await fixture.connect()
        for _ in 0..<2 {
            #expect(try await kept.ask(head(fixture, "1.0", "Connection: keep-alive")).status == 200)
        }
        await kept.close()
        await fixture.end()
    }

    @Test func aRequestNamesOneHost() async throws {
        let fixture = try await GatewayFixture()
        for headers in [[], ["Host: a", "Host: b"], ["Host: a", "host: a"]] {
            let connection = try await fixture.connect()
            let text = head(fixture, "1.1").dropLast(1) + headers.map { "\($0)\r\n" }.joined() + "\r\n"
            #expect(try await connection.ask(String(text)).status == 400, "\(headers)")
            try await connection.closed(within: .seconds(5))
        }
        #expect(try await fixture.ask("GET", "device-1").status == 200)
        await fixture.end()
    }

    @Test func aWaitMayBeQuoted() async throws {
        let fixture = try await GatewayFixture()
        let reply = try await fixture.ask("GET", "device-1", headers: ["Prefer: wait=\"1\""])
        #expect(reply.status == 200 && reply["preference-applied"] == "wait=1")
        await fixture.end()
    }

    @Test func whatIsRefusedIsLoggedAsWhatItIs() async throws {
        let fixture = try await GatewayFixture()
        #expect(try await fixture.ask("DELETE", "device-1").status == 405)
        let long = String(repeating: "x", count: 70_000)
        let action = try await fixture.offer()
        let path = "deploymentBase/\(action)/feedback"
        #expect(try await fixture.ask("POST", "device-1", path, body: long).status == 413)
        let refusals = fixture.log.all.filter { $0.message == "refused" }.map(\.fields)
        #expect(refusals.contains { $0["why"] == "wrongMethod" && $0["status"] == "405" })
        #expect(refusals.contains { $0["why"] == "tooLong" && $0["device"] == "device-1" })
        await fixture.end()
    }

    @Test func aFullWaitingListIsSaidToBeFull() async throws {
        let fixture = try await GatewayFixture(limits: .withoutRates)
        let connection = try await fixture.connect()
        for number in 0..<Introduction.mostWaiting {
            _ = try await connection.ask(fixture.request("GET", "stranger-\(number)"))
        }
        let reply = try await connection.ask(fixture.request("GET", "one-more"))
        #expect(reply.status == 503 && reply["retry-after"] != nil)
        #expect(reply.text.contains("1000 devices wait for acceptance already"), "\(reply.text)")
        let held = try await connection.ask(fixture.request("GET", "one-more", headers: ["Prefer: wait=1"]))
        #expect(held.status == 503)
        let refusals = fixture.log.all.filter { $0.message == "refused" }.map(\.fields)
        #expect(refusals.count { $0["why"] == "waitingListFull" && $0["device"] == "one-more" } == 2)
        await connection.close()
        await fixture.end()
    }

    /// Nobody can call by it, and no token is drawn for it.
    @Test func theFleetIsNoDevice() async throws {
        let fixture = try await GatewayFixture()
        #expect(throws: CredentialFailure.self) { try CredentialFile.issue("*", directory: fixture.folder) }
        #expect(throws: CredentialFailure.self) { try CredentialFile.revoke("*", directory: fixture.folder) }
        let credentials = CredentialFile(directory: fixture.folder)
        #expect(credentials.isGatewayToken(fixture.fleetToken))
        #expect(!credentials.isToken(fixture.fleetToken, of: "*"))
        let proof = "TargetToken \(fixture.fleetToken)"
        #expect(try await fixture.ask("GET", "*", proof: proof).status == 404)
        #expect(try await fixture.ask("GET", "%2A", proof: proof).status == 404)
        #expect(try await fixture.ask("GET", "*").status == 404)
        await fixture.end()
    }
}
