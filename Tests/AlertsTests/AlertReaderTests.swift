import FleetCore
import Foundation
import Testing

@testable import Alerts

/// Which alerts follow from facts, and what they say.
struct AlertReaderTests {
    private func lines(_ story: Story) -> [String] {
        story.alerts.map { "\($0.kind) \($0.severity.rawValue): \($0.text)" }
    }

    @Test func aSuccessIsOneLine() {
        var story = Story()
        story.start("u")
        story.succeed()
        #expect(lines(story) == ["completed info: u completed: 4 updated, 0 failed, 0 skipped"])
        let alert = story.alerts[0]
        #expect(alert.id == "\(story.facts.count)-completed" || alert.id.hasSuffix("-completed"))
        #expect(alert.update == "u" && alert.release == "2.0.0" && alert.fleet == "shop")
    }

    @Test func completedWithEveryDeviceFailedReadsLikeNoSuccess() {
        var story = Story()
        story.start("u")
        story.all(.gaveUp(Story.broken))
        #expect(
            lines(story) == [
                "completed critical: u ended, and EVERY device that was tried FAILED: 0 updated, 4 failed, 0 skipped"
            ])
    }

    @Test func someFailed() {
        var story = Story()
        story.start("u")
        let order = story.machine.state.orders[0]
        story.machine.handle(
            Report(device: order.device, generation: order.generation, body: .gaveUp(Story.broken)), now: story.now)
        story.succeed()
        #expect(lines(story) == ["completed warning: u ended with failures: 3 updated, 1 failed, 0 skipped"])
    }

    @Test func nothingWasUpdated() {
        var story = Story(status: .offline)
        story.start("u")
        #expect(lines(story) == ["completed warning: u ended and updated NO device: 0 updated, 0 failed, 4 skipped"])
    }

    @Test func aFailedGateThatRollsBack() {
        var story = Story()
        story.start("u", Story.phases(.rollBack))
        let order = story.machine.state.orders[0]
        story.machine.handle(
            Report(device: order.device, generation: order.generation, body: .reached(.installing)), now: story.now)
        story.machine.handle(
            Report(device: order.device, generation: order.generation, body: .restarted), now: story.now)
        story.report(order.device, Story.release)
        story.all(.gaveUp(Story.broken))
        story.succeed()
        #expect(
            lines(story) == [
                "gate-failed critical: u: gate of canary failed, 1 of 2 succeeded; it is stopped, and what it changed is "
                    + "sent back",
                "completed info: u/rollback completed: 1 updated, 0 failed, 1 skipped",
                "halted warning: u was rolled back (gate of canary failed): 1 sent back, 0 failed to go back",
            ])
        #expect(story.alerts.map(\.phase) == ["canary", nil, nil])
    }

    /// One that was called off leaves devices where they are not to be.
    @Test func aRollbackThatWasCalledOff() {
        var story = Story(ids: { "pos-\($0)" }) { $0.limits.inFlight = 2 }
        story.start("u")
        story.succeed()
        story.succeed()
        story.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        story.command(.cancel(update: "u/rollback"))
        story.succeed()
        #expect(
            lines(story).last == "halted critical: u is only partly back (rollback cancelled): 2 of 4 sent back")
    }

    /// What failed is looked at too, and found to run what it ran before.
    @Test func aFailedGateWithNothingToSendBack() {
        var story = Story()
        story.start("u", Story.phases(.rollBack))
        story.all(.gaveUp(Story.broken))
        #expect(
            lines(story).last
                == "halted warning: u was rolled back (gate of canary failed): 0 sent back, 0 failed to go back")
    }

    @Test func aFailedGateThatPauses() {
        var story = Story()
        story.start("u", Story.phases(.pause))
        story.all(.gaveUp(Story.broken))
        #expect(
            lines(story) == [
                "gate-failed critical: u: gate of canary failed, 0 of 2 succeeded; it is paused and waits for a person"
            ])
    }

    @Test func anInconclusiveGate() {
        var story = Story(status: .offline)
        story.start("u", Story.phases(.rollBack, timeout: .hours(1)))
        story.pass(.hours(2))
        #expect(
            lines(story) == [
                "inconclusive warning: u: gate of canary is inconclusive, 0 of 0 succeeded; it is paused and waits for a "
                    + "person"
            ])
    }

    @Test func aCancelledUpdateHasEndedToo() {
        var story = Story(status: .offline)
        story.start("u", .onConnect(expires: nil))
        story.command(.cancel(update: "u"))
        #expect(
            lines(story) == [
                "halted warning: u cancelled before it was through (cancelled by kim): 0 updated, 0 failed"
            ])
    }

    @Test func silenceAfterAnInstall() {
        var story = Story(devices: 2)
        story.start("u")
        story.all(.reached(.installing))
        story.all(.restarted)
        story.pass(.hours(1))
        #expect(
            lines(story).sorted { ($0.first == "s" ? 0 : 1, $0) < ($1.first == "s" ? 0 : 1, $1) } == [
                "silent warning: u: 1 device failed, silent after install: pos-0",
                "silent warning: u: 1 device failed, silent after install: pos-1",
                "completed critical: u ended, and EVERY device that was tried FAILED: 0 updated, 2 failed, 0 skipped",
            ])
    }

    @Test func anOutcomeThatTurnedBad() {
        var story = Story(devices: 1)
        story.start("u", Story.phases(.pause))
        story.succeed()
        story.report(DeviceIndex(0), Version(1, 0, 0))
        #expect(
            lines(story).contains(
                "turned-bad warning: u: 1 device failed, after it had completed: reports 1.0.0: pos-0"),
            "\(lines(story))")
    }

    @Test func theSameFactsGiveTheSameAlerts() {
        var story = Story(devices: 30)
        story.start("u")
        story.all(.reached(.installing))
        story.all(.restarted)
        story.pass(.hours(1))
        #expect(story.alerts == Story.alerts(story.facts))
        #expect(Set(story.alerts.map(\.id)).count == story.alerts.count)
    }

    @Test func endsOfTheEngine() {
        var story = Story()
        let reader = AlertReader(fleet: "shop")
        #expect(reader.alert(.stopped, behind: story.machine.state, at: story.now) == nil)
        story.start("u")
        let state = story.machine.state
        #expect(
            reader.alert(.stopped, behind: state, at: story.now)?.text
                == "the engine of shop was stopped while 1 update is live: u; 4 devices under way")
        #expect(
            reader.alert(.unclean, behind: state, at: story.now)?.text
                == "the engine of shop was not ended in good order; last fact at \(story.now.iso)")
        #expect(
            reader.alert(.failed("the disk is full"), behind: state, at: story.now)?.text
                == "the engine of shop has failed: the disk is full")
    }

    /// What devices and files say is a text, and nothing else.
    @Test func hostileTextsAreInert() throws {
        let told = "pos\"},{[31m\u{202e}x"
        var story = Story(devices: 1, ids: { _ in told })
        story.start("u")
        story.all(.reached(.installing))
        story.all(.restarted)
        story.pass(.hours(1))
        var alert = try #require(story.alerts.first)
        #expect(alert.devices == [told])
        // An older journal may have ids that are refused today.
        let id = "\u{1b}\n\(told)"
        alert.devices = [id]
        let json = AlertBody.json(alert)
        #expect(json.allSatisfy { (0x20..<0x7f).contains($0) })
        let read = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
        #expect(read["devices"] as? [String] == [id])
        #expect(Set(read.keys).count == 18)
        #expect(try JSONDecoder().decode(Alert.self, from: json).devices == [id])
        for variable in CommandHook.environment(alert) {
            #expect(!variable.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202e })
        }
    }
}
