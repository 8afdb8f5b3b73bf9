import FleetCore
import FleetEngine
import Testing

@testable import Console

/// Numbers and times say no more than is true.
@Suite struct WordingTests {
    @Test func percentagesAreRoundedDown() {
        #expect(NumberText.percentDown(2399, of: 2400) == "99.9%")
        #expect(NumberText.percentDown(2400, of: 2400) == "100%")
        #expect(NumberText.percentDown(39, of: 40) == "97.5%")
        #expect(NumberText.percentDown(0, of: 0) == "-")
        #expect(NumberText.percentDown(0.975) == "97.5%")
        #expect(NumberText.percentDown(0.99999) == "99.9%")
        #expect(NumberText.percentDown(.nan) == "-")
        #expect(NumberText.percent(basisPoints: 9500) == "95")
        #expect(NumberText.percent(basisPoints: 9750) == "97.5")
        #expect(NumberText.percent(basisPoints: 9999) == "99.99")
        #expect(NumberText.speed(1800) == "1800x")
        #expect(NumberText.speed(1.5) == "1.5x")
    }

    @Test func timesAreInTheZoneThatWasAskedFor() {
        var view = Fixture.running()
        let utc = TimeText(.utc, view: view)
        #expect(utc.short(Fixture.now) == "14:02Z")
        #expect(utc.exact(Fixture.now - .days(1)) == "09-19 14:02:31Z")
        #expect(TimeText(.fleet, view: view).short(Fixture.now) == "10:02 EDT")
        let site = TimeText(.site, view: view).at(site: "Europe/Brussels")
        #expect(site.short(Fixture.now) == "16:02 CEST")
        #expect(utc.at(site: "Europe/Brussels").short(Fixture.now) == "14:02Z")
        view.timeZone = "Mars/Olympus"
        #expect(TimeText(.fleet, view: view).short(Fixture.now) == "14:02Z")
        #expect(utc.exact(.distantFuture) == "12-31 23:59:59Z")
        #expect(utc.exact(.distantPast) == "01-01 00:00:00Z")
    }

    @Test func anOrderThatIsTakenBackIsCalledThat() {
        let times = TimeText(.utc, view: Fixture.running())
        var row = Fixture.assignment(.inProgress, step: .downloading, progress: 0.62)
        #expect(row.mark(isRollback: false) == StateMark(role: .active, word: "DOWNLOAD 62%"))
        row.isWithdrawn = true
        #expect(row.mark(isRollback: false) == StateMark(role: .caution, word: "WITHDRAWN"))
        #expect(row.reasonText(times) == "told to drop its order")
    }

    @Test func anOrderThatIsPutOffSaysWhy() {
        let times = TimeText(.utc, view: Fixture.running())
        var row = Fixture.assignment(.inProgress, step: .offered)
        row.deferral = "a sale is under way"
        #expect(row.mark(isRollback: false) == StateMark(role: .held, word: "DEFERRED"))
        #expect(row.reasonText(times) == "a sale is under way")
        row.isWithdrawn = true
        #expect(row.mark(isRollback: false).word == "WITHDRAWN")
    }

