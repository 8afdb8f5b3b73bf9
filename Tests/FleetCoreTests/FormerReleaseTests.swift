import Testing

@testable import FleetCore

/// A rollback sends what the fleet holds, and says of whom it cannot.
@Suite struct FormerReleaseTests {
    private static let files = [Artifact(name: "app.bin", size: 1000, sha256: String(repeating: "1", count: 64))]
    private static let old = CoreFixture.old, new = CoreFixture.new, unknown = Version(1, 5, 0)

    /// Two terminals, each at a store of its own: the first runs a release that the fleet holds, the second one that it
    /// does not. Both have been brought to the new one.
    private func updated(
        old: Release = Release(version: old, artifacts: files), second: Version = unknown
    ) -> CoreFixture {
        var fixture = CoreFixture(sites: 0) { $0.floor.untouched = 0 }
        var machine = FleetMachine()
        machine.takeUp(now: fixture.now)
        fixture.machine = machine
        fixture.command(.addReleases([old, Release(version: Self.new, artifacts: Self.files)]))
        var records = (0..<2).map { CoreFixture.record(site: $0, terminal: 0) }
        records[1].firmware = second
        fixture.command(.register(records))
        fixture.start(CoreFixture.update())
        for device in ["pos-0-0", "pos-1-0"] { bring(&fixture, device, to: Self.new) }
        return fixture
    }

    private func bring(_ fixture: inout CoreFixture, _ device: String, to version: Version) {
        fixture.report(device, .reached(.installing))
        fixture.report(device, .restarted)
        fixture.report(device, .contacted(firmware: version))
    }

    private func rollBack(_ fixture: inout CoreFixture) -> Refusal? {
        fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil))
    }

    private func reason(_ fixture: CoreFixture, _ update: String, _ device: String) -> EndReason? {
        guard let record = fixture.machine.state.update(update),
            let index = fixture.machine.state.devices.index(of: device),
            let position = record.assignments.position(of: index)
        else { return nil }
        return record.assignments.reason(position)
    }

    @Test func aDeviceWhoseFormerReleaseIsNotKnownIsLeftOut() {
        var fixture = updated()
        #expect(rollBack(&fixture) == nil)
        #expect(fixture.state("u/rollback", "pos-0-0") == .inProgress)
        #expect(fixture.state("u/rollback", "pos-1-0") == .skipped)
        #expect(reason(fixture, "u/rollback", "pos-1-0") == .releaseMissing(Self.unknown))
        #expect(reason(fixture, "u/rollback", "pos-1-0")?.description == "1.5.0 is not in releases/")
        #expect(fixture.machine.state.orders.map(\.release) == [Self.old])
        bring(&fixture, "pos-0-0", to: Self.old)
        #expect(fixture.machine.state.update("u")?.status == .rolledBack)
        #expect(fixture.machine.state.update("u/rollback")?.tally[.completed] == 1)
    }

    @Test func onceTheReleaseIsAddedARetrySendsIt() {
        var fixture = updated()
        _ = rollBack(&fixture)
        bring(&fixture, "pos-0-0", to: Self.old)
        #expect(fixture.command(.retryFailed(update: "u/rollback")) != nil)
        fixture.command(.addReleases([Release(version: Self.unknown, artifacts: Self.files)]))
        #expect(fixture.command(.retryFailed(update: "u/rollback")) == nil)
        #expect(fixture.machine.state.orders.map(\.release) == [Self.unknown])
        bring(&fixture, "pos-1-0", to: Self.unknown)
        #expect(fixture.state("u/rollback/retry-1", "pos-1-0") == .completed)
    }

    @Test func aRollbackThatCanSendNothingIsRefused() {
        var fixture = updated(old: Release(version: Version(0, 9, 0)))
        let refusal = rollBack(&fixture)
        #expect(refusal?.message.hasPrefix("no device of u can be sent back: 1.") == true)
        #expect(refusal?.message.hasSuffix(".0 is not in releases/") == true)
        #expect(fixture.machine.state.update("u")?.status == .completed)
    }

    @Test func aReleaseWithoutFilesIsNothingToSendInPlaceOfOneWithFiles() {
        var fixture = updated(old: Release(version: Self.old), second: Self.old)
        #expect(rollBack(&fixture)?.message == "no device of u can be sent back: 1.0.0 has no files in releases/")
    }

    /// By a gate nobody was asked: what can be sent back is, and the others are named.
    @Test func aGateThatFailsSendsBackWhatItCan() {
        var fixture = updated()
        let phases = [PhaseDefinition(name: "all", percent: 100, gate: Gate(threshold: 10_000))]
        var next = CoreFixture.update("v", strategy: .progressive(phases: phases, onFailure: .rollBack))
        next.release = Version(3, 0, 0)
        fixture.command(.addReleases([Release(version: Version(3, 0, 0), artifacts: Self.files)]))
        fixture.start(next)
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "wrong model", isPermanent: true)))
        #expect(fixture.machine.state.update("v")?.status == .rollingBack)
        fixture.report("pos-1-0", .dropped)
        fixture.pass(.minutes(1))
        // Both still run what they had before.
        #expect(reason(fixture, "v/rollback", "pos-0-0") == .alreadyOn(Self.new))
        #expect(fixture.machine.state.update("v")?.status == .rolledBack)
    }
}

