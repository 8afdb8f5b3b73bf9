import FleetCore
import FleetEngine
import Testing

/// What who gives a command hears of it, where "accepted" would say too little.
@Suite struct SecondPersonAnswerTests {
    private let rollback = Command.rollBack(update: "u", confirmation: "u", preview: nil)

    private func fixture(updateOver: Int? = nil, rollbackOver: Int? = nil) throws -> EngineFixture {
        var fixture = try EngineFixture(devices: 5)
        var settings = FleetSettings(name: "fixture")
        settings.fourEyes.updateOver = updateOver
        settings.fourEyes.rollbackOver = rollbackOver
        fixture.command(.configure(settings))
        return fixture
    }

    private func give(_ command: Command, _ fixture: inout EngineFixture, by name: String) -> EngineReply? {
        let origin = Origin(operatorName: name, source: "test", user: name)
        return fixture.loop.step([.command(command, origin, ticket: 8)], now: fixture.now).first
    }

    @Test func aStart() throws {
        var fixture = try fixture(updateOver: 2)
        #expect(give(.start(update: "u"), &fixture, by: "kim")?.note == "waits for a second person, 5 devices")
        #expect(
            give(.approve(update: "u"), &fixture, by: "ada")?.note
                == "approved the start of 5 devices, for which kim asked")
    }

    @Test func aStartThatWaitsForNobody() throws {
        var fixture = try fixture()
        let reply = try #require(give(.start(update: "u"), &fixture, by: "kim"))
        #expect(reply.refusal == nil && reply.note == nil)
    }

    @Test func aRollback() throws {
        var fixture = try fixture(rollbackOver: 2)
        _ = give(.start(update: "u"), &fixture, by: "kim")
        #expect(
            give(rollback, &fixture, by: "kim")?.note
                == "waits for a second person, 5 devices; it is paused until then")
        #expect(
            give(.approve(update: "u"), &fixture, by: "ada")?.note
                == "approved the rollback of 5 devices, for which kim asked")
    }

    @Test func whatIsCalledOffAndWhatIsNot() throws {
        var fixture = try fixture(rollbackOver: 2)
        _ = give(.start(update: "u"), &fixture, by: "kim")
        for device: UInt32 in 0..<4 { fixture.contact(device, EngineFixture.new) }
        _ = give(rollback, &fixture, by: "kim")
        let asked = "accepted; the rollback of 5 devices, for which kim asked, "
        #expect(give(.resume(update: "u"), &fixture, by: "ada")?.note == asked + "is called off")
        _ = give(rollback, &fixture, by: "kim")
        #expect(give(.cancel(update: "u"), &fixture, by: "ada")?.note == asked + "still waits for a second person")
        fixture.contact(4, EngineFixture.new)
        #expect(give(.cancel(update: "u"), &fixture, by: "ada")?.note == asked + "is called off")
    }

    /// What is to go back is not tried again: the one calls off the other, or waits for its end.
    @Test func aRollbackAndARetry() throws {
        var fixture = try fixture(updateOver: 0, rollbackOver: 2)
        _ = give(.start(update: "u"), &fixture, by: "kim")
        _ = give(.approve(update: "u"), &fixture, by: "ada")
        for device: UInt32 in 0..<4 { fixture.contact(device, EngineFixture.new) }
        let failure = Report(
            device: DeviceIndex(4), generation: fixture.loop.state.order(for: DeviceIndex(4))?.generation,
            body: .gaveUp(FailureCause(code: "no power", isPermanent: true)))
        _ = fixture.loop.step([.report(failure)], now: fixture.now)
        #expect(give(.retryFailed(update: "u"), &fixture, by: "kim")?.note == "waits for a second person, 1 device")
        #expect(
            give(rollback, &fixture, by: "kim")?.note
                == "waits for a second person, 4 devices; the retry of 1 device, for which kim asked, is called off")
        #expect(
            give(.retryFailed(update: "u"), &fixture, by: "ada")?.refusal?.message
                == "the rollback of u waits for a second person")
        let back = give(rollback, &fixture, by: "ada")
        #expect(back?.note == "approved the rollback of 4 devices, for which kim asked")
    }

    /// Nobody is asked for what would be refused: what is held waits for its resume, which says what it waits for then.
    @Test func aStartThatIsPausedMeanwhile() throws {
        var fixture = try fixture(updateOver: 2)
        _ = give(.start(update: "u"), &fixture, by: "kim")
        let trouble = "the start of u, 5 devices, for which kim asked, waits for a second person"
        let alert = "u: a second person must approve: start of 5 devices, by kim"
        #expect(fixture.loop.status(now: fixture.now).troubles == [trouble])
        _ = give(.pause(update: "u"), &fixture, by: "kim")
        let held = fixture.loop.status(now: fixture.now)
        #expect(held.troubles == [] && held.alerts == [])
        #expect(held.updates.map(\.reason) == ["paused by kim"])
        #expect(
            give(.resume(update: "u"), &fixture, by: "kim")?.note
                == "accepted; the start of 5 devices, for which kim asked, still waits for a second person")
        let again = fixture.loop.status(now: fixture.now)
        #expect(again.troubles == [trouble] && again.alerts.map(\.text) == [alert])
    }

    /// What status, header and dialog say is what an approval would do now.
    @Test func theNumberIsThatOfNow() throws {
        var fixture = try fixture(rollbackOver: 2)
        _ = give(.start(update: "u"), &fixture, by: "kim")
        for device: UInt32 in 0..<5 { fixture.contact(device, EngineFixture.new) }
        _ = give(rollback, &fixture, by: "kim")
        let before = fixture.loop.view(ViewQuery(), now: fixture.now).update?.summary
        #expect(before?.proposal?.devices == 5)
        #expect(before?.statusText == "a second person must approve: rollback of 5 devices, by kim")
        fixture.command(.decommission(device: "pos-0"))
        let view = fixture.loop.view(ViewQuery(), now: fixture.now)
        #expect(view.update?.summary.proposal?.devices == 4)
        #expect(view.update?.summary.proposedSet != before?.proposedSet)
        #expect(view.alerts.map(\.text) == ["u: a second person must approve: rollback of 4 devices, by kim"])
        #expect(
            fixture.loop.status(now: fixture.now).troubles == [
                "the rollback of u, 4 devices, for which kim asked, waits for a second person"
            ])
        let shown = view.update?.summary.proposedSet
        #expect(give(.approve(update: "u", preview: shown), &fixture, by: "ada")?.refusal == nil)
    }

    @Test func whatIsPartlyBackNeedsAPerson() throws {
        var fixture = try fixture()
        _ = give(.start(update: "u"), &fixture, by: "kim")
        for device: UInt32 in 0..<5 { fixture.contact(device, EngineFixture.new) }
        var settings = fixture.loop.state.settings
        settings.limits.inFlight = 2
        fixture.command(.configure(settings))
        _ = give(rollback, &fixture, by: "kim")
        _ = give(.cancel(update: "u/rollback"), &fixture, by: "kim")
        for order in fixture.loop.state.orders { fixture.contact(order.device.rawValue, EngineFixture.old) }
        let status = fixture.loop.status(now: fixture.now)
        let update = try #require(status.updates.first { $0.id == "u" })
        #expect(update.status == "partly back" && update.reason == "rollback cancelled: 2 of 5 back")
        #expect(update.counts.done == 3 && update.success == nil)
        #expect(
            status.troubles == [
                "u is partly back, rollback cancelled: 2 of 5 back: `muster update rollback` sends back the rest"
            ])
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).updates.first { $0.id == "u" }?.unsent == 3)
        _ = give(rollback, &fixture, by: "kim")
        for _ in 0..<3 {
            for order in fixture.loop.state.orders { fixture.contact(order.device.rawValue, EngineFixture.old) }
        }
        // A row of each device, whichever rollback has brought it back.
        var query = ViewQuery()
        query.deviceRows = RowRange(offset: 0, count: 10)
        let view = fixture.loop.view(query, now: fixture.now)
        #expect(view.update?.summary.status == .rolledBack)
        #expect(
            Set(view.devices.rows.compactMap(\.assignment?.update)) == ["u/rollback", "u/rollback-2"],
            "\(view.devices.rows)")
        let back = fixture.loop.status(now: fixture.now)
        #expect(back.troubles == [])
        #expect(back.updates.first { $0.id == "u" }?.counts.done == 0)
        #expect(back.updates.first { $0.id == "u" }?.reason == "5 of 5 back")
    }
}

