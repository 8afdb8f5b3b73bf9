import FleetCore
import FleetEngine
import Testing

/// What consoles are told.
@Suite struct ViewTests {
    private func query(_ change: (inout ViewQuery) -> Void) -> ViewQuery {
        var query = ViewQuery()
        change(&query)
        return query
    }

    private func fixture() throws -> EngineFixture {
        var fixture = try EngineFixture(devices: 6)
        fixture.command(.start(update: "u"))
        fixture.contact(2, EngineFixture.new)
        let order = fixture.link.sent.first { $0.order.device == DeviceIndex(4) }?.order
        let cause = FailureCause(code: "wrong model", isPermanent: true)
        _ = fixture.loop.step(
            [.report(Report(device: DeviceIndex(4), generation: order?.generation, body: .gaveUp(cause)))],
            now: fixture.now)
        return fixture
    }

    @Test func countsOfAllPartsAgree() throws {
        var fixture = try fixture()
        let view = fixture.loop.view(
            query {
                $0.deviceRows = RowRange(offset: 0, count: 100)
                $0.queueRows = RowRange(offset: 0, count: 100)
            }, now: fixture.now)
        let tally = try #require(view.update?.summary.tally)
        #expect(tally[.completed] == 1)
        #expect(tally[.failed] == 1)
        #expect(tally[.inProgress] == 4)
        #expect(view.regions.map(\.tally).reduce(Tally(), +) == tally)
        #expect(view.devices.rows.filter { $0.assignment?.state == .inProgress }.count == 4)
        #expect(view.queue.total == tally.waiting)
        #expect(view.queue.inFlight == 4)
        #expect(view.update?.causes.map(\.cause) == ["wrong model"])
        #expect(view.alerts.map(\.text) == ["u: 1 of 2 failed, wrong model"])
        #expect(view.firmware.map { "\($0.version) \($0.count)" } == ["2.0.0 1", "1.0.0 5"])
    }

    @Test func whatNeedsALookComesFirst() throws {
        var fixture = try fixture()
        let rows = fixture.loop.view(
            query { $0.deviceRows = RowRange(offset: 0, count: 10) }, now: fixture.now
        ).devices.rows
        #expect(rows.map(\.id) == ["pos-4", "pos-0", "pos-1", "pos-3", "pos-5", "pos-2"])
        let reversed = fixture.loop.view(
            query {
                $0.deviceRows = RowRange(offset: 0, count: 10)
                $0.sort = DeviceSort(.id, reversed: true)
            }, now: fixture.now
        ).devices.rows
        #expect(reversed.map(\.id) == ["pos-5", "pos-4", "pos-3", "pos-2", "pos-1", "pos-0"])
    }

