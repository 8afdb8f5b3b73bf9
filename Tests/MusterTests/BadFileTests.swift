import Foundation
import TerminalTesting
import Testing

/// Files with a mistake, read by the real program: it says file, line, column and remedy, ends with 2, and changes nothing.
@Suite(.timeLimit(.minutes(10)))
struct BadFileTests {
    /// One mistake: a text in a file takes the place of another.
    struct Mistake: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var file: String
        var old: String
        var new: String
        /// What the message points at: a part of `new`, or, if empty, what follows it.
        var at: String
        /// What the message and the remedy say.
        var says: [String]
    }

    static let major = "updates/major-3.0.0.yaml"
    static let patch = "updates/critical-patch-2.4.1.yaml"

    static let mistakes = [
        Mistake(
            testDescription: "unknown key", file: "fleet.yaml", old: "  in-flight: 100", new: "  in-flght: 100",
            at: "in-flght", says: ["in-flght", "in-flight"]),
        Mistake(
            testDescription: "unknown key of an update", file: major, old: "on-failure:", new: "on-failur:",
            at: "on-failur", says: ["on-failur", "on-failure"]),
        Mistake(
            testDescription: "gate of 101%", file: major, old: "{success: 95%}", new: "{success: 101%}",
            at: "101%", says: ["101%", "100%"]),
        Mistake(
            testDescription: "phases that go down", file: major, old: "percent: 50", new: "percent: 5",
            at: "5", says: ["5%", "10%"]),
        Mistake(
            testDescription: "window without a length", file: "updates/maintenance-2.5.0.yaml", old: "\"02:00-04:00\"",
            new: "\"02:00-02:00\"", at: "\"02:00-02:00\"", says: ["02:00"]),
        Mistake(
            testDescription: "selector with a typo", file: patch, old: "status = online", new: "statsu = online",
            at: "statsu", says: ["statsu", "status"]),
        Mistake(
            testDescription: "release that is not there", file: patch, old: "release: 2.4.1", new: "release: 2.4.9",
            at: "2.4.9", says: ["2.4.9"]),
        Mistake(
            testDescription: "duplicate device", file: "devices.json", old: "\"pos-nyc-002\",\n    \"name\": \"Times",
            new: "\"pos-nyc-001\",\n    \"name\": \"Times Two", at: "\"pos-nyc-001\"", says: ["pos-nyc-001"]),
        Mistake(
            testDescription: "JSON that breaks off", file: "devices.json", old: "\"pos-nyc-002\",\n",
            new: "\"pos-nyc-002\"\n", at: "", says: [","]),
        Mistake(
            testDescription: "firmware that is no version", file: "devices.json", old: "\"2.0.5\"", new: "\"two\"",
            at: "\"two\"", says: ["two"]),
        Mistake(
            testDescription: "duplicate key", file: "fleet.yaml", old: "name: sample-fleet",
            new: "name: sample-fleet\nname: other", at: "name: other", says: ["name"]),
    ]

    @Test(arguments: mistakes) func mistake(mistake: Mistake) throws {
        let scratch = try ScratchFleet()
        try scratch.edit(mistake.file, mistake.old, mistake.new)
        let place = try place(of: mistake, in: try scratch.text(mistake.file))
        try expectRefusal(scratch, file: mistake.file, place: place, says: mistake.says)
    }

    @Test func badUTF8() throws {
        let scratch = try ScratchFleet()
        var bytes = Array(try scratch.text("devices.json").utf8)
        let place = try #require(bytes.firstRange(of: Array("Times".utf8)))
        bytes[place.lowerBound] = 0xFF
        try scratch.write("devices.json", bytes)
        try expectRefusal(scratch, file: "devices.json", place: "4:14", says: ["UTF-8"])
    }

    /// Line and column, counted from 1, of what a mistake's message points at.
    private func place(of mistake: Mistake, in text: String) throws -> String {
        let whole = try #require(text.range(of: mistake.new))
        let rest = text[whole.upperBound...]
        let next = rest.firstIndex { $0 != " " } ?? rest.endIndex
        let part = mistake.at.isEmpty ? next..<next : try #require(text[whole].range(of: mistake.at))
        let before = text[..<part.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        return "\(before.count):\((before.last?.count ?? 0) + 1)"
    }

    /// Every command refuses the directory alike, and leaves no trace.
    private func expectRefusal(_ scratch: ScratchFleet, file: String, place: String, says: [String]) throws {
        let before = try FileTree(scratch.root)
        let check = try MusterRun(["check", scratch.fleet], scratch)
        #expect(check.code == 2)
        let line = try #require(
            check.output.split(separator: "\n").first { $0.contains("\(file):") }, "\(check.output)")
        #expect(line.contains("\(file):\(place)"), "\(line)")
        #expect(line.contains("; "), "\(line)")
        for text in says { #expect(line.contains(text), "\(line)") }
        for arguments in [
            ["console", scratch.fleet, "--simulate"], ["simulate", scratch.fleet, "major-3.0.0"],
            ["plan", scratch.fleet, "major-3.0.0"], ["snapshot", scratch.fleet], ["devices", scratch.fleet],
            ["updates", scratch.fleet], ["report", scratch.fleet],
        ] {
            let run = try MusterRun(arguments, scratch)
            #expect(run.code == 2, "\(arguments): \(run.errors)")
            #expect(run.errors.contains(line), "\(arguments): \(run.errors)")
            #expect(run.output == "")
        }
        #expect(try FileTree(scratch.root) == before)
    }

    /// A simulation that cannot be read is no fleet's past: there is no journal of it that could stay.
    @Test func theJournalStaysAsItWas() throws {
        let scratch = try ScratchFleet()
        let console = try ConsoleRun(scratch)
        try console.waitUntilOpen()
        try console.start("major-3.0.0")
        try console.quit()
        try scratch.edit("simulation.yaml", "version: 1", "version: 1\nnosuch: 1")
        let before = try FileTree(scratch.root)
        let run = try MusterRun(["console", scratch.fleet, "--simulate"], scratch)
        #expect(run.code == 2)
        #expect(try FileTree(scratch.root) == before)
    }

    /// An update given as a file is checked like those of the directory.
    @Test func aBadUpdateOnTheCommandLine() throws {
        let scratch = try ScratchFleet()
        let file = "\(scratch.root)/work/bad.yaml"
        let text = try scratch.text(Self.major).replacingOccurrences(of: "percent: 50", with: "percent: 5")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        for command in ["simulate", "plan"] {
            let run = try MusterRun([command, scratch.fleet, file], scratch)
            #expect(run.code == 2)
            #expect(run.errors.contains("bad.yaml:17:14"), "\(run.errors)")
        }
    }

    @Test func aBadConfigurationOfTheOperator() throws {
        let scratch = try ScratchFleet()
        try FileManager.default.createDirectory(
            atPath: "\(scratch.root)/config/muster", withIntermediateDirectories: true)
        let file = "\(scratch.root)/config/muster/config.yaml"
        try "version: 1\nthem: dark\n".write(toFile: file, atomically: true, encoding: .utf8)
        let run = try MusterRun(["console", scratch.fleet], scratch)
        #expect(run.code == 2)
        #expect(run.errors.contains("config.yaml:2:1"), "\(run.errors)")
        #expect(try FileTree("\(scratch.root)/state").paths == [])
    }
}
