import FleetCore
import FleetEngine
import Testing

/// What devices say, in the forms in which field clients say it, and in those that none does.
@Suite struct FeedbackTests {
    private func status(_ fixture: GatewayFixture, _ action: UInt32, _ body: String) async throws -> Int {
        try await fixture.ask("POST", "device-1", "deploymentBase/\(action)/feedback", body: body).status
    }

    @Test func whatFieldClientsSendIsTaken() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let long = (0..<48).map { _ in "\"" + String(repeating: "x", count: 700) + "\"" }.joined(separator: ",")
        let brackets = "\"" + String(repeating: "[{", count: 100) + "\""
        let bodies = [
            GatewayFixture.feedback("proceeding", id: "1"), GatewayFixture.feedback("proceeding", id: "\"\""),
            GatewayFixture.feedback("proceeding", id: "\"no number\""),
            GatewayFixture.feedback("proceeding", id: "null"),
            "{\"status\":{\"execution\":\"proceeding\",\"details\":[\"a\nb\tc\u{1b}[31m\"]}}",
            #"{"status":{"execution":"proceeding","details":[\#(long)]}}"#,
            #"{"status":{"execution":"download","details":[\#(brackets)]}}"#,
            #"{"status":{"execution":"scheduled","result":null,"details":null}}"#,
            #"{"status":{"execution":"resumed","result":{"finished":7},"details":"one text"}}"#,
        ]
        for body in bodies { #expect(try await status(fixture, action, body) == 200, "\(body.prefix(80))") }
        #expect(try await fixture.action("device-1") == action)
        await fixture.end()
    }

    @Test func whatCannotBeReadIsRefusedAndChangesNothing() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let deep = String(repeating: #"{"a":"#, count: 5000) + "1" + String(repeating: "}", count: 5000)
        let bodies = [
            "", "{", "null", "[]", "7", "\"closed\"", #"{"status":7}"#, #"{"status":{"execution":"explode"}}"#,
            #"{"status":{"execution":["closed"]}}"#, deep, String(repeating: "[", count: 60_000),
            String(repeating: "\u{0}", count: 1000), "\u{feff}{", #"{"status":{"execution":"closed\u0000"}}"#,
        ]
        for body in bodies { #expect(try await status(fixture, action, body) == 400, "\(body.prefix(40))") }
        let tally = try await fixture.view().update?.summary.tally
        #expect(tally?[.inProgress] == 3)
        await fixture.end()
    }

    @Test func aBodyThatIsTooLongIsRefused() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let body = #"{"a":""# + String(repeating: "x", count: 64 << 10) + #""}"#
        #expect(try await status(fixture, action, body) == 413)
        let attributes = try await fixture.ask("PUT", "device-1", "configData", body: body)
        #expect(attributes.status == 413)
        // An endless one as well, before it ends.
        let connection = try await fixture.connect()
        try await connection.send(
            fixture.request(
                "POST", "device-1", "deploymentBase/\(action)/feedback", headers: ["Transfer-Encoding: chunked"]))
        let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
        for _ in 0..<8 { try? await connection.send(chunk) }
        #expect(try await connection.reply().status == 413)
        await connection.close()
        await fixture.end()
    }

    private func describe(_ fixture: GatewayFixture, _ body: String) async throws -> Int {
        try await fixture.ask("PUT", "device-1", "configData", body: body).status
    }

