import Foundation
import Testing

/// A draft that was edited while an engine runs: what a person reads in the files is not what the engine would carry out.
@Suite(.timeLimit(.minutes(10)))
struct EditedDraftTests {
    let scratch: ScratchFleet
    static let tax = "northeast-tax-2.3.2"

    init() throws { scratch = try ScratchFleet() }

    private func edit() throws {
        try scratch.edit("updates/\(Self.tax).yaml", "release: 2.3.2\n", "release: 2.4.0\n")
        try scratch.edit("updates/\(Self.tax).yaml", "region = northeast", "region = southeast")
    }

    private func status() throws -> String? {
        try MusterRun(["updates", scratch.fleet, "--json"], scratch).list()
            .first { $0["id"] as? String == Self.tax }?["status"] as? String
    }

    private static let difference =
        "\(tax) is not what its file says: the engine holds release 2.3.2, not 2.4.0; devices `region = northeast`, not "
        + "`region = southeast`; "

    @Test func theOtherOneIsNotStarted() throws {
        let serve = try ServeRun(scratch)
        try edit()
        let start = try MusterRun(["update", "start", scratch.fleet, Self.tax], scratch)
        #expect(start.code == 2 && start.output == "")
        #expect(
            start.errors
                == "muster: \(Self.difference)undo the edit, or start the engine again, so that it takes the file over\n"
        )
        #expect(try status() == "draft")
        #expect(serve.stop() == 0)
        let again = try ServeRun(scratch)
        #expect(try MusterRun(["update", "start", scratch.fleet, Self.tax], scratch).code == 0)
        let row = try MusterRun(["updates", scratch.fleet, "--json"], scratch).list().first {
            $0["id"] as? String == Self.tax
        }
        #expect(row?["release"] as? String == "2.4.0" && row?["selector"] as? String == "region = southeast")
        #expect(again.stop() == 0)
    }

    @Test func planAndUpdatesShowTheEnginesAndSaySo() throws {
        let serve = try ServeRun(scratch)
        try edit()
        let plan = try MusterRun(["plan", scratch.fleet, Self.tax, "--json"], scratch)
        #expect(plan.errors.contains(Self.difference), "\(plan.errors)")
        #expect(try plan.object()["release"] as? String == "2.3.2")
        #expect(try plan.object()["selector"] as? String == "region = northeast")
        let updates = try MusterRun(["updates", scratch.fleet, "--json"], scratch)
        #expect(updates.errors.contains(Self.difference), "\(updates.errors)")
        let row = try updates.list().first { $0["id"] as? String == Self.tax }
        #expect(row?["release"] as? String == "2.3.2" && row?["selector"] as? String == "region = northeast")
        #expect(serve.stop() == 0)
        let later = try MusterRun(["plan", scratch.fleet, Self.tax, "--json"], scratch)
        #expect(later.errors == "", "\(later.errors)")
        #expect(try later.object()["release"] as? String == "2.4.0")
    }

    /// Whoever approves has read the file too.
    @Test func theOtherOneIsNotApproved() throws {
        try scratch.edit("updates/\(Self.tax).yaml", "strategy: immediate", "strategy: immediate\napproval: required")
        let serve = try ServeRun(scratch)
        #expect(try MusterRun(["update", "start", scratch.fleet, Self.tax], scratch).code == 0)
        try edit()
        let approve = try MusterRun(["update", "approve", scratch.fleet, Self.tax], scratch)
        #expect(approve.code == 2 && approve.errors.contains(Self.difference), "\(approve.errors)")
        #expect(approve.errors.contains("cancel it and give what the file says an id of its own"))
        #expect(try MusterRun(["update", "cancel", scratch.fleet, Self.tax], scratch).code == 0)
        #expect(serve.stop() == 0)
    }

    @Test func anEditThatIsNoUpdateIsNotStartedEither() throws {
        let serve = try ServeRun(scratch)
        try scratch.edit("updates/\(Self.tax).yaml", "strategy: immediate", "strategy: immediat")
        let start = try MusterRun(["update", "start", scratch.fleet, Self.tax], scratch)
        #expect(start.code == 2 && start.errors.contains("`muster check` names what is wrong"), "\(start.errors)")
        #expect(try MusterRun(["update", "start", scratch.fleet, "critical-patch-2.4.1"], scratch).code == 0)
        #expect(serve.stop() == 0)
    }

    /// Without an engine the files are taken over first, so that both are the same.
    @Test func withoutAnEngineTheFileIsStarted() throws {
        let serve = try ServeRun(scratch)
        #expect(serve.stop() == 0)
        try edit()
        #expect(try MusterRun(["update", "start", scratch.fleet, Self.tax], scratch).code == 0)
        let row = try MusterRun(["updates", scratch.fleet, "--json"], scratch).list().first {
            $0["id"] as? String == Self.tax
        }
        #expect(row?["release"] as? String == "2.4.0")
    }
}
