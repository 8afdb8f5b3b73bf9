import FleetCore
import FleetFiles
import Foundation
import Testing

struct SampleFleetTests {
    private func definition() throws -> FleetDefinition {
        let result = FleetDirectory(path: Checkout.path("sample-fleet")).load(digest: Reference.sha256(ofFile:))
        #expect(result.lines == [])
        return try #require(result.definition)
    }

    @Test func theSixScenarios() throws {
        let fleet = try definition()
        #expect(
            fleet.updates.map { [$0.id, $0.release.description, $0.strategy.name, $0.selector.source] } == [
                ["critical-patch-2.4.1", "2.4.1", "immediate", "status = online"],
                ["maintenance-2.5.0", "2.5.0", "scheduled", "all"],
                ["major-3.0.0", "3.0.0", "progressive", "all"],
                ["northeast-tax-2.3.2", "2.3.2", "immediate", "region = northeast"],
                ["offline-2.4.0", "2.4.0", "on-connect", "status != online"],
                ["standardize-2.4.0", "2.4.0", "scheduled", "firmware < 2.2.0"],
            ])
        let night = WindowSchedule(opensAt: 2 * 3600, closesAt: 4 * 3600)
        #expect(fleet.updates.map(\.window) == [nil, night, nil, nil, nil, night])
    }

    @Test func thePhasesOfTheMajorUpdate() throws {
        let update = try #require(try definition().updates.first { $0.id == "major-3.0.0" })
        var expected = UpdateDefinition(
            id: "major-3.0.0", title: "New till screen", release: Version(3, 0, 0), selector: .all,
            strategy: .progressive(
                phases: [
                    PhaseDefinition(name: "canary", percent: 10, gate: Gate(threshold: 9500), wait: .hours(24)),
                    PhaseDefinition(name: "early", percent: 50, gate: Gate(threshold: 9000), wait: .hours(12)),
                    PhaseDefinition(name: "everyone", percent: 100, gate: Gate(threshold: 8500)),
                ], onFailure: .rollBack))
        expected.seed = 8
        #expect(update == expected)
    }

    @Test func theReleases() throws {
        let releases = try definition().releases
        #expect(
            releases.map(\.version.description) == [
                "2.0.5", "2.1.0", "2.1.5", "2.2.5", "2.2.8", "2.3.0", "2.3.1", "2.3.2", "2.4.0", "2.4.1", "2.5.0",
                "3.0.0",
            ])
        #expect(releases.allSatisfy { $0.size > 500 && !$0.notes.isEmpty })
    }

    @Test func everyoneWhoIsAwayComesBack() throws {
        let fleet = try definition()
        let away = fleet.devices.filter { $0.status != .online }.map(\.id)
        #expect(fleet.simulation.returns.map(\.device).sorted() == away.sorted())
        #expect(fleet.simulation.returns.allSatisfy { $0.after <= .hours(26) && $0.stays == nil })
        #expect(fleet.simulation.failures.allSatisfy { $0.rate == 0 && !$0.kinds.isEmpty })
    }

    @Test func theSettings() throws {
        var expected = FleetSettings(name: "sample-fleet")
        expected.timeZone = "America/Chicago"
        expected.limits.inFlightPerRegion = 40
        expected.limits.startsPerMinute = 60
        let from = LocalDateTime(date: LocalDate(year: 2027, month: 11, day: 22), secondOfDay: 0)
        let until = LocalDateTime(date: LocalDate(year: 2027, month: 12, day: 1), secondOfDay: 0)
        expected.freezes = [Freeze(name: "holiday trading", from: from, until: until)]
        #expect(try definition().settings == expected)
    }

    @Test func devicesJSONIsTheListOfTheDesignByteForByte() throws {
        let bytes = Array(try Data(contentsOf: URL(filePath: Checkout.path("sample-fleet/devices.json"))))
        #expect(Reference.sha256(bytes) == "fab010c6ee203200b71d479658ee46dcf3cb70d9b335e3cefc0ee7f058af0f91")
    }

    @Test func anUpdateFromAnotherFile() throws {
        let directory = try ScratchDirectory([
            "good.yaml": "version: 1\nid: u\nrelease: 3.0.0\ndevices: type = flagship\nstrategy: immediate",
            "bad.yaml": "version: 1\nid: u\nrelease: 9.0.0\ndevices: tpye = flagship\nstrategy: immediate",
        ])
        let fleet = try definition()
        let files = FleetDirectory(path: Checkout.path("sample-fleet"))
        let good = withExtendedLifetime(directory) { files.loadUpdate(file: directory.path + "/good.yaml", in: fleet) }
        #expect(good.problems == [])
        #expect(good.update?.id == "u")
        let path = directory.path + "/bad.yaml"
        let bad = withExtendedLifetime(directory) { files.loadUpdate(file: path, in: fleet) }
        #expect(bad.update == nil)
        #expect(
            bad.problems.map(\.description) == [
                "\(path):4:10: there is no attribute or tag tpye; did you mean type? If it is a tag, write tag.tpye"
            ])
    }
}
