import FleetCore
import Foundation
import Testing

@testable import Alerts

/// What is collapsed, what waits, what goes.
struct OutboxTests {
    static let span = Duration.minutes(5)

    static func silent(_ fact: UInt64, update: String = "u", at: Int64 = 0) -> Alert {
        var alert = Alert(
            "silent", .warning, fleet: "shop", message: "", cause: "silent after install", fact: fact,
            at: Timestamp(milliseconds: at))
        alert.update = update
        alert.devices = ["pos-\(fact)"]
        return alert
    }

    static func gate(_ fact: UInt64) -> Alert {
        Alert(
            "gate-failed", .critical, fleet: "shop", message: "m", cause: "c\(fact)", fact: fact,
            at: Timestamp(milliseconds: 0))
    }

    private func seal(_ outbox: inout Outbox, _ now: Int64) {
        _ = outbox.seal([.webhook], collapse: Self.span, now: now)
    }

    @Test func aThousandSilentDevicesAreOneAlert() throws {
        var story = Story(devices: 1000)
        story.start("u")
        story.all(.reached(.installing))
        story.all(.restarted)
        story.pass(.hours(1))
        let alerts = story.alerts
        #expect(alerts.count { $0.kind == "silent" } == 1000)
        var outbox = Outbox(cursor: 0)
        outbox.take(alerts, collapse: Self.span, now: 0)
        seal(&outbox, Outbox.settleTime)
        #expect(outbox.pending.map(\.alert.kind) == ["silent", "completed"])
        let alert = outbox.pending[0].alert
        #expect(alert.count == 1000 && alert.devices.count == 5)
        let named = alerts.prefix(5).flatMap(\.devices).joined(separator: ", ")
        #expect(alert.text == "u: 1000 devices failed, silent after install, such as \(named)")
        #expect(alert.id == alerts[0].id && alert.lastFact == alerts[999].firstFact)
    }

    /// The first goes out at once; what follows of its cause waits for the end of the span, and is one again.
    @Test func oneAlertInASpan() {
        var outbox = Outbox(cursor: 0)
        outbox.take([Self.silent(1, at: 10)], collapse: Self.span, now: 0)
        seal(&outbox, 1999)
        #expect(outbox.pending.isEmpty)
        seal(&outbox, 2000)
        #expect(outbox.pending.map(\.alert.id) == ["1-silent"])
        for fact in 2...100 as ClosedRange<UInt64> {
            outbox.take([Self.silent(fact, at: Int64(fact) * 10)], collapse: Self.span, now: 3000 + Int64(fact))
        }
        outbox.take([Self.silent(200, update: "v")], collapse: Self.span, now: 4000)
        seal(&outbox, 300_000)
        #expect(outbox.pending.map(\.alert.id) == ["1-silent", "200-silent"])
        seal(&outbox, 302_000)
        #expect(outbox.pending.map(\.alert.count) == [1, 1, 99])
        #expect(
            outbox.pending[2].alert.firstAt.milliseconds == 20 && outbox.pending[2].alert.lastAt.milliseconds == 1000)
    }

    @Test func whatIsNotOfDevicesGoesAtOnce() {
        var outbox = Outbox(cursor: 0)
        outbox.take([Self.gate(1)], collapse: Self.span, now: 0)
        seal(&outbox, 0)
        #expect(outbox.pending.count == 1)
    }

    @Test func aClockThatIsSetBackHoldsNothingUp() {
        var outbox = Outbox(cursor: 0)
        outbox.take([Self.silent(1)], collapse: Self.span, now: 1_000_000_000)
        seal(&outbox, 0)
        #expect(outbox.pending.count == 1)
        #expect(outbox.postpone(.webhook, "1-silent", until: 1_000_000_000) == 0)
        #expect(outbox.next(.webhook, now: 0, longestPause: 1000)?.attempts == 1)
    }

    @Test func tooManyAreDroppedAndCounted() {
        var outbox = Outbox(cursor: 0)
        for fact in 1...300 as ClosedRange<UInt64> {
            outbox.take([Self.gate(fact)], collapse: Self.span, now: 0)
            seal(&outbox, 0)
        }
        #expect(outbox.pending.count == Outbox.mostAlerts && outbox.dropped == 300 - Outbox.mostAlerts)
        #expect(outbox.pending.last?.alert.id == "300-gate-failed")
        #expect(outbox.spans.count <= Outbox.mostAlerts)
    }

    @Test func eachWayIsThroughByItself() {
        var outbox = Outbox(cursor: 0)
        outbox.take([Self.gate(1)], collapse: Self.span, now: 0)
        _ = outbox.seal([.webhook, .command], collapse: Self.span, now: 0)
        outbox.finish(.command, "1-gate-failed")
        #expect(outbox.next(.command, now: 0, longestPause: 1) == nil)
        #expect(outbox.next(.webhook, now: 0, longestPause: 1)?.alert.id == "1-gate-failed")
        outbox.keep([.command])
        #expect(outbox.pending.isEmpty)
    }

    @Test func pausesGrowAndEnd() {
        let schedule = RetrySchedule()
        var generator = SystemRandomNumberGenerator()
        for (attempt, most) in [(1, 1), (2, 2), (3, 4), (10, 512), (11, 900), (1000, 900)] {
            for _ in 0..<50 {
                let pause = schedule.pause(behind: attempt, wish: nil, using: &generator).milliseconds
                #expect(pause >= most * 500 && pause <= most * 1000)
            }
        }
        #expect(schedule.pause(behind: 1, wish: .seconds(90), using: &generator) == .seconds(90))
        #expect(schedule.pause(behind: 1, wish: .days(90), using: &generator) == .hours(1))
        #expect(!schedule.gives(up: 1, since: 0, now: 1000) && schedule.gives(up: 110, since: 0, now: 0))
        #expect(schedule.gives(up: 1, since: 0, now: 86_400_000))
    }

    @Test func theFileIsItsOwnersAndWhole() throws {
        let folder = try ScratchFolder()
        let file = OutboxFile(directory: folder.path)
        #expect(try file.read() == nil)
        var outbox = Outbox(cursor: 7)
        outbox.take([Self.silent(1), Self.gate(2)], collapse: Self.span, now: 0)
        seal(&outbox, 0)
        try file.write(outbox)
        #expect(try file.read() == outbox)
        #expect(try folder.mode("alerts.json") == 0o600)
        try folder.write("alerts.json", "{")
        #expect(throws: OutboxFile.Failure.self) { try file.read() }
    }

    /// The largest that can be kept is read again.
    @Test func aFullOutboxFitsItsFile() throws {
        let folder = try ScratchFolder()
        var outbox = Outbox(cursor: 7)
        for fact in 1...300 as ClosedRange<UInt64> {
            var alert = Self.gate(fact)
            alert.message = String(repeating: "\u{1F4A9}", count: 10_000)
            alert.cause = "\(fact)" + String(repeating: "\u{7}", count: 10_000)
            alert.devices = Array(repeating: alert.cause, count: 5)
            outbox.take([alert], collapse: Self.span, now: 0)
            seal(&outbox, 0)
        }
        try OutboxFile(directory: folder.path).write(outbox)
        #expect(try OutboxFile(directory: folder.path).read()?.pending.count == Outbox.mostAlerts)
    }
}
