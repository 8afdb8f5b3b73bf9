import Foundation
import Testing

/// Every command of the real program: help, text, JSON and exit codes.
@Suite(.timeLimit(.minutes(10)))
struct CommandTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    private func run(_ arguments: String...) throws -> MusterRun {
        try MusterRun(arguments.map { $0 == "FLEET" ? scratch.fleet : $0 }, scratch)
    }

    static let commands = [
        [], ["demo"], ["console"], ["simulate"], ["plan"], ["snapshot"], ["devices"], ["updates"], ["report"],
        ["check"], ["release"], ["release", "add"], ["release", "list"], ["replay"], ["audit"], ["audit", "list"],
        ["audit", "verify"],
        ["theme"], ["theme", "list"], ["theme", "check"], ["theme", "show"],
    ]

    @Test(arguments: commands) func help(command: [String]) throws {
        let run = try MusterRun(command + ["--help"], scratch, environment: ["COLUMNS": "80"])
        #expect(run.code == 0)
        #expect(run.errors == "")
        #expect(run.output.hasPrefix("OVERVIEW: "))
        #expect(run.output.contains("USAGE: \((["muster"] + command).joined(separator: " "))"))
        #expect(Self.raggedLines(run.output) == [])
    }

    /// Lines above the usage that are too wide, or that end before the next word had to. The last column stays empty.
    private static func raggedLines(_ help: String) -> [Substring] {
        let text = help.split(separator: "\nUSAGE: ").first ?? ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return zip(lines, lines.dropFirst() + [""]).filter { line, next in
            let word = next.prefix { $0 != " " }
            return line.count >= 80 || !line.isEmpty && !word.isEmpty && line.count + 1 + word.count < 80
        }.map(\.0)
    }

    static let mistakes = [
        [], ["bogus"], ["simulate"], ["simulate", "FLEET"], ["simulate", "FLEET", "major-3.0.0", "--seed", "x"],
        ["simulate", "FLEET", "major-3.0.0", "--failure-rate", "101%"], ["console", "FLEET", "--speed", "0"],
        ["demo", "--devices", "0"], ["snapshot", "FLEET", "--size", "0x0"], ["snapshot", "FLEET", "--screen", "x"],
        ["simulate", "FLEET", "nope"], ["plan", "FLEET", "nope"], ["devices", "FLEET", "regoin = west"],
        ["snapshot", "FLEET", "--update", "nope"], ["snapshot", "FLEET", "--screen", "device", "--device", "nope"],
        ["check", "no-such-directory"], ["devices", "no-such-directory"], ["theme", "show", "nope"],
        ["console", "FLEET", "--theme", "nope"], ["report", "FLEET", "--under", "x"],
        ["snapshot", "FLEET", "--state", "/dev/null"], ["devices", "FLEET", "--state", "no-such-directory"],
        ["updates", "FLEET", "--state", "no-such-directory"], ["report", "FLEET", "--state", "no-such-directory"],
        ["plan", "FLEET", "major-3.0.0", "--state", "no-such-directory"], ["console", "FLEET", "--read-only"],
        ["console", "FLEET", "--read-only", "--simulate"],
        ["simulate", "FLEET", "major-3.0.0", "--start", "tomorrow"],
        ["simulate", "FLEET", "major-3.0.0", "--start", "9999-12-31T00:00:00Z"],
        ["simulate", "FLEET", "major-3.0.0", "--start", "1969-12-31T23:59:59Z"],
        ["audit", "FLEET", "--since", "9999-12-31T00:00:00Z"],
    ]

    /// Whatever is wrong with the input, the exit code is 2, nothing is on standard output, and the error says so.
    @Test(arguments: mistakes.dropFirst()) func badInput(arguments: [String]) throws {
        let run = try MusterRun(arguments.map { $0 == "FLEET" ? scratch.fleet : $0 }, scratch)
        #expect(run.code == 2, "\(arguments): \(run.errors)")
        #expect(!(arguments[0] == "check" ? run.output : run.errors).isEmpty)
        #expect(run.output == "" || arguments[0] == "check")
    }

    @Test func mistakesAreNamedWithTheNearMiss() throws {
        #expect(try run("simulate", "FLEET", "major-3.0.1").errors.contains("did you mean major-3.0.0"))
        #expect(try run("devices", "FLEET", "regoin = west").errors.contains("selector:1:"))
        #expect(try run("devices", "FLEET", "regoin = west").errors.contains("did you mean region"))
        #expect(try run("theme", "show", "drak").errors.contains("dark"))
    }

    @Test func oneIsSingular() throws {
        let device = #"{"id": "pos-1", "address": "10.0.0.1", "status": "online", "firmware_version": "2.3.1""#
        let place = #""location": "Boston, MA", "metadata": {"store_id": "S-1", "region": "northeast"}"#
        let scratch = try ScratchFleet([
            "devices.json": "[\(device), \(place)}]", "simulation.yaml": "version: 1\n",
        ])
        func output(_ arguments: String...) throws -> String {
            let run = try MusterRun([arguments[0], scratch.fleet] + arguments.dropFirst(), scratch)
            return run.output + run.errors
        }
        #expect(try output("check").contains("is good: 1 device, 12 releases, 6 updates"))
        #expect(try output("devices").contains("1 of 1 device\n"))
        let report = try output("report", "--unseen", "1")
        #expect(report.contains("1 device in service"))
        #expect(report.contains("Not seen for 1 day, or last contact unknown"))
        #expect(try output("simulate", "major-3.0.0").contains("phase canary: 1 device, 1 completed"))
    }

    /// A rollback sends what the fleet holds: who could not be sent back is said before.
    @Test func whoCouldNotBeSentBackIsSaidBefore() throws {
        let scratch = try ScratchFleet()
        try FileManager.default.removeItem(atPath: "\(scratch.fleet)/releases/2.3.1")
        let check = try MusterRun(["check", scratch.fleet], scratch)
        #expect(check.code == 0)
        let text = "releases: warning: 3 devices could not be sent back by a rollback, for their releases are not here"
        #expect(
            check.output.contains("\(text): 3 on 2.3.1; add the files by `muster release add`\n"), "\(check.output)")
        let plan = try MusterRun(["plan", scratch.fleet, "major-3.0.0"], scratch).output
        #expect(plan.contains("warning: a rollback could not send back\n"))
        #expect(plan.contains("  ! pos-nyc-001: 2.3.1 is not in releases/\n"), "\(plan)")
    }

    // MARK: - JSON

    @Test func devicesAsJSON() throws {
        let devices = try run("devices", "FLEET", "--json").list()
        #expect(devices.map { $0["id"] as? String } == Self.devices)
        let keys = [
            "address", "firmware", "held", "id", "last_seen", "lifecycle", "location", "name", "refused",
            "region", "site", "status",
            "tags", "time_zone",
        ]
        #expect(devices.allSatisfy { $0.keys.sorted() == keys })
        let northeast = try run("devices", "FLEET", "region = northeast and status = online", "--json").list()
        #expect(northeast.map { $0["id"] as? String } == ["pos-boston-001", "pos-nyc-001", "pos-nyc-002"])
    }

    static let devices = [
        "pos-austin-001", "pos-boston-001", "pos-chicago-001", "pos-chicago-002", "pos-denver-001", "pos-la-001",
        "pos-miami-001", "pos-nyc-001", "pos-nyc-002", "pos-seattle-001",
    ]

    @Test func updatesAsJSON() throws {
        let updates = try run("updates", "FLEET", "--json").list()
        let ids = [
            "critical-patch-2.4.1", "maintenance-2.5.0", "major-3.0.0", "northeast-tax-2.3.2", "offline-2.4.0",
            "standardize-2.4.0",
        ]
        #expect(updates.compactMap { $0["id"] as? String }.sorted() == ids.sorted())
        #expect(updates.allSatisfy { $0["status"] as? String == "draft" })
    }

    @Test func reportAsJSON() throws {
        let report = try run("report", "FLEET", "--under", "2.2.0", "--json").object()
        #expect(report["fleet"] as? String == "sample-fleet")
        #expect(report["devices"] as? Int == 10)
        #expect(
            report["devices_under"] as? [String]
                == ["pos-chicago-001", "pos-chicago-002", "pos-denver-001", "pos-seattle-001"])
        #expect(
            report["devices_unseen"] as? [String]
                == ["pos-denver-001", "pos-la-001", "pos-miami-001", "pos-seattle-001"])
        let firmware = try #require(report["firmware"] as? [[String: Any]])
        #expect(firmware.compactMap { $0["devices"] as? Int }.reduce(0, +) == 10)
        for key in ["regions", "sites"] {
            let places = try #require(report[key] as? [[String: Any]])
            #expect(places.count == (key == "regions" ? 7 : 8))
            #expect(places.compactMap { $0["devices"] as? Int }.reduce(0, +) == 10)
        }
    }

    @Test func planAsJSON() throws {
        let plan = try run("plan", "FLEET", "major-3.0.0", "--json").object()
        #expect(plan["update"] as? String == "major-3.0.0")
        #expect(plan["selected"] as? Int == 10)
        let phases = try #require(plan["phases"] as? [[String: Any]])
        #expect(phases.compactMap { $0["size"] as? Int } == [1, 5, 10])
        #expect(phases.compactMap { ($0["devices"] as? [String])?.count } == [1, 4, 5])
        #expect(phases.flatMap { $0["devices"] as? [String] ?? [] }.sorted() == Self.devices)
        let patch = try run("plan", "FLEET", "critical-patch-2.4.1", "--json").object()
        let first = try #require((patch["waiting"] as? [[String: Any]])?.first)
        #expect(first["reason"] as? String == "starts at once")
        #expect((patch["skipped"] as? [[String: Any]])?.count == 4)
    }

    @Test func snapshotAsJSON() throws {
        for screen in ["overview", "update", "device", "queue", "help"] {
            let object = try run("snapshot", "FLEET", "--screen", screen, "--size", "120x40", "--json").object()
            #expect(object["screen"] as? String == screen)
            #expect(object["columns"] as? Int == 120)
            let lines = try #require(object["lines"] as? [String])
            #expect(lines.count == 40)
            let text = try run("snapshot", "FLEET", "--screen", screen, "--size", "120x40").output
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count >= 40)
        }
    }

    @Test func checkAsJSON() throws {
        let check = try run("check", "FLEET", "--json").object()
        #expect(check["usable"] as? Bool == true)
        #expect((check["problems"] as? [Any])?.count == 0)
        #expect(check["devices"] as? Int == 10)
        #expect(check["releases"] as? Int == 12)
        #expect(check["updates"] as? Int == 6)
    }

    @Test func themesAsJSON() throws {
        let names = try #require(try run("theme", "list", "--json").json() as? [String])
        let shipped = ["ansi16", "dark", "deuteranopia", "high-contrast", "light", "mono", "tritanopia"]
        #expect(names.sorted() == shipped)
        for name in shipped { #expect(try run("theme", "show", name, "--json").list().count > 15) }
        let check = try run("theme", "check", "--json")
        #expect(check.code == 0)
        #expect(try check.json() as? [String] == [])
    }
}