    /// swupdate does not escape values, and does nothing else before it is answered by 200.
    @Test func attributesOfFieldClientsAreAnsweredBy200() async throws {
        let fixture = try await GatewayFixture()
        let bodies = [
            #"{"data":{"firmware":"1.0.0"}}"#, #"{"id":"","data":{}}"#, #"{"data":{"a":null,"b":7,"c":true}}"#,
            #"{"id":"","time":"20261123T152732","data":{"board":"11" panel"}}"#, "{\"data\":{\"a\":\"b\nc\"}}",
        ]
        for body in bodies { #expect(try await describe(fixture, body) == 200, "\(body)") }
        await fixture.end()
    }

    @Test func whatCannotBeAttributesIsRefused() async throws {
        let fixture = try await GatewayFixture()
        let deep = #"{"data":"# + String(repeating: #"{"a":"#, count: 100) + "1" + String(repeating: "}", count: 101)
        let bodies = [
            "", "{", "[]", "null", "rubbish", #"["data"]"#, #"{"data":7}"#, #"{"data":null}"#, #"{"a":"b"}"#, deep,
            #"{"data":{"a":[1]}}"#, #"{"data":{"a":{"b":"c"}}}"#, #"{"mode":"add","data":{"a":"b"}}"#,
            #"{"mode":7,"data":{"a":"b"}}"#, #"{"mode":null,"data":{"a":"b"}}"#,
        ]
        for body in bodies { #expect(try await describe(fixture, body) == 400, "\(body.prefix(40))") }
        await fixture.end()
    }

    @Test func attributesAreMergedReplacedOrRemoved() async throws {
        let fixture = try await GatewayFixture()
        func tags(_ body: String) async throws -> [String] {
            #expect(try await describe(fixture, body) == 200)
            let call = DeviceCall(device: "device-1", reports: [])
            let answer = await withCheckedContinuation { continuation in
                if !fixture.host.call(call, completion: { continuation.resume(returning: $0.answer) }) {
                    continuation.resume(returning: nil)
                }
            }
            return (answer?.described ?? []).map { "\($0.name)=\($0.value)" }
        }
        #expect(try await tags(#"{"data":{"a":"1","b":"2"}}"#) == ["a=1", "b=2"])
        #expect(try await tags(#"{"data":{"b":"3","c":"4","a":null}}"#) == ["b=3", "c=4"])
        #expect(try await tags(#"{"mode":"merge","data":{"d":"5"}}"#) == ["b=3", "c=4", "d=5"])
        #expect(try await tags(#"{"mode":"remove","data":{"b":null,"c":"","e":""}}"#) == ["d=5"])
        #expect(try await tags(#"{"mode":"replace","data":{"f":6,"g":true,"h":-1.5}}"#) == ["f=6", "g=true", "h=-1.5"])
        await fixture.end()
    }

    @Test func successWithoutTheFilesIsNoSuccess() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let last = fixture.payload.count - 1
        let part = try await fixture.ask("GET", "device-1", fixture.file(action), headers: ["Range: bytes=\(last)-"])
        #expect(part.status == 206)
        #expect(try await status(fixture, action, GatewayFixture.feedback("closed", "success")) == 200)
        let tally = try await fixture.view().update?.summary.tally
        #expect(tally?[.completed] == 0 && tally?[.retrying] == 1)
        await fixture.end()
    }

    /// A client that has the order and says `scheduled` puts it off; the reason is shown until it goes on.
    @Test func whatIsPutOffIsShownWithItsReason() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let body = #"{"status":{"execution":"scheduled","details":["first","a sale is under way"]}}"#
        #expect(try await status(fixture, action, body) == 200)
        var part = try await fixture.view(detail: "device-1").detail?.assignments.first
        #expect(part?.deferral == "a sale is under way" && part?.step == .offered)
        #expect(try await status(fixture, action, GatewayFixture.feedback("proceeding")) == 200)
        part = try await fixture.view(detail: "device-1").detail?.assignments.first
        #expect(part?.deferral == nil && part?.step == .downloading)
        await fixture.end()
    }

    @Test func aFloodOfReportsIsOneVote() async throws {
        let fixture = try await GatewayFixture()
        let action = try await fixture.offer()
        let connection = try await fixture.connect()
        let request = fixture.request(
            "POST", "device-1", "deploymentBase/\(action)/feedback", body: GatewayFixture.feedback("closed", "failure"))
        for _ in 0..<20 { #expect(try await connection.ask(request).status == 200) }
        let tally = try await fixture.view().update?.summary.tally
        #expect(tally?[.retrying] == 1 && tally?.total == 3)
        await fixture.end()
    }
}
