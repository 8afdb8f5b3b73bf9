import Foundation
import TerminalTesting
import Testing

/// Releases that are added to a fleet by the real program.
@Suite(.timeLimit(.minutes(10)))
struct ReleaseCommandTests {
    let scratch: ScratchFleet

    init() throws { scratch = try ScratchFleet() }

    /// The path of a new file outside the fleet.
    private func file(_ name: String, _ text: String) throws -> String {
        let path = "\(scratch.root)/work/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private func add(_ version: String, _ files: [String], _ options: String...) throws -> MusterRun {
        try MusterRun(["release", "add", scratch.fleet, version] + files + options, scratch)
    }

    /// A refusal of bad input that says this, with a remedy, and leaves no trace.
    private func expectRefusal(
        _ says: String, sourceLocation: SourceLocation = #_sourceLocation, _ run: () throws -> MusterRun
    ) throws {
        let before = try FileTree(scratch.root)
        let run = try run()
        #expect(run.code == 2, sourceLocation: sourceLocation)
        #expect(run.output == "", sourceLocation: sourceLocation)
        let line = run.errors.split(separator: "\n").first { $0.contains(says) }
        #expect(line?.contains("; ") == true, "\(run.errors)", sourceLocation: sourceLocation)
        #expect(try FileTree(scratch.root) == before, sourceLocation: sourceLocation)
    }

