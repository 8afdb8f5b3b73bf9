import FleetCore
import FleetEngine
import FleetSimulator
import Testing

/// What the oracle finds in starts that must not have been: limits, calendars, floors, and who may start at all.
@Suite struct OracleStartTests {
    @Test func whatIsAllowedBreaksNothing() {
        var tale = Tale()
        tale.begin(0, 2)
        tale.complete(0)
        tale.begin(1)
        tale.complete(1)
        tale.complete(2)
        tale.begin(3)
        tale.commit(
            .firmwareReported(DeviceIndex(3), Tale.new), .assignmentCompleted(Tale.update, DeviceIndex(3)),
            .updateEnded(Tale.update, .completed))
        #expect(tale.oracle.violations == [])
    }

    @Test func limitsInFlight() {
        let changes: [(inout FleetSettings) -> Void] = [
            { $0.limits.inFlight = 1 }, { $0.limits.inFlightPerRegion = 1 },
        ]
        for change in changes {
            var tale = Tale(settings: change)
            tale.begin(0, 2)
            #expect(tale.broken == [1])
        }
        var site = Tale(settings: {
            $0.limits.inFlightPerSite = 1
            $0.floor.untouched = 0
        })
        site.begin(0, 1)
        #expect(site.broken == [1])
        var own = Tale(update: { $0.inFlight = 1 })
        own.begin(0, 2)
        #expect(own.broken == [1])
    }

    @Test func pace() {
        var minute = Tale(update: { $0.startsPerMinute = 1 })
        minute.begin(0)
        minute.now = minute.now + .milliseconds(59_999)
        minute.begin(2)
        #expect(minute.broken == [1])
        var link = Tale(settings: { $0.limits.bytesPerSecondPerRegion = 10 })
        link.begin(0)
        link.now = link.now + .seconds(99)
        link.begin(2)
        #expect(link.broken == [1])
    }

    @Test func attemptsAndTheirPauses() {
        var early = Tale()
        early.begin(0)
        let cause = FailureCause(code: "hash mismatch", isPermanent: false)
        early.commit(.attemptFailed(Tale.update, DeviceIndex(0), cause, retryAt: early.now + .minutes(1)))
        early.now = early.now + .seconds(59)
        early.begin(0, attempt: 2)
        #expect(early.broken == [1])
        var short = Tale()
        short.begin(0)
        short.commit(.attemptFailed(Tale.update, DeviceIndex(0), cause, retryAt: short.now + .seconds(29)))
        #expect(short.broken == [1])
        var many = Tale(settings: { $0.retry.attempts = 1 })
        many.begin(0)
        many.commit(.attemptFailed(Tale.update, DeviceIndex(0), cause, retryAt: many.now + .minutes(1)))
        #expect(many.broken == [1])
    }

    @Test func windowsAndFreezes() throws {
        var closed = Tale(
            .scheduled(missed: .nextWindow),
            update: { $0.window = WindowSchedule(opensAt: 2 * 3600, closesAt: 4 * 3600) })
        closed.begin(0)
        #expect(closed.broken == [2])
        let from = LocalDateTime(date: LocalDate(year: 2026, month: 3, day: 3), secondOfDay: 0)
        let until = LocalDateTime(date: LocalDate(year: 2026, month: 3, day: 4), secondOfDay: 0)
        var frozen = Tale(settings: { $0.freezes = [Freeze(name: "f", from: from, until: until)] })
        frozen.begin(0)
        #expect(frozen.broken == [2])
        var passes = Tale(
            settings: { $0.freezes = [Freeze(name: "f", from: from, until: until)] },
            update: { $0.freezeOverride = "a leak" })
        passes.begin(0)
        #expect(passes.broken == [])
    }

    /// In New York 01:00 to 02:00 comes twice on 2026-11-01, at 05:00 and 06:00 UTC; 02:15 to 02:45 never comes on
    /// 2026-03-08, when clocks go on from 02:00 to 03:00 at 07:00 UTC.
    @Test(arguments: [
        (opens: 60, closes: 120, at: "2026-11-01T04:59:59Z", isOpen: false),
        (60, 120, "2026-11-01T05:00:00Z", true), (60, 120, "2026-11-01T05:59:59Z", true),
        (60, 120, "2026-11-01T06:30:00Z", false), (135, 165, "2026-03-08T06:59:59Z", false),
        (135, 165, "2026-03-08T07:00:00Z", true), (135, 165, "2026-03-08T07:29:59Z", true),
        (135, 165, "2026-03-08T07:30:00Z", false), (1380, 60, "2026-11-01T04:30:00Z", true),
        (1380, 60, "2026-11-01T05:30:00Z", false),
    ])
    func clockChangeNights(_ night: (opens: Int, closes: Int, at: String, isOpen: Bool)) throws {
        let moment = try #require(Timestamp(iso: night.at))
        var tale = Tale(
            .scheduled(missed: .nextWindow), at: moment,
            update: { $0.window = WindowSchedule(opensAt: night.opens * 60, closesAt: night.closes * 60) })
        tale.begin(0)
        #expect(tale.broken == (night.isOpen ? [] : [2]))
    }

    @Test func oneLiveAssignment() {
        var tale = Tale()
        tale.accept("draft", "v", .updateDrafted(Tale.definition("v", .immediate(offline: .queue))))
        tale.accept(
            "start", "v", .updateStarted(UpdateIndex(1), targets: Tale.devices, skipped: [], phaseSizes: [4]))
        tale.begin(0)
        tale.commit(.attemptStarted(UpdateIndex(1), DeviceIndex(0), attempt: 1))
        #expect(tale.broken.contains(3))
    }

    @Test func floor() {
        var tale = Tale()
        tale.begin(0, 1)
        #expect(tale.broken == [8])
        var away = Tale()
        away.commit(.deviceStatusChanged(DeviceIndex(1), .offline))
        away.begin(0)
        #expect(away.broken == [8])
    }

    @Test func noOffers() {
        var paused = Tale()
        paused.accept("pause", "u", .updatePaused(Tale.update, .operatorPaused(name: "ana")))
        paused.begin(0)
        #expect(paused.broken == [16])
        var cancelled = Tale()
        cancelled.begin(2)
        cancelled.accept("cancel", "u", .startsEnded(Tale.update, .cancelled(by: "ana")))
        cancelled.begin(0)
        #expect(cancelled.broken == [11, 16])
        var unapproved = Tale(update: { $0.requiresApproval = true })
        unapproved.begin(0)
        #expect(unapproved.broken == [16])
        var offline = Tale(settings: { $0.floor.untouched = 0 })
        offline.commit(.deviceStatusChanged(DeviceIndex(0), .offline))
        offline.begin(0)
        #expect(offline.broken == [16])
    }

    @Test func onlyAnApprovedWayDown() {
        var tale = Tale()
        tale.commit(.firmwareReported(DeviceIndex(0), Version(3, 0, 0)))
        tale.begin(0)
        #expect(tale.broken == [14])
    }
}
