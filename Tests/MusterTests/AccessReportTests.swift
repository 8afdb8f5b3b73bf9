import EngineSocket
import FleetCore
import Testing

@testable import muster

/// What `muster access` says, apart from how it learns it.
struct AccessReportTests {
    private func report(owner: String, _ settings: AccessSettings? = AccessSettings()) -> AccessReport {
        AccessReport(
            you: "kim", groups: [], role: "viewer", isByTheEngine: false, owner: owner,
            grants: settings.map { AccessReport.grants($0) }, areGrantsByTheEngine: false, doFilesDiffer: false,
            commands: AccessReport.table, consoles: [])
    }

    /// Whatever can be asked of an engine stands in the table of roles.
    @Test(arguments: EngineRequest.Verb.allCases) func everyRequestIsInTheTable(verb: EngineRequest.Verb) throws {
        var request = EngineRequest(verb, "x", device: DeviceForm(id: "x", firmware: "1.0.0"))
        request.role = "viewer"
        let command = try request.makeCommand()
        let row = AccessReport.table.first { $0.role == command.requiredRole.description }
        #expect(row?.commands.contains(command.verb) == true, "\(command.verb)")
    }

    @Test func whoRunsTheEngineIsNamed() {
        let lines = report(owner: "till-keeper").lines
        #expect(lines.contains("user root        admin, always"))
        #expect(lines.contains("user till-keeper admin, as the user who runs the engine"))
        #expect(report(owner: "root").lines.filter { $0.hasPrefix("user ") } == ["user root admin, always"])
    }

    @Test func filesThatCannotBeReadAreNoEmptyTable() {
        #expect(report(owner: "root", nil).lines.last == "who else, fleet.yaml says, which cannot be read")
    }

    /// Nobody has said that one has no role, where nothing could be read that says it. Who owns the state has one anyway.
    @Test func withoutEngineAndFilesNoRoleIsKnown() {
        var report = report(owner: "root", nil)
        #expect(report.lines.first == "you are viewer, as kim, by the files: no engine runs")
        report.role = nil
        #expect(
            report.lines.first
                == "whether you have a role, as kim, is not known: no engine runs, and fleet.yaml cannot be read")
        report.grants = []
        #expect(report.lines.first == "you have no role, as kim, by the files: no engine runs")
    }

    /// Whom the engine tells nothing is told nothing of files either that it does not go by.
    @Test func withoutARoleTheEngineIsTheOnlySource() {
        var report = report(owner: "root", nil)
        report.isByTheEngine = true
        report.role = nil
        #expect(report.lines.first == "you have no role, as kim, by the engine that runs")
        #expect(report.lines.last == "who has a role, the engine that runs tells those who have one")
        #expect(!report.lines.contains { $0.contains("files") && !$0.hasPrefix("tokens") })
    }

    /// The order in which the files name them is no difference.
    @Test func whatDiffers() {
        var one = AccessSettings(), other = AccessSettings()
        one.users = [RoleGrant("kim", .viewer), RoleGrant("lee", .admin)]
        other.users = one.users.reversed()
        #expect(!AccessReport.differ(one, other))
        other.groups = [RoleGrant("staff", .viewer)]
        #expect(AccessReport.differ(one, other))
        #expect(!AccessReport.differ(one, nil))
    }
}