/// A rollback that failed at devices has not brought them back, and nobody says so.
@Suite struct FailedReturnTests {
    private static let refused = FailureCause(code: "refused", isPermanent: true)

    /// Two of three devices that were to go back refuse.
    private func failedReturn() throws -> EngineFixture {
        var fixture = try EngineFixture(devices: 3)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<3 { fixture.contact(device, EngineFixture.new) }
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        fixture.contact(0, EngineFixture.old)
        refuse(&fixture)
        return fixture
    }

    private func refuse(_ fixture: inout EngineFixture) {
        for order in fixture.loop.state.orders {
            let report = Report(device: order.device, generation: order.generation, body: .gaveUp(Self.refused))
            _ = fixture.loop.step([.report(report)], now: fixture.now)
        }
    }

    private func summary(_ fixture: EngineFixture, _ id: String = "u") throws -> UpdateSummary {
        var loop = fixture.loop
        return try #require(loop.view(ViewQuery(), now: fixture.now).updates.first { $0.id == id })
    }

    @Test func itIsPartlyBack() throws {
        let fixture = try failedReturn(), text = "2 of 3 did not come back: refused"
        for id in ["u", "u/rollback"] {
            let summary = try summary(fixture, id)
            #expect(summary.unsent == 2)
            #expect(summary.statusText == text)
        }
        let status = fixture.loop.status(now: fixture.now)
        #expect(status.updates.first { $0.id == "u" }?.reason == text)
        #expect(status.updates.first { $0.id == "u" }?.counts.done == 2)
        #expect(
            status.troubles == ["u is partly back, \(text): `muster update rollback` sends back the rest"])
    }

    /// One comes back by the retry, and the other fails again.
    @Test func aRetryBringsBackTheRest() throws {
        var fixture = try failedReturn()
        fixture.command(.retryFailed(update: "u/rollback"))
        #expect(try summary(fixture).statusText == "2 of 3 not back yet")
        #expect(fixture.loop.status(now: fixture.now).troubles == [])
        fixture.contact(1, EngineFixture.old)
        refuse(&fixture)
        #expect(try summary(fixture).statusText == "1 of 3 did not come back: refused")
        #expect(fixture.loop.status(now: fixture.now).troubles.count == 1)
        fixture.command(.retryFailed(update: "u/rollback/retry-1"))
        fixture.contact(2, EngineFixture.old)
        #expect(try summary(fixture).unsent == 0)
        let status = fixture.loop.status(now: fixture.now)
        #expect(status.troubles == [])
        #expect(status.updates.first { $0.id == "u" }?.reason == "3 of 3 back")
        #expect(status.updates.first { $0.id == "u" }?.counts.done == 0)
    }

    /// It came back, and runs the release again.
    @Test func oneThatTurnedBadIsNotBack() throws {
        var fixture = try EngineFixture(devices: 1)
        fixture.command(.start(update: "u"))
        fixture.contact(0, EngineFixture.new)
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        fixture.contact(0, EngineFixture.old)
        #expect(try summary(fixture).unsent == 0)
        fixture.contact(0, EngineFixture.new)
        #expect(try summary(fixture).unsent == 1)
        #expect(try summary(fixture).statusText == "1 of 1 did not come back: reports 2.0.0")
    }

    @Test func whatIsOutOfServiceIsNotLookedFor() throws {
        var fixture = try failedReturn()
        fixture.command(.decommission(device: "pos-1"))
        #expect(try summary(fixture).unsent == 1)
    }
}

