import FleetCore
import Foundation
import Testing

@testable import OperatorAPI

/// What there is to look at.
@Suite struct ReadingTests {
    @Test func theStatus() async throws {
        try await APIFixture.with { fixture async throws in
            let status = try await fixture.get("/status")
            #expect(status.status == 200 && status.headers["cache-control"] == "no-store")
            #expect(status.text("fleet") == APIFixture.fleet)
            #expect(status.number("head") == (try fixture.facts().count))
            let engine = try #require(status.object["engine"] as? [String: Any])
            #expect(engine["is_running"] as? Bool == true && engine["user"] as? String == "kim")
            let devices = try #require(status.object["devices"] as? [String: Int])
            #expect(devices["total"] == 12 && devices["online"] == 12)
            #expect(status.object["needs_a_person"] as? Bool == false)
            #expect(status.list("updates").isEmpty)
            #expect(try await fixture.post("/updates/night/start").status == 200)
            let update = try #require(try await fixture.get("/status").list("updates").first)
            let counts = try #require(update["counts"] as? [String: Int])
            #expect(update["id"] as? String == "night" && update["status"] as? String == "running")
            let open = ["in_flight", "retrying", "waiting"].reduce(0) { $0 + (counts[$1] ?? 0) }
            #expect(counts["targets"] == 12 && open == 12)
        }
    }

    /// What the list and the update say is what the status says, at every step of a rollback.
    @Test func allSayTheSameOfAnUpdate() async throws {
        try await APIFixture.with { fixture async throws in
            func expectAlike(_ moment: String) async throws -> [String: Int] {
                func find(_ path: String) async throws -> [String: Any] {
                    try #require(try await fixture.get(path).list("updates").first { $0["id"] as? String == "night" })
                }
                let status = try await find("/status"), line = try await find("/updates")
                let detail = try await fixture.get("/updates/night").object
                let counts = try #require(status["counts"] as? [String: Int])
                for (other, names) in [
                    (line, ["title", "status", "reason", "parent", "counts"]),
                    (detail, ["title", "status", "reason", "parent", "counts", "success", "gate", "phase", "causes"]),
                ] {
                    for name in names {
                        let one = try #require(status[name] as? NSObject), two = try #require(other[name] as? NSObject)
                        #expect(one == two, "\(moment): \(name), \(one), \(two)")
                    }
                }
                let parts = counts.filter { $0.key != "targets" && $0.key != "skipped" }
                #expect(parts.values.reduce(0, +) == counts["targets"], "\(moment): \(counts)")
                return counts
            }
            #expect(try await fixture.give(.addReleases([Release(version: Version(1, 0, 0))])) == nil)
            #expect(try await fixture.post("/updates/night/start").status == 200)
            _ = try await expectAlike("started")
            let tills = (1...12).map { "till-\($0)" }
            var updated = 0
            for till in tills where updated < 2 {
                guard await fixture.call(till, .contacted(firmware: nil)) != nil else { continue }
                await fixture.call(till, .contacted(firmware: Version(2, 0, 0)))
                updated += 1
            }
            let done = try await expectAlike("done")
            #expect(done["done"] == 2 && done["back"] == 0)
            let back = try await fixture.post("/updates/night/rollback", #"{"confirmation":"night"}"#)
            #expect(back.status == 200)
            _ = try await expectAlike("rolling back")
            // Orders that are taken back are dropped first; the floor of a site lets the others begin by and by.
            for till in Array(repeating: tills, count: 8).joined() {
                guard let work = await fixture.call(till, .contacted(firmware: nil)) else { continue }
                if work.isWithdrawn {
                    await fixture.call(till, .dropped, generation: work.order.generation)
                } else {
                    await fixture.call(till, .contacted(firmware: Version(1, 0, 0)))
                }
                _ = try await expectAlike("\(till) goes back")
            }
            let counts = try await expectAlike("back")
            #expect(counts["done"] == 0 && counts["back"] == 2, "\(counts)")
            let reason = try await fixture.get("/updates/night").text("reason")
            #expect(reason == "2 of 2 back", "\(counts)")
        }
    }

    @Test func listsAreBounded() async throws {
        try await APIFixture.with { fixture async throws in
            let all = try await fixture.get("/updates")
            #expect(
                all.number("total") == 3 && all.list("updates").map { $0["id"] as? String } == ["night", "day", "late"])
            let one = try await fixture.get("/updates?offset=1&limit=1")
            #expect(one.number("total") == 3 && one.list("updates").map { $0["id"] as? String } == ["day"])
            #expect(try await fixture.get("/updates?offset=100").list("updates").isEmpty)
            let releases = try await fixture.get("/releases")
            #expect(releases.list("releases").map { $0["version"] as? String } == ["2.0.0"])
        }
    }

