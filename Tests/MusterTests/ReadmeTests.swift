import Foundation
import Testing

/// What the README says of the program is asked of the program.
@Suite(.timeLimit(.minutes(10)))
struct ReadmeTests {
    let readme: Readme
    let scratch: ScratchFleet

    init() throws {
        readme = try Readme()
        scratch = try ScratchFleet()
    }

    @Test func theTwoCommandsStandInIt() throws {
        let blocks = readme.blocks("sh")
        let demo = try #require(blocks.first { $0.contains("apt-get install") })
        #expect(demo.hasSuffix("&& swift run -c release muster demo\n"))
        #expect(demo.split(separator: "\n").count == 1)
        for library in ["libncurses-dev", "libsqlite3-dev"] { #expect(demo.contains(library)) }
        #expect(blocks.contains("Tests/run\n"))
        #expect(FileManager.default.isExecutableFile(atPath: Checkout.path("Tests/run")))
    }

    @Test func itsTableHasTheCommandsOfTheProgram() throws {
        let known = try commands(under: [])
        #expect(readme.commands.map(\.words).sorted { $0.joined() < $1.joined() } == known)
    }

    @Test func theOptionsOfItsTableAreKnown() throws {
        for (words, row) in readme.commands {
            let help = try MusterRun(words + ["--help"], scratch).output
            for option in row.matches(of: /--[a-z-]+/) {
                #expect(help.contains("\(option.output) "), "\(words): \(option.output)")
            }
        }
    }

    @Test func itsSelectorsSelectDevices() throws {
        let selectors = readme.blocks("sh").joined().matches(of: /muster devices sample-fleet '(.+)'/).map {
            String($0.1)
        }
        #expect(selectors.count >= 3)
        for selector in selectors {
            #expect(
                try !MusterRun(["devices", scratch.fleet, selector, "--json"], scratch).list().isEmpty, "\(selector)")
        }
    }

    /// The files it shows take the place of the sample's own.
    @Test func itsFilesMakeAFleet() throws {
        let files = [
            ("fleet.yaml", "time-zone: "), ("releases/2.3.2/release.yaml", "artifacts:"),
            ("updates/major-3.0.0.yaml", "strategy: progressive"), ("simulation.yaml", "failures:"),
        ]
        for (file, mark) in files {
            let block = try #require(readme.blocks("yaml").first { $0.contains(mark) }, "\(file)")
            try scratch.write(file, Array(block.utf8))
        }
        let check = try MusterRun(["check", scratch.fleet], scratch)
        #expect(check.code == 0, "\(check.output)")
    }

    @Test(arguments: ["json", "csv"]) func itsDeviceFileIsRead(form: String) throws {
        let block = try #require(readme.blocks(form).first)
        for file in ["devices.json", "simulation.yaml"] {
            try FileManager.default.removeItem(atPath: "\(scratch.fleet)/\(file)")
        }
        try scratch.write("devices.\(form)", Array(block.utf8))
        let devices = try MusterRun(["devices", scratch.fleet, "priority = high", "--json"], scratch).list()
        #expect(devices.map { $0["site"] as? String } == ["NYC-001"])
    }

    /// The block for real terminals, word by word, on a copy of the sample; the port is one that is free.
    @Test func itsRealTerminalsCallIn() throws {
        let block = try #require(readme.blocks("sh").first { $0.contains("muster device token") })
        let lines = block.split(separator: "\n").map { line in
            line.prefix { $0 != "#" }.split(separator: " ").map { $0 == "my-fleet" ? scratch.fleet : String($0) }
        }
        let (add, draw, start) = (lines[0], lines[1], lines[2])
        try Data("image".utf8).write(to: URL(filePath: "\(scratch.root)/work/\(try #require(add.last))"))
        let addition = try MusterRun(Array(add.dropFirst()), scratch)
        #expect(addition.code == 0, "\(addition.errors)")
        let token = try MusterRun(Array(draw.dropFirst()), scratch).output.split(separator: "\n").joined()
        #expect(start.starts(with: ["muster", "serve", scratch.fleet, "--listen"]))
        let serve = try ServeRun(scratch)
        let client = try #require(readme.text.firstMatch(of: /-t (\S+) -u http:\/\/HOST:8080 -i (\S+) -k TOKEN/))
        let poll = try CurlRun(
            "http://127.0.0.1:\(serve.port)/\(client.1)/controller/v1/\(client.2)",
            ["-H", "Authorization: TargetToken \(token)"])
        #expect(poll.status == 200, "\(poll.body)")
        #expect(serve.lines.first { $0["message"] == "listening" }?["fleet"] == "sample-fleet")
        #expect(serve.stop() == 0)
    }

    /// The words of every command that has no commands of its own, by the program's help.
    private func commands(under words: [String]) throws -> [[String]] {
        let help = try MusterRun(words + ["--help"], scratch).output
        guard let list = help.split(separator: "SUBCOMMANDS:\n").dropFirst().first else { return [words] }
        let rows = list.split(separator: "\n").filter {
            $0.hasPrefix("  ") && $0.dropFirst(2).first?.isLowercase == true
        }
        let names = rows.compactMap { $0.split(separator: " ").first.map(String.init) }
        return try names.flatMap { try commands(under: words + [$0]) }.sorted { $0.joined() < $1.joined() }
    }
}

/// The README, by its parts.
struct Readme {
    let text: String

    init() throws { text = try String(contentsOfFile: Checkout.path("README.md"), encoding: .utf8) }

    /// The content of the fenced blocks of a language.
    func blocks(_ language: String) -> [String] {
        text.split(separator: "```\(language)\n").dropFirst().compactMap { rest in
            rest.firstRange(of: "```").map { String(rest[..<$0.lowerBound]) }
        }
    }

    /// The rows of the table of commands: the command's words, and the row.
    var commands: [(words: [String], row: String)] {
        text.split(separator: "\n").filter { $0.hasPrefix("| `muster ") }.map { row in
            let command = row.split(separator: "`")[1].split(separator: " ").dropFirst()
            let words = command.prefix { word in
                word.first?.isLowercase == true && word.allSatisfy { $0.isLowercase || $0 == "-" }
            }
            return (words.map(String.init), String(row))
        }
    }
}