    @Test func aReleaseIsAdded() throws {
        let files = [try file("pos-app.bin", "the till"), try file("a b.conf", "settings\n")]
        let notes = "Faster: \"search\" # for all"
        let arguments = ["release", "add", scratch.fleet + "/", "3.1.0"] + files + ["--notes", notes, "--json"]
        let answer = try MusterRun(arguments, scratch).object()
        #expect(answer["added"] as? Bool == true)
        #expect(answer["path"] as? String == "\(scratch.fleet)/releases/3.1.0/release.yaml")
        let artifacts = try #require(answer["artifacts"] as? [[String: Any]])
        #expect(
            artifacts.map { $0["md5"] as? String } == [
                "0effda5d1358a4628e332a07be688649", "e78e7faf2c91332782285f057698f37f",
            ])
        let sha256 = try artifacts.map { try #require($0["sha256"] as? String) }
        #expect(
            try scratch.text("releases/3.1.0/release.yaml") == """
                version: 3.1.0
                notes: "Faster: \\"search\\" # for all"
                artifacts:
                  - file: pos-app.bin
                    size: 8
                    sha256: "\(sha256[0])"
                  - file: "a b.conf"
                    size: 9
                    sha256: "\(sha256[1])"

                """)
        #expect(try scratch.text("releases/3.1.0/a b.conf") == "settings\n")
        let tree = try FileTree("\(scratch.fleet)/releases")
        #expect(tree.paths.filter { $0.contains("3.1.0") || $0.hasPrefix(".") }.count == 4)
        let check = try MusterRun(["check", scratch.fleet], scratch)
        #expect(check.code == 0)
        #expect(check.output.hasSuffix("13 releases, 6 updates\n"), "\(check.output)")
    }

    /// An update whose release is missing makes the fleet bad; adding the release is what mends it.
    @Test func theReleaseThatAnUpdateWaitsFor() throws {
        try scratch.edit("updates/major-3.0.0.yaml", "release: 3.0.0", "release: 3.1.0")
        #expect(try MusterRun(["check", scratch.fleet], scratch).code == 2)
        let run = try add("3.1.0", [try file("pos-app.bin", "the till")])
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.hasPrefix("release 3.1.0 was added: \(scratch.fleet)/releases/3.1.0/release.yaml\n"))
        #expect(try MusterRun(["check", scratch.fleet], scratch).code == 0)
    }

    @Test func theSameBytesAgain() throws {
        let files = ["bootloader.bin", "pos-app.bin", "terminal.conf"].map {
            Checkout.path("sample-fleet/releases/3.0.0/\($0)")
        }
        let before = try FileTree(scratch.root)
        for version in ["3.0.0", "v3.0", "3"] {
            let run = try add(version, files, "--notes", "Other words")
            #expect(run.code == 0, "\(run.errors)")
            #expect(run.output.hasPrefix("release 3.0.0 is there with the same bytes; nothing was changed: "))
        }
        let answer = try add("3.0.0", files, "--json").object()
        #expect(answer["added"] as? Bool == false)
        #expect((answer["notes"] as? String)?.hasPrefix("A new till screen") == true)
        #expect(try FileTree(scratch.root) == before)
        try expectRefusal("release 3.0.0 is there, and has its files in another order") {
            try add("3.0.0", files.reversed())
        }
        try expectRefusal("release 3.0.0 is there, and has terminal.conf too") {
            try add("3.0.0", Array(files.prefix(2)))
        }
    }

    @Test func otherBytesOfAVersionThatIsThere() throws {
        let file = try file("tax-tables.csv", "region,rate\n")
        try expectRefusal("release 2.3.2 is there, and its tax-tables.csv has other bytes") { try add("2.3.2", [file]) }
        let other = try self.file("other.csv", "region,rate\n")
        try expectRefusal("release 2.3.2 is there, and has no other.csv") { try add("2.3.2", [other]) }
    }

    /// A file of the fleet was changed without a change of its size: the right bytes do not hide that.
    @Test func aReleaseThatIsDamaged() throws {
        let file = Checkout.path("sample-fleet/releases/2.3.2/tax-tables.csv")
        var bytes = Array(try Data(contentsOf: URL(filePath: file)))
        bytes[0] ^= 1
        try scratch.write("releases/2.3.2/tax-tables.csv", bytes)
        try expectRefusal("tax-tables.csv is not what releases/2.3.2/release.yaml says") { try add("2.3.2", [file]) }
    }

    @Test(arguments: ["two", "3.1.0.0", "03.1.0", "", "../3.1.0", "3.1.0-"]) func noVersion(text: String) throws {
        let file = try file("pos-app.bin", "the till")
        try expectRefusal("`\(text)` is not a version; write it like 2.4.1") { try add(text, [file]) }
    }

    @Test func filesThatCannotBeTaken() throws {
        let good = try file("pos-app.bin", "the till")
        let link = "\(scratch.root)/work/link", pipe = "\(scratch.root)/work/pipe"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: good)
        #expect(mkfifo(pipe, 0o600) == 0)
        let refusals = [
            link: "\(link) is a symbolic link", pipe: "\(pipe) is a pipe, a socket or a device",
            "\(scratch.root)/work": "\(scratch.root)/work is a directory", "\(good).gone": "\(good).gone is missing",
            "/": "/ has no name that a release can have",
        ]
        for (path, says) in refusals { try expectRefusal(says) { try add("3.1.0", [good, path]) } }
        try expectRefusal("would have one name in the release") { try add("3.1.0", [good, good]) }
        let own = try file("Release.yaml", "version: 1.0.0\n")
        try expectRefusal("is called like the release's own file") { try add("3.1.0", [own]) }
        try expectRefusal("--notes holds a line end") { try add("3.1.0", [good], "--notes", "one\ntwo") }
        let long = String(repeating: "a", count: 2049)
        try expectRefusal("--notes is longer than 2048 bytes") { try add("3.1.0", [good], "--notes", long) }
    }

    /// A device that asks for the MD5 of the one would be sent the other.
    @Test func aFileThatIsCalledLikeTheMD5OfAnother() throws {
        let files = [try file("till.bin", "the till"), try file("till.bin.MD5SUM", "0  till.bin\n")]
        for order in [files, files.reversed()] {
            try expectRefusal("till.bin.MD5SUM is what devices ask for as the MD5 of till.bin") {
                try add("3.1.0", order)
            }
        }
        #expect(try add("3.1.0", [files[1]]).code == 0)
    }

    @Test func directoriesThatAreNoFleet() throws {
        let file = try file("pos-app.bin", "the till")
        for (folder, says) in [("work", "a directory without a fleet.yaml"), ("nowhere", "not a fleet directory")] {
            let path = "\(scratch.root)/\(folder)"
            try expectRefusal(says) { try MusterRun(["release", "add", path, "3.1.0", file], scratch) }
            try expectRefusal(says) { try MusterRun(["release", "list", path], scratch) }
        }
        try scratch.edit("releases/2.3.2/release.yaml", "size: 861", "size: 862")
        try expectRefusal("releases/2.3.2/release.yaml:7:11: `tax-tables.csv` has 861 bytes") {
            try add("3.1.0", [file])
        }
    }

    /// A limit of a file's size stops the writing at the same place as a disk that is full.
    @Test(arguments: [true, false]) func aDiskThatIsFull(hasReleases: Bool) throws {
        let files = [try file("small.bin", "the till"), try file("large.bin", String(repeating: "a", count: 3 << 20))]
        if !hasReleases { try FileManager.default.removeItem(atPath: "\(scratch.fleet)/releases") }
        let before = try FileTree(scratch.fleet)
        let process = Process(), errors = Pipe()
        process.executableURL = URL(filePath: "/bin/bash")
        let limits = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\""
        process.arguments =
            ["-c", limits, try BuiltProduct.path(of: "muster"), "release", "add", scratch.fleet, "3.1.0"] + files
        process.environment = scratch.environment
        process.standardError = errors
        try process.run()
        let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(text.contains("/large.bin cannot be written: File too large; raise the limit"), "\(text)")
        #expect(try FileTree(scratch.fleet) == before)
    }

    /// What is left of a process that was killed is no release, and goes with the next one that adds.
    @Test func aKillWhileTheBarIsShown() throws {
        let large = try file("large.bin", "")
        #expect(truncate(large, 1 << 30) == 0)
        let terminal = try PtyProcess(
            executable: try BuiltProduct.path(of: "muster"),
            arguments: ["release", "add", scratch.fleet, "3.1.0", large], environment: scratch.environment)
        try terminal.waitUntil { $0.contains("reading large.bin [+") && $0.contains(".] ") }
        terminal.signal(SIGKILL)
        #expect(try terminal.waitForExit() == .signalled(SIGKILL))
        func left() throws -> [String] {
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(scratch.fleet)/releases")
            return names.filter { $0.hasPrefix(".") }
        }
        #expect(try left().count == 1)
        #expect(try MusterRun(["check", scratch.fleet], scratch).code == 0)
        #expect(try MusterRun(["release", "list", scratch.fleet, "--json"], scratch).list().count == 12)
        #expect(try add("3.1.0", [try file("pos-app.bin", "the till")]).code == 0)
        #expect(try left() == [])
    }

    @Test func theListOfReleases() throws {
        let run = try MusterRun(["release", "list", scratch.fleet], scratch)
        #expect(
            run.output.split(separator: "\n").prefix(3) == [
                "version  files  bytes  notes", "2.0.5        2   1112  Receipts with the tax of each line",
                "2.1.0        2   1152  Second screen for the customer",
            ])
        let list = try MusterRun(["release", "list", scratch.fleet, "--json"], scratch).list()
        let versions = [
            "2.0.5", "2.1.0", "2.1.5", "2.2.5", "2.2.8", "2.3.0", "2.3.1", "2.3.2", "2.4.0", "2.4.1", "2.5.0", "3.0.0",
        ]
        #expect(list.map { $0["version"] as? String } == versions)
        #expect(list[0]["path"] as? String == "releases/2.0.5/release.yaml")
        #expect(list[0]["size"] as? Int == 1112)
        let artifacts = try #require(list[0]["artifacts"] as? [[String: Any]])
        #expect(artifacts.map { $0["name"] as? String } == ["pos-app.bin", "terminal.conf"])
    }
}