    @Test func devicesBySelectorRegionAndSort() async throws {
        try await APIFixture.with { fixture async throws in
            func ids(_ query: String) async throws -> [String] {
                try await fixture.get("/devices\(query)").list("devices").compactMap { $0["id"] as? String }
            }
            #expect(try await fixture.get("/devices").number("total") == 12)
            #expect(try await ids("?filter=region%20=%20north%20and%20model+=+x1") == ["till-10", "till-4"])
            #expect(try await ids("?region=south&limit=2") == ["till-1", "till-11"])
            #expect(try await ids("?sort=-id&limit=1") == ["till-9"])
            #expect(try await ids("?offset=11") == ["till-9"])
            #expect(try await ids("?offset=12").isEmpty)
            let wrong = try await fixture.get("/devices?filter=region%20=")
            #expect(wrong.status == 400 && wrong.text("detail")?.contains("column") == true)
            let device = try await fixture.get("/devices/till-4")
            #expect((device.object["device"] as? [String: Any])?["region"] as? String == "north")
            #expect(device.list("tags").first as? [String: String] == ["name": "model", "value": "x1"])
        }
    }

    @Test(arguments: [
        "/updates?limit=0", "/updates?limit=1001", "/updates?limit=ten", "/updates?limit=%2B5", "/updates?limit=",
        "/updates?limit=1&limit=2", "/updates?limt=1", "/updates?offset=-1", "/status?x", "/devices?sort=state",
        "/devices?filter=%FF", "/events?after=1.5", "/events?after=99999999999999999999",
    ])
    func whatIsNotUnderstoodIsNotGuessed(path: String) async throws {
        try await APIFixture.with { fixture async throws in
            let answer = try await fixture.get(path)
            #expect(answer.status == 400 && answer.text("type") == "urn:muster:bad-request", "\(answer.object)")
        }
    }

    /// Pages of any size hold every fact once.
    @Test(arguments: [1, 7, 1000]) func eventsWithoutGaps(limit: Int) async throws {
        try await APIFixture.with { fixture async throws in
            #expect(try await fixture.post("/updates/night/start").status == 200)
            var numbers: [Int] = [], after = 0
            while true {
                let page = try await fixture.get("/events?after=\(after)&limit=\(limit)")
                let events = page.list("events")
                numbers += events.compactMap { $0["number"] as? Int }
                #expect(events.count <= limit)
                after = try #require(page.number("next"))
                if after == page.number("latest") { break }
            }
            #expect(numbers == Array(1...(try fixture.facts().count)))
            let own = try await fixture.get("/events?update=night&limit=1000").list("events")
            #expect(!own.isEmpty && own.allSatisfy { $0["update"] as? String == "night" })
            #expect(own.contains { $0["who"] as? String == "token operator-1" })
            let beyond = try await fixture.get("/events?after=\(after + 1)")
            #expect(beyond.status == 409)
        }
    }

    @Test func anEventIsWaitedFor() async throws {
        try await APIFixture.with { fixture async throws in
            let head = try #require(try await fixture.get("/status").number("head"))
            async let waited = fixture.ask(
                "GET", "/events?after=\(head)", as: .viewer, headers: ["Prefer": "foo, wait=30"])
            #expect(try await fixture.post("/updates/night/start").status == 200)
            let events = try await waited.list("events")
            #expect(events.first?["number"] as? Int == head + 1)
            #expect(events.first?["kind"] as? String == "commandAccepted")
            let latest = try #require(try await fixture.get("/status").number("head"))
            let nothing = try await fixture.ask(
                "GET", "/events?after=\(latest)", as: .viewer, headers: ["Prefer": "wait=0"])
            #expect(nothing.status == 200 && nothing.list("events").isEmpty && nothing.number("next") == latest)
        }
    }

    /// Waiting holds up neither the end of the server nor those who ask for something else.
    @Test func whoWaitsHoldsNobodyUp() async throws {
        var limits = APILimits()
        limits.waitingForEvents = 2
        let fixture = try await APIFixture(limits: limits)
        let head = try #require(try await fixture.get("/status").number("head"))
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    try await fixture.ask(
                        "GET", "/events?after=\(head)", as: .viewer, headers: ["Prefer": "wait=30"]
                    ).status
                }
            }
            // Those without a place are answered at once.
            for _ in 0..<4 { #expect(try await group.next() == 200) }
            #expect(try await fixture.get("/status").status == 200)
            let begin = ContinuousClock.now
            await fixture.end()
            #expect(ContinuousClock.now - begin < .seconds(10))
            for try await status in group { #expect(status == 200) }
        }
    }
}