/// A version whose bytes were not all sent proves no success.
@Suite struct ClaimTests {
    private static let new = CoreFixture.new

    private func started(size: Int64 = 1000) -> CoreFixture {
        var fixture = CoreFixture(sites: 0) { $0.floor.untouched = 0 }
        let files = [Artifact(name: "app.bin", size: size, sha256: String(repeating: "1", count: 64))]
        var machine = FleetMachine()
        machine.takeUp(now: fixture.now)
        fixture.machine = machine
        fixture.command(.addReleases([Release(version: Self.new, artifacts: files)]))
        fixture.command(.register([CoreFixture.record(site: 0, terminal: 0)]))
        fixture.start(CoreFixture.update())
        return fixture
    }

    private func claim(_ fixture: inout CoreFixture, _ sent: Int64, _ version: Version = new) {
        fixture.report("pos-0-0", .claimed(firmware: version, sent: sent))
    }

    private func end(_ fixture: CoreFixture) -> (AssignmentState?, EndReason?) {
        let record = fixture.machine.state.update("u")
        return (record?.assignments.state(0), record?.assignments.reason(0))
    }

    @Test func whoWasSentNothingHadItAlready() {
        var fixture = started()
        claim(&fixture, 0)
        #expect(end(fixture) == (.skipped, .alreadyOn(Self.new)))
        #expect(fixture.machine.state.update("u")?.tally[.completed] == 0)
        #expect(fixture.machine.state.update("u")?.inFlight == 0)
        // It was not changed by the update, so that nothing is to be sent back.
        #expect(fixture.command(.rollBack(update: "u", confirmation: "u", preview: nil)) != nil)
    }

    @Test func nobodyCompletesWithAReleaseWithoutAByte() {
        var fixture = started(size: 0)
        claim(&fixture, 0)
        #expect(end(fixture) == (.skipped, .alreadyOn(Self.new)))
    }

    @Test func whatIsNoVersionTurnsWhatHasCompletedBad() {
        var fixture = started()
        fixture.report("pos-0-0", .unreadable(firmware: "early"))
        #expect(fixture.state("u", "pos-0-0") == .inProgress)
        claim(&fixture, 1000)
        #expect(end(fixture) == (.completed, nil))
        fixture.report("pos-0-0", .unreadable(firmware: "a\u{1b}b"))
        let record = fixture.machine.state.update("u")
        #expect(record?.assignments.hasTurnedBad(0) == true)
        #expect(end(fixture).1 == .failed(.reportsUnreadable("a\u{FFFD}b")))
        let revision = fixture.machine.state.revision
        fixture.report("pos-0-0", .unreadable(firmware: "once more"))
        #expect(fixture.machine.state.revision == revision)
    }