    @Test func theOddsOfAGateInWords() {
        let times = TimeText(.utc, view: Fixture.running())
        var gate = Fixture.gate()
        #expect(
            GateOdds.sentences(gate, times: times) == [
                "41 more successes pass it, by the low bound of the 95% interval.", "9 more failures end it.",
            ])
        gate.demandsConfidence = false
        gate.successesToPass = 1
        gate.failuresToFail = 1
        #expect(GateOdds.sentences(gate, times: times) == ["1 more success passes it.", "The next failure ends it."])
        gate.verdict = .failed
        gate.successesToPass = nil
        #expect(GateOdds.sentences(gate, times: times) == ["Failed: 10 of 464 failed; 97% cannot be reached any more."])
        gate.verdict = .passed
        gate.soakEndsAt = Fixture.now + .minutes(30)
        #expect(
            GateOdds.sentences(gate, times: times) == [
                "Passed with 454 of 464.", "Soaks until 14:32Z; what turns bad until then still counts.",
            ])
        gate.verdict = .inconclusive
        gate.size = 0
        let untried = ["Inconclusive: no device of it was tried. Resume goes on without it."]
        #expect(GateOdds.sentences(gate, times: times) == untried)
    }

    @Test func aLastContactIsDeniedOnlyWhereThereWasNone() {
        let times = TimeText(.utc, view: Fixture.running())
        var row = Fixture.device("pos-1", status: .offline)
        #expect(DeviceFactsPane.contact(row, times) == "offline, last seen 14:01:51Z, 40s ago")
        row.lastSeen = nil
        #expect(DeviceFactsPane.contact(row, times) == "offline, last contact unknown")
        // A journal may not have the contacts yet by which it is online.
        row.status = .online
        #expect(DeviceFactsPane.contact(row, times) == "online")
        #expect(DeviceFactsPane.contact(Fixture.device("pos-1", status: .unknown), times) == "never seen")
    }

    /// Of an update that was rolled back: what is back is no success, and how many are is one number.
    @Test func whatIsBackIsNotShownAsASuccess() {
        var view = Fixture.scheduled()
        var summary = Fixture.summary(status: .rolledBack, tally: Fixture.tally(ok: 5, failed: 1))
        summary.back = 5
        view.updates = [summary]
        view.update?.summary = summary
        view.update?.back = 4
        view.update?.lost = 1
        var rollback = Fixture.summary(
            "RO-1042/rollback", status: .completed, strategy: "rollback", release: Fixture.old,
            tally: Fixture.tally(ok: 5, failed: 1), parent: "RO-1042")
        rollback.goesBack = true
        view.update?.rollback = rollback
        func lines(_ screen: ConsoleScreenKind) -> [String] {
            ConfirmationTests.lines(view, Fixture.state(screens: [screen], columns: 120, rows: 40))
        }
        let update = lines(.update), overview = lines(.overview)
        #expect(update.contains { $0.contains("+0 ok  <4 back  x2 failed") }, "\(update)")
        #expect(update.contains { $0.contains("ok -  what it had brought is taken back") }, "\(update)")
        #expect(update.contains { $0.contains("5 of 6 back, x1 failed") }, "\(update)")
        #expect(overview.contains { $0.contains("back 5/6") }, "\(overview)")
        #expect(lines(.updates).contains { $0.contains("ROLLED BACK") && $0.contains("<5") }, "\(lines(.updates))")
    }

    @Test func everyReasonToWaitHasItsWords() {
        let times = TimeText(.utc, view: Fixture.running())
        let until = Fixture.now + .hours(1)
        let reasons: [(WaitReason, String)] = [
            (.notStarted, "draft, not started"), (.awaitingApproval, "awaits approval"),
            (.paused(.operatorPaused(name: "kim")), "paused by kim"), (.window(opensAt: until), "window 15:02Z"),
            (.window(opensAt: nil), "no window opens again"),
            (.freeze(name: "xmas", until: until), "frozen to 15:02Z: xmas"),
            (.gate(phase: "early"), "gate of early"),
            (.soak(phase: "early", until: until), "soak to 15:02Z: early"),
            (.approval(phase: "early"), "approval after early"), (.limit(.fleet(4)), "limit of 4 in the fleet"),
            (.rate(until: until), "rate to 15:02Z"),
            (.bandwidth(region: "apac", until: until), "bandwidth to 15:02Z: apac"),
            (.floor(site: "S1", working: 1), "floor at S1: 1 working"),
            (.offline(since: until), "offline since 15:02Z"),
            (.offline(since: nil), "offline"), (.neverSeen, "never seen"),
            (.backingOff(until: until), "next try 15:02Z"),
            (.busy(update: "U"), "busy with U"), (.due, "starts next"),
        ]
        for (reason, text) in reasons {
            #expect(reason.wholeText(times) == text)
            #expect(reason.sentence(times).hasSuffix("."))
        }
    }
}