    /// A device that was sent back is no success of anything, and a failure that left nothing to send back stays one.
    @Test func whatWasRolledBackIsShownAsThat() throws {
        var fixture = try fixture()
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))?.refusal == nil)
        for device: UInt32 in [0, 1, 3, 5] { fixture.contact(device, EngineFixture.new) }
        for device: UInt32 in 0..<6 { fixture.contact(device, EngineFixture.old) }
        let view = fixture.loop.view(query { $0.deviceRows = RowRange(offset: 0, count: 10) }, now: fixture.now)
        #expect(view.update?.summary.status == .rolledBack)
        #expect(view.regions.map(\.tally).reduce(Tally(), +) == view.update?.rollback?.tally)
        let shown = view.devices.rows.map { [$0.id, $0.assignment?.update, $0.assignment?.state.description] }
        #expect(
            shown == [["pos-4", "u", "failed"]] + [0, 1, 2, 3, 5].map { ["pos-\($0)", "u/rollback", "completed"] })
    }

    /// A retry of a rollback sends what failed and what was left out for want of files; consoles offer what the core accepts.
    @Test func whatARetryOfARollbackWouldSend() throws {
        var fixture = try EngineFixture(devices: 2)
        let unknown = Version(1, 5, 0)
        let other = DeviceRecord(id: "pos-9", site: "site-9", region: "region-1", firmware: unknown, status: .online)
        fixture.command(.register([other]))
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<3 { fixture.contact(device, EngineFixture.new) }
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
        for device: UInt32 in 0..<2 { fixture.contact(device, EngineFixture.old) }
        let retry = Command.retryFailed(update: "u/rollback")
        func back() -> UpdateSummary? {
            fixture.loop.view(query { _ in }, now: fixture.now).updates.first { $0.id == "u/rollback" }
        }
        #expect(back()?.status == .completed)
        #expect(back()?.retriable == 0)
        #expect(fixture.command(retry)?.refusal != nil)
        fixture.command(.addReleases([Release(version: unknown)]))
        #expect(back()?.retriable == 1)
        #expect(fixture.command(retry)?.refusal == nil)
        #expect(back()?.retriable == 0)
    }

    /// A fleet keeps its updates for years: what a retry of one that has ended would send is counted where it is asked for,
    /// and again when something has happened.
    @Test func whatARetryWouldSendIsCountedWhereItIsAskedFor() throws {
        var fixture = try EngineFixture(devices: 4)
        fixture.command(.start(update: "u"))
        for device: UInt32 in 0..<2 {
            let generation = fixture.loop.state.orders.first { $0.device.rawValue == device }?.generation
            let cause = FailureCause(code: "wrong model", isPermanent: true)
            _ = fixture.loop.step(
                [.report(Report(device: DeviceIndex(device), generation: generation, body: .gaveUp(cause)))],
                now: fixture.now)
        }
        for device: UInt32 in 2..<4 { fixture.contact(device, EngineFixture.new) }
        let next = UpdateDefinition(
            id: "v", release: EngineFixture.new, selector: try Selector(parsing: "id = pos-0"),
            strategy: .immediate(offline: .skip))
        fixture.now = fixture.now + .minutes(1)
        fixture.command(.draft(next))
        fixture.command(.start(update: "v"))
        func summary(_ change: (inout ViewQuery) -> Void = { _ in }) throws -> UpdateSummary {
            let view = fixture.loop.view(query(change), now: fixture.now)
            #expect(view.update?.summary == view.updates.first { $0.id == view.update?.summary.id })
            return try #require(view.updates.first { $0.id == "u" })
        }
        #expect(try summary().tally.failures == 2)
        #expect(try summary().retriable == nil)
        #expect(try summary { $0.retryPreview = "u" }.retriable == 2)
        #expect(try summary { $0.update = "u" }.retriable == 2)
        fixture.contact(0, EngineFixture.new)
        #expect(try summary { $0.retryPreview = "u" }.retriable == 1)
        #expect(try summary { $0.retryPreview = "none" }.tally.failures == 2)
    }

    @Test func whetherAnUpdateHasTriedADevice() throws {
        var fixture = try EngineFixture(devices: 2)
        var settings = FleetSettings(name: "fixture")
        settings.fourEyes.updateOver = 1
        fixture.command(.configure(settings))
        func isUntouched() -> Bool? { fixture.loop.view(query { _ in }, now: fixture.now).updates.first?.isUntouched }
        func refusal() -> String? {
            fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))?.refusal?.message
        }
        #expect(isUntouched() == true)
        let kim = Origin(operatorName: "kim", source: "test", user: "kim")
        _ = fixture.loop.step([.command(.start(update: "u"), kim, ticket: 8)], now: fixture.now)
        #expect(isUntouched() == true)
        var cancelled = fixture
        #expect(cancelled.command(.cancel(update: "u"))?.refusal == nil)
        let view = cancelled.loop.view(query { _ in }, now: cancelled.now)
        #expect(view.updates.first?.status == .cancelled && view.updates.first?.isUntouched == true)
        #expect(refusal() == "u has changed no device")
        let lee = Origin(operatorName: "lee", source: "test", user: "lee")
        _ = fixture.loop.step([.command(.approve(update: "u"), lee, ticket: 9)], now: fixture.now)
        #expect(isUntouched() == false)
    }

    /// One failure is nobody's trouble in particular; several in one region are that region's, and come first.
    @Test func theAlertOfMostDevicesComesFirst() throws {
        var fixture = try EngineFixture(devices: 6)
        fixture.command(.start(update: "u"))
        for (device, code) in [(1, "hash mismatch"), (3, "hash mismatch"), (0, "wrong model")] {
            let order = fixture.link.sent.first { $0.order.device.offset == device }?.order
            let report = Report(
                device: DeviceIndex(UInt32(device)), generation: order?.generation,
                body: .gaveUp(FailureCause(code: code, isPermanent: true)))
            fixture.now = fixture.now + .minutes(1)
            _ = fixture.loop.step([.report(report)], now: fixture.now)
        }
        let view = fixture.loop.view(query { _ in }, now: fixture.now)
        #expect(
            view.alerts.map(\.text) == [
                "u: 2 of 2 failed in region-1, hash mismatch", "u: 1 of 3 failed, wrong model",
            ])
    }

    @Test func theRowsFollowTheSelectedDevice() throws {
        var fixture = try fixture()
        let list = fixture.loop.view(
            query {
                $0.deviceRows = RowRange(offset: 0, count: 2)
                $0.selectedDevice = "pos-2"
            }, now: fixture.now
        ).devices
        #expect(list.selectedPosition == 5)
        #expect(list.offset == 4)
        #expect(list.rows.map(\.id) == ["pos-5", "pos-2"])
    }

    @Test(arguments: [
        ("region = region-1", ["pos-1", "pos-3", "pos-5"]), ("firmware >= 2.0.0", ["pos-2"]), ("site-4", ["pos-4"]),
        ("nothing like it", []),
    ])
    func filtersShowWhatTheyName(text: String, ids: [String]) throws {
        var fixture = try fixture()
        let list = fixture.loop.view(
            query {
                $0.deviceRows = RowRange(offset: 0, count: 10)
                $0.filter = DeviceFilter(parsing: text)
                $0.sort = DeviceSort(.id)
            }, now: fixture.now
        ).devices
        #expect(list.rows.map(\.id) == ids)
        #expect(list.total == ids.count)
    }

    @Test(arguments: [0, 3, 5, 6, 100])
    func rowsStayInsideTheList(offset: Int) throws {
        var fixture = try fixture()
        let list = fixture.loop.view(
            query { $0.deviceRows = RowRange(offset: offset, count: 4) }, now: fixture.now
        ).devices
        #expect(list.rows.count == 4)
        #expect(list.offset == min(offset, 2))
    }

    @Test func thePreviewCountsWhatARollbackWouldDo() throws {
        var fixture = try fixture()
        let preview = try #require(
            fixture.loop.view(query { $0.rollbackPreview = "u" }, now: fixture.now).rollback)
        #expect(preview.changed == 1)
        // Four are offered what they will drop.
        #expect(preview.withdrawn == 4)
        #expect(preview.inFlight == 0)
        // It failed and still runs what it had.
        #expect(preview.toCheck == 0)
        #expect(preview.unchanged == 1)
        #expect(preview.cancelled == 0)
        #expect(preview.targets == [FirmwareCount(version: EngineFixture.old, count: 1)])
        let reply = fixture.command(.rollBack(update: "u", confirmation: "u", preview: preview.revision))
        #expect(reply?.refusal == nil)
        #expect(fixture.loop.state.update("u/rollback")?.tally.total == 6)
    }

    @Test func thePreviewTellsWhatInstallsFromWhatDropsItsOrder() throws {
        var fixture = try fixture()
        let generation = fixture.loop.state.order(for: DeviceIndex(1))?.generation
        let report = Report(device: DeviceIndex(1), generation: generation, body: .reached(.installing))
        _ = fixture.loop.step([.report(report)], now: fixture.now)
        fixture.command(.cancel(update: "u"))
        let dropped = fixture.loop.state.order(for: DeviceIndex(0))?.generation
        _ = fixture.loop.step(
            [.report(Report(device: DeviceIndex(0), generation: dropped, body: .dropped))], now: fixture.now)
        let view = fixture.loop.view(
            query {
                $0.rollbackPreview = "u"
                $0.deviceRows = RowRange(offset: 0, count: 10)
            }, now: fixture.now)
        let preview = try #require(view.rollback)
        #expect(preview.inFlight == 1)
        #expect(preview.withdrawn == 2)
        // One has failed, one has dropped its order; both run what they had.
        #expect(preview.unchanged == 2)
        #expect(preview.targets == [FirmwareCount(version: EngineFixture.old, count: 2)])
        let told = view.devices.rows.filter { $0.assignment?.isWithdrawn == true }
        #expect(told.map(\.id) == ["pos-3", "pos-5"])
    }

    @Test func aDeviceTellsItsStory() throws {
        var fixture = try fixture()
        let detail = try #require(fixture.loop.view(query { $0.detail = "pos-4" }, now: fixture.now).detail)
        #expect(detail.timeline.map(\.text) == ["pos-4 FAILED wrong model", "pos-4 offered"])
        #expect(detail.assignments.map(\.state) == [.failed])
        #expect(detail.sameCause == 1)
        #expect(fixture.loop.view(query { $0.detail = "pos-99" }, now: fixture.now).detail == nil)
    }

    @Test func theUpdateThatMovesIsInFocus() throws {
        var fixture = try EngineFixture()
        let other = UpdateDefinition(
            id: "a", release: EngineFixture.new, selector: .all, strategy: .onConnect(expires: nil))
        fixture.command(.draft(other))
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).update?.summary.id == "u")
        fixture.command(.start(update: "a"))
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).update?.summary.id == "a")
        fixture.command(.start(update: "u"))
        fixture.command(.pause(update: "u"))
        #expect(fixture.loop.view(ViewQuery(), now: fixture.now).update?.summary.id == "u")
    }
}
