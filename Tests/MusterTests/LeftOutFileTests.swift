import Foundation
import TerminalTesting
import Testing

/// Files that go wrong while a fleet has live rollouts: its engine starts all the same, what the journal holds stays, and
/// what was not taken in is said until a start that reads it.
@Suite(.timeLimit(.minutes(10)))
struct LeftOutFileTests {
    let scratch: ScratchFleet
    static let patch = "critical-patch-2.4.1"

    init() throws { scratch = try ScratchFleet() }

    /// An engine with an update under way, killed.
    private func kill() throws {
        let serve = try ServeRun(scratch, ["--start", Self.patch])
        let deadline = ContinuousClock.now + .seconds(30)
        while try status(Self.patch) != "running", ContinuousClock.now < deadline { usleep(20_000) }
        serve.signal(SIGKILL)
        _ = serve.stop()
    }

    private func status(_ update: String) throws -> String? {
        try MusterRun(["updates", scratch.fleet, "--json"], scratch).list()
            .first { $0["id"] as? String == update }?["status"] as? String
    }

    private struct Mistake: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var file: String, old: String, new: String, place: String
    }

    private static let mistakes = [
        Mistake(
            testDescription: "a draft", file: "updates/northeast-tax-2.3.2.yaml", old: "strategy: immediate",
            new: "strategy: immediat", place: "updates/northeast-tax-2.3.2.yaml:7:11"),
        Mistake(
            testDescription: "a release", file: "releases/2.4.0/release.yaml", old: "artifacts:", new: "artefacts:",
            place: "releases/2.4.0/release.yaml:"),
        Mistake(
            testDescription: "the fleet", file: "fleet.yaml", old: "missed: 2", new: "missed: none",
            place: "fleet.yaml:"),
        Mistake(
            testDescription: "no YAML", file: "fleet.yaml", old: "limits:", new: "limits: {", place: "fleet.yaml:"),
        Mistake(
            testDescription: "the devices", file: "devices.json", old: "\"2.0.5\"", new: "\"two\"",
            place: "devices.json:"),
    ]

    @Test(arguments: mistakes) private func theEngineStartsAllTheSame(mistake: Mistake) throws {
        try kill()
        try scratch.edit(mistake.file, mistake.old, mistake.new)
        // Without an engine, too.
        let before = try MusterRun(["status", scratch.fleet], scratch)
        #expect(before.code == 1 && before.output.contains(Self.patch), "\(before.errors)")
        let pause = try MusterRun(["update", "pause", scratch.fleet, Self.patch], scratch)
        #expect(pause.code == 0 && pause.errors.contains(mistake.place), "\(pause.errors)")
        let serve = try ServeRun(scratch)
        #expect(serve.text.contains("not taken in: \(mistake.place)"), "\(serve.text)")
        #expect(try MusterRun(["update", "resume", scratch.fleet, Self.patch], scratch).code == 0)
        let status = try MusterRun(["status", scratch.fleet], scratch)
        #expect(status.code == 1 && status.output.contains("not taken in: \(mistake.place)"), "\(status.output)")
        #expect(status.output.contains("needs a person: files of the fleet were not taken in"), "\(status.output)")
        #expect(try WatchRun(scratch, ["--after", "0"]).next()["number"] as? Int == 1)
        #expect(serve.stop() == 0)
        try scratch.edit(mistake.file, mistake.new, mistake.old)
        let again = try ServeRun(scratch)
        let later = try MusterRun(["status", scratch.fleet], scratch)
        #expect(later.code == 0 && !later.output.contains("not taken in"), "\(later.output)")
        #expect(again.stop() == 0)
    }

    /// A release that the journal has otherwise is not taken over, which is said from the start on, before a device asks
    /// for it; what is new beside it is taken in all the same.
    @Test func aReleaseThatWasReplaced() throws {
        #expect(try ServeRun(scratch).stop() == 0)
        try FileManager.default.removeItem(atPath: "\(scratch.fleet)/releases/2.4.0")
        let file = "\(scratch.root)/work/till.bin"
        try Data("another build".utf8).write(to: URL(filePath: file))
        for version in ["2.4.0", "9.0.0"] {
            let run = try MusterRun(["release", "add", scratch.fleet, version, file], scratch)
            #expect(run.code == 0, "\(run.errors)")
        }
        let serve = try ServeRun(scratch)
        let status = try MusterRun(["status", scratch.fleet], scratch)
        let line = "not taken in: releases/2.4.0/release.yaml: release 2.4.0 is known with other artifacts"
        #expect(status.code == 1 && status.output.contains(line), "\(status.output)")
        #expect(status.output.contains("needs a person: files of the fleet were not taken in"), "\(status.output)")
        #expect(serve.text.contains("refused: release 2.4.0 is known with other artifacts"), "\(serve.text)")
        #expect(serve.stop() == 0)
        let added = try Audit(scratch).facts.compactMap { fact in
            if case .releaseAdded(let release) = fact.event { return release.version.description } else { return nil }
        }
        #expect(added.last == "9.0.0")
    }

    /// What the journal holds of an update whose file is wrong is not started as if it were what the file says.
    @Test func aDraftWhoseFileIsWrongIsNotStarted() throws {
        try kill()
        try scratch.edit("updates/northeast-tax-2.3.2.yaml", "strategy: immediate", "strategy: immediat")
        let start = try MusterRun(["update", "start", scratch.fleet, "northeast-tax-2.3.2"], scratch)
        #expect(start.code == 2, "\(start.errors)")
        let serve = try ServeRun(scratch, ["--start", "northeast-tax-2.3.2"])
        #expect(serve.text.contains("northeast-tax-2.3.2 is not started"), "\(serve.text)")
        #expect(serve.stop() == 0)
    }

    /// Alerts that cannot be read are said first; what was still to be told is kept.
    @Test func thatNobodyIsAlertedIsSaid() throws {
        try kill()
        let outbox = "\(scratch.state)/alerts.json"
        try Data("{}".utf8).write(to: URL(filePath: outbox))
        try scratch.edit("fleet.yaml", "name: sample-fleet", "name: sample-fleet\nalerts: {comand: [/bin/true]}")
        let serve = try ServeRun(scratch)
        #expect(serve.text.contains("NOBODY IS ALERTED"), "\(serve.text)")
        #expect(try MusterRun(["status", scratch.fleet], scratch).output.contains("NOBODY IS ALERTED"))
        #expect(FileManager.default.fileExists(atPath: outbox))
        #expect(serve.stop() == 0)
    }

    @Test func aFirstStartIsRefused() throws {
        try scratch.edit("updates/northeast-tax-2.3.2.yaml", "strategy: immediate", "strategy: immediat")
        let run = try MusterRun(["serve", scratch.fleet, "--listen", "127.0.0.1:0"], scratch)
        #expect(run.code == 2 && run.errors.contains("updates/northeast-tax-2.3.2.yaml:7:11"), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.state))
    }
}