/// An approval that nobody can give any more is not waited for.
@Suite struct ApprovalAfterTheEndTests {
    /// An update whose only device of its first phase has passed, and whose second phase waits for a person.
    private func awaiting() throws -> EngineFixture {
        var fixture = try EngineFixture(devices: 4)
        var gate = Gate(threshold: 9000)
        gate.requiresApproval = true
        let phases = [
            PhaseDefinition(name: "canary", percent: 25, gate: gate, wait: .zero),
            PhaseDefinition(name: "all", percent: 100, gate: Gate(threshold: 9000)),
        ]
        fixture.command(
            .draft(
                UpdateDefinition(
                    id: "p", release: EngineFixture.new, selector: .all,
                    strategy: .progressive(phases: phases, onFailure: .pause))))
        fixture.command(.start(update: "p"))
        for order in fixture.loop.state.orders { fixture.contact(order.device.rawValue, EngineFixture.new) }
        return fixture
    }

    private func query() -> ViewQuery {
        var query = ViewQuery()
        query.update = "p"
        return query
    }

    @Test(arguments: [true, false]) func neitherOfACancelledNorOfARolledBackOne(isCancelled: Bool) throws {
        var fixture = try awaiting()
        #expect(fixture.loop.view(query(), now: fixture.now).update?.gate?.awaitsApproval == true)
        #expect(fixture.loop.status(now: fixture.now).troubles == ["phase canary of p waits for approval"])
        if isCancelled {
            fixture.command(.cancel(update: "p"))
        } else {
            fixture.command(.rollBack(update: "p", confirmation: "p", preview: nil))
            #expect(fixture.command(.approve(update: "p"))?.refusal?.message == "nothing in p waits for an approval")
            for order in fixture.loop.state.orders { fixture.contact(order.device.rawValue, EngineFixture.old) }
        }
        let view = fixture.loop.view(query(), now: fixture.now)
        #expect(view.update?.summary.status == (isCancelled ? .cancelled : .rolledBack))
        #expect(view.update?.gate?.awaitsApproval == false)
        #expect(view.alerts == [])
        #expect(fixture.loop.status(now: fixture.now).troubles == [])
    }
}