    /// Also once the update is over; a newer version is another's doing then.
    @Test(arguments: [("2.0.0+other", true), ("1.9.0", true), ("2.0.1", false)])
    func anotherBuildTurnsWhatHasCompletedBad(version: String, isBad: Bool) throws {
        var fixture = started()
        claim(&fixture, 1000)
        #expect(fixture.machine.state.update("u")?.status.isFinal == true)
        claim(&fixture, 0, try #require(Version(version)))
        #expect(fixture.machine.state.update("u")?.assignments.hasTurnedBad(0) == isBad)
    }

    @Test func whoWasSentAPartHasFailed() {
        var fixture = started()
        claim(&fixture, 999)
        #expect(end(fixture) == (.failed, .failed(.runsUnfetched(Self.new))))
        #expect(end(fixture).1?.description == "runs 2.0.0 without having fetched it")
    }

    @Test func whoWasSentEverythingHasCompleted() {
        var fixture = started()
        claim(&fixture, 1000)
        #expect(end(fixture) == (.completed, nil))
    }

    /// What was sent is known by the journal, whatever the one who counts has forgotten.
    @Test func whoInstalledWasSentEverything() {
        var fixture = started()
        fixture.report("pos-0-0", .reached(.installing))
        claim(&fixture, 0)
        #expect(end(fixture) == (.completed, nil))
    }

    @Test func theSameBetweenTwoAttempts() {
        var fixture = started()
        fixture.report("pos-0-0", .gaveUp(FailureCause(code: "hash mismatch", isPermanent: false)))
        #expect(fixture.state("u", "pos-0-0") == .retrying)
        claim(&fixture, 0)
        #expect(end(fixture) == (.skipped, .alreadyOn(Self.new)))
        #expect(fixture.machine.state.update("u")?.status == .completed)
    }

    @Test func anOlderVersionIsTakenAsItIsSaid() {
        var fixture = started()
        claim(&fixture, 0, Version(1, 2, 0))
        #expect(fixture.state("u", "pos-0-0") == .inProgress)
        #expect(fixture.machine.state.devices.firmware(DeviceIndex(0)) == Version(1, 2, 0))
    }
}

/// Which texts are ids of devices, and which versions are newer.
@Suite struct NamingRuleTests {
    @Test(arguments: ["*", ".", "..", "/", "//", "a//b", "/a", "a/", "../a", "a/./b", "", "a\nb", "a\u{7f}"])
    func whatMeansSomethingElseIsNoID(_ id: String) {
        #expect(DeviceRecord.problem(ofID: id) != nil)
        var fixture = CoreFixture(sites: 0)
        #expect(fixture.command(.register([DeviceRecord(id: id, firmware: CoreFixture.old)])) != nil)
        #expect(fixture.introduce(id) != nil)
    }

