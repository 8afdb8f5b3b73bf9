import FleetCore
import Foundation
import Testing

@testable import OperatorAPI

/// What is too much, or of a wrong form.
@Suite struct BoundTests {
    @Test func bodiesAreLookedAt() async throws {
        try await APIFixture.with { fixture async throws in
            let path = "/updates/night/pause"
            for json in [
                "[]", "3", "null", "{", #"{"reason":3}"#, #"{"reasons":"a"}"#, #"{"basis":1.5}"#, #"{"basis":-1}"#,
            ] {
                let answer = try await fixture.post(path, json)
                #expect(answer.status == 400 && answer.text("type") == "urn:muster:bad-request", "\(json)")
            }
            let long = try await fixture.post(path, "{\"reason\":\"\(String(repeating: "a", count: 251))\"}")
            #expect(long.status == 400)
            let huge = try await fixture.post(path, "{\"reason\":\"\(String(repeating: "a", count: 20_000))\"}")
            #expect(huge.status == 413)
            let form = try await fixture.post(
                path, "reason=a", headers: ["Content-Type": "application/x-www-form-urlencoded"])
            #expect(form.status == 415)
            #expect(try fixture.commands().isEmpty)
        }
    }

    @Test func fieldsAreLookedAt() async throws {
        try await APIFixture.with { fixture async throws in
            let path = "/updates/night/pause"
            for field in ["abc", "\"\"", "\"-1\"", "\"0x1\"", "W/\"1\"", "\"1\", \"2\"", "\"99999999999999999\""] {
                #expect(try await fixture.post(path, headers: ["If-Match": field]).status == 400, "\(field)")
            }
            #expect(try await fixture.post(path, headers: ["If-Match": ""]).status == 412)
            #expect(
                try await fixture.post(path, headers: ["Idempotency-Key": String(repeating: "k", count: 129)]).status
                    == 400)
            #expect(try await fixture.post(path, headers: ["Idempotency-Key": "two words"]).status == 400)
            #expect(try await fixture.post(path, headers: ["Expect": "everything"]).status == 417)
        }
    }

    @Test func targetsAreBounded() async throws {
        try await APIFixture.with { fixture async throws in
            let long = String(repeating: "a", count: 5000)
            #expect(try await fixture.get("/devices?filter=\(long)").status == 414)
            #expect(try await fixture.get("/updates/\(String(repeating: "a", count: 201))").status == 404)
            #expect(try await fixture.get("/updates/%2e%2e").status == 404)
            #expect(try await fixture.get("/updates/a%2Fb").status == 404)
        }
    }

    @Test func otherMethodsAreNamed() async throws {
        try await APIFixture.with { fixture async throws in
            let deleted = try await fixture.ask("DELETE", "/updates/night")
            #expect(deleted.status == 405 && deleted.headers["allow"] == "GET, HEAD")
            let looked = try await fixture.get("/updates/night/start")
            #expect(looked.status == 405 && looked.headers["allow"] == "POST")
            let head = try await fixture.ask("HEAD", "/status")
            #expect(head.status == 200 && head.bytes.isEmpty)
        }
    }

    @Test func aTokenMayAskSoOften() async throws {
        var limits = APILimits()
        limits.requests = .init(perSecond: 0.1, burst: 3)
        try await APIFixture.with(limits: limits) { fixture async throws in
            for _ in 0..<3 { #expect(try await fixture.get("/status").status == 200) }
            let more = try await fixture.get("/status")
            #expect(more.status == 429 && more.text("type") == "urn:muster:too-often")
            #expect(more.headers["retry-after"].flatMap { Int($0) }.map { $0 > 0 } == true)
            // It is one token's bound and no other's.
            #expect(try await fixture.get("/status", as: .admin).status == 200)
        }
    }

    @Test func withoutAnEngineNothingIsClaimed() async throws {
        let fixture = try await APIFixture()
        fixture.host.stop()
        let status = try await fixture.get("/status")
        #expect(status.status == 503 && status.text("type") == "urn:muster:unavailable")
        let command = try await fixture.post("/updates/night/start")
        #expect(command.status == 503 && command.headers["retry-after"] != nil)
        await fixture.running.drain()
    }
}
