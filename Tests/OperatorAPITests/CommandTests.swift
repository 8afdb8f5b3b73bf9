import FleetCore
import Foundation
import Testing

@testable import OperatorAPI

/// Commands over HTTP.
@Suite struct CommandTests {
    @Test func anUpdateIsRunFromAProgram() async throws {
        try await APIFixture.with { fixture async throws in
            let start = try await fixture.post("/updates/night/start", #"{"reason":"ticket 12"}"#)
            #expect(start.status == 200)
            #expect(
                start.object as? [String: String] == ["command": "start", "object": "night", "outcome": "accepted"])
            #expect(try await fixture.get("/updates/night").text("status") == "running")
            #expect(try await fixture.post("/updates/night/pause").status == 200)
            #expect(try await fixture.get("/updates/night").text("status") == "paused")
            #expect(try await fixture.post("/updates/night/resume").status == 200)
            let again = try await fixture.post("/updates/night/start")
            #expect(again.status == 409 && again.text("type") == "urn:muster:refused")
            #expect(try await fixture.post("/updates/night/rollback").status == 400)
            let unsure = try await fixture.post("/updates/night/rollback", #"{"confirmation":"nigth"}"#)
            #expect(unsure.status == 409)
            let back = try await fixture.post("/updates/night/rollback", #"{"confirmation":"night"}"#)
            #expect(back.status == 200)
            let origin = try fixture.facts().compactMap { fact -> Origin? in
                if case .commandAccepted(let record) = fact.event, record.verb == "start" { return record.origin }
                return nil
            }.first
            #expect(origin?.operatorName == "token operator-1" && origin?.source == "api")
            #expect(origin?.user == "token operator-1" && origin?.role == .operator && origin?.reason == "ticket 12")
        }
    }

    @Test func whatIsNotThereIsNotFound() async throws {
        try await APIFixture.with { fixture async throws in
            for (path, role) in [("/updates/none/start", Role.operator), ("/devices/none/accept", .admin)] {
                let answer = try await fixture.post(path, as: role)
                #expect(answer.status == 404 && answer.text("type") == "urn:muster:not-found", "\(path)")
            }
            for path in ["/updates/none", "/updates/none/preview", "/devices/none", "/nothing", "/updates//start"] {
                #expect(try await fixture.get(path).status == 404, "\(path)")
            }
        }
    }

    /// The same key and request: one deed, one answer, byte for byte.
    @Test func aKeyIsCarriedOutOnce() async throws {
        try await APIFixture.with { fixture async throws in
            let key = ["Idempotency-Key": "4711"]
            let first = try await fixture.post("/updates/night/start", #"{"reason":"a"}"#, headers: key)
            let second = try await fixture.post("/updates/night/start", #"{"reason":"a"}"#, headers: key)
            #expect((first.status, second.status) == (200, 200))
            #expect(first.bytes == second.bytes)
            #expect(try fixture.commands() == ["token operator-1: start night"])
            let other = try await fixture.post("/updates/night/start", #"{"reason":"b"}"#, headers: key)
            #expect(other.status == 422 && other.text("type") == "urn:muster:used-key")
            let elsewhere = try await fixture.post("/updates/day/start", #"{"reason":"a"}"#, headers: key)
            #expect(elsewhere.status == 422)
            // Another token's key of the same text is another key.
            #expect(try await fixture.post("/updates/day/start", as: .admin, headers: key).status == 200)
            // What was refused stays refused.
            let late = ["Idempotency-Key": "4712"]
            #expect(try await fixture.post("/updates/late/resume", headers: late).status == 409)
            #expect(try await fixture.post("/updates/late/start").status == 200)
            #expect(try await fixture.post("/updates/late/pause").status == 200)
            #expect(try await fixture.post("/updates/late/resume", headers: late).status == 409)
        }
    }

    @Test func aKeyIsKnownToTheNextEngine() async throws {
        let key = ["Idempotency-Key": "4711"]
        let first = try await APIFixture()
        #expect(try await first.post("/updates/night/start", headers: key).status == 200)
        await first.end()
        try await APIFixture.with(goingOnIn: first) { fixture async throws in
            #expect(try await fixture.post("/updates/night/start", headers: key).status == 200)
            #expect(try fixture.commands().filter { $0 == "token operator-1: start night" }.count == 1)
        }
        try await APIFixture.with(goingOnIn: first) { fixture async throws in
            let other = try await fixture.post("/updates/late/start", headers: key)
            #expect(other.status == 422 && other.text("type") == "urn:muster:used-key")
        }
    }

    /// Many at once with one key: one deed.
    @Test func aKeySentTwiceAtOnce() async throws {
        try await APIFixture.with { fixture async throws in
            let key = ["Idempotency-Key": "at-once"]
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await fixture.post("/updates/night/start", headers: key).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 20))
            #expect(try fixture.commands() == ["token operator-1: start night"])
        }
    }

    /// What was decided on a view that is not so any more is refused, and says what changed.
    @Test(arguments: [true, false]) func aStaleDecisionIsRefused(byField: Bool) async throws {
        try await APIFixture.with { fixture async throws in
            #expect(try await fixture.post("/updates/night/start").status == 200)
            let seen = try await fixture.get("/updates/night")
            let tag = try #require(seen.headers["etag"])
            let basis = try #require(seen.number("basis"))
            #expect(tag == "\"\(basis)\"")
            #expect(try await fixture.give(.pause(update: "night")) == nil)
            let resumed = try await fixture.post(
                "/updates/night/resume", byField ? nil : "{\"basis\":\(basis)}",
                headers: byField ? ["If-Match": tag] : [:])
            #expect(resumed.status == 412 && resumed.text("type") == "urn:muster:changed")
            #expect(resumed.text("detail")?.contains("kim") == true, "\(resumed.text("detail") ?? "")")
            #expect(try await fixture.get("/updates/night").text("status") == "paused")
            let fresh = try #require(try await fixture.get("/updates/night").headers["etag"])
            #expect(try await fixture.post("/updates/night/resume", headers: ["If-Match": fresh]).status == 200)
        }
    }

    /// A rollback of another set of devices than was shown.
    @Test func aRollbackIsOfWhatWasShown() async throws {
        try await APIFixture.with { fixture async throws in
            #expect(try await fixture.get("/updates/night/preview").object["start"] is [String: Any])
            #expect(try await fixture.post("/updates/night/start").status == 200)
            let shown = try await fixture.get("/updates/night/preview").object["rollback"] as? [String: Any]
            let preview = try #require(shown?["preview"] as? String)
            let wrong = #"{"confirmation":"night","preview":"1"}"#
            #expect(try await fixture.post("/updates/night/rollback", wrong).status == 409)
            let right = #"{"confirmation":"night","preview":"\#(preview)"}"#
            #expect(try await fixture.post("/updates/night/rollback", right).status == 200)
            // A rollback is an update of its own, whose id has a slash.
            #expect(try await fixture.get("/updates/night%2Frollback").text("id") == "night/rollback")
            #expect(try await fixture.post("/updates/night%2Frollback/pause").status != 404)
        }
    }
}