    @Test(arguments: ["pos-1", "a b", "a%20b", "...", "..a", "a/b", "till*", "ä", "a:b", "**", "~"])
    func otherTextsAre(_ id: String) { #expect(DeviceRecord.problem(ofID: id) == nil) }

    /// No list tells them from the same id without.
    @Test(arguments: [
        "d1 ", " d1", "\u{a0}d1", "d1\u{2003}", "d\u{200b}1", "d1\u{feff}", "d\u{85}1", "d\u{2028}1", "d1\u{3164}",
        "d1\u{115f}", "d1\u{ffa0}", "d1\u{2800}", "d1\u{34f}", "d1\u{17b4}", "d1\u{fe0f}", "d1\u{e0100}", "d1\u{1d159}",
        "d1\u{13441}", "\u{301}", "\u{301}d1", "a/\u{301}b", "a \u{301}b", "till-e\u{301}", "\u{212b}",
        "q\u{307}\u{323}",
        "\u{1112}\u{1161}",
    ])
    func whatIsReadAsAnotherIDIsNoNewOne(_ id: String) {
        #expect(DeviceRecord.problem(ofNewID: id) != nil)
        // One that has it already goes on under it.
        #expect(DeviceRecord.problem(ofID: id) == nil)
    }

    @Test(arguments: ["pos-1", "a b", "a\u{a0}b", "ä", "~", "日本", "हिन्दी", "q\u{323}\u{307}", "ไทย", "한국"])
    func otherTextsAreNewOnes(_ id: String) { #expect(DeviceRecord.problem(ofNewID: id) == nil) }

    /// A device that has had its id since before that was looked at keeps it, and nobody joins beside it.
    @Test func anotherFormOfAnIDIsNoNewOne() {
        var fixture = CoreFixture(sites: 0)
        let old = DeviceRecord(id: "till-e\u{301}", firmware: CoreFixture.old)
        let new = DeviceRecord(id: "till-\u{e9}", firmware: CoreFixture.old)
        #expect(fixture.command(.register([old])) == nil)
        #expect(fixture.command(.register([new])) != nil && fixture.introduce(new.id) != nil)
        #expect(fixture.command(.register([old])) == nil && fixture.introduce(old.id) == nil)
        #expect(fixture.machine.state.devices.count == 1)
    }

    @Test func aTextIsItsBytes() {
        let one = ExactText("\u{e9}"), other = ExactText("e\u{301}")
        #expect(one != other && Set([one, other, ExactText("\u{e9}")]).count == 2)
        // By the first byte, 65 and c3.
        #expect(other < one && !(one < other) && !(one < one))
        var values: [ExactText: Int] = [:]
        values["\u{e9}"] = 1
        values["e\u{301}", default: 5] += 1
        #expect(values["\u{e9}"] == 1 && values["e\u{301}"] == 6 && values["e"] == nil)
    }

    @Test func aBuildIsNotNewerThanAnother() throws {
        let a = try #require(Version("4.3.0+a")), b = try #require(Version("4.3.0+b"))
        #expect(!b.isNewer(than: a) && !a.isNewer(than: b) && a != b)
        #expect(try #require(Version("4.3.1")).isNewer(than: b))
        #expect(a.isNewer(than: try #require(Version("4.3.0-rc.1+z"))))
    }

    @Test func anotherBuildIsSent() throws {
        var fixture = CoreFixture(sites: 1, terminals: 1) { $0.floor.untouched = 0 }
        let a = try #require(Version("4.3.0+a")), b = try #require(Version("4.3.0+b"))
        fixture.command(.addReleases([Release(version: a)]))
        fixture.report("pos-0-0", .contacted(firmware: b))
        var update = CoreFixture.update()
        update.release = a
        fixture.start(update)
        #expect(fixture.state("u", "pos-0-0") == .inProgress)
    }

    @Test func aDeviceThatWasRefusedDoesNotComeOnlineByCalling() throws {
        var fixture = CoreFixture(sites: 0)
        fixture.introduce("stranger")
        fixture.command(.refuse(device: "stranger"))
        fixture.pass(.hours(1))
        let device = try #require(fixture.machine.state.devices.index(of: "stranger"))
        #expect(fixture.machine.state.devices.status(device) == .offline)
        fixture.report("stranger", .contacted(firmware: nil))
        #expect(fixture.machine.state.devices.status(device) == .offline)
        #expect(fixture.machine.state.devices.isRefused(device))
        fixture.command(.accept(device: "stranger"))
        #expect(!fixture.machine.state.devices.isRefused(device))
        fixture.report("stranger", .contacted(firmware: nil))
        #expect(fixture.machine.state.devices.status(device) == .online)
    }
}
