import Foundation
import TerminalTesting
import Testing

/// The first steps with a fleet whose engine has never run, in the order in which the README has them.
@Suite(.timeLimit(.minutes(10)))
struct FreshStateTests {
    let scratch: ScratchFleet
    private let image: String

    init() throws {
        scratch = try ScratchFleet()
        image = "\(scratch.root)/till-2.6.0.swu"
        try Data("software".utf8).write(to: URL(filePath: image))
    }

    /// In the usual place, and in one that is named and not there yet.
    @Test(arguments: [nil, "state-of-its-own", "deep/below/nothing"] as [String?])
    func aTokenIsDrawnBeforeTheEngineRuns(place: String?) throws {
        let named = place.map { "\(scratch.root)/\($0)" }
        let options = named.map { ["--state", $0] } ?? [], state = named ?? scratch.state
        let add = try MusterRun(["release", "add", scratch.fleet, "2.6.0", image], scratch)
        #expect(add.code == 0, "\(add.errors)")
        let token = try MusterRun(["device", "token", scratch.fleet, "pos-nyc-001"] + options, scratch)
        #expect(token.code == 0 && token.output.count > 20, "\(token.errors)")
        let other = try MusterRun(["device", "token", scratch.fleet, "pos-nyc-01"] + options, scratch)
        #expect(other.code == 2 && other.errors.contains("did you mean pos-nyc-001?"), "\(other.errors)")
        var status = stat()
        #expect(stat(state, &status) == 0 && status.st_mode & 0o7777 == 0o700)
        let serve = try ServeRun(scratch, options)
        let poll = "http://127.0.0.1:\(serve.port)/DEFAULT/controller/v1/pos-nyc-001"
        let proof = ["-H", "Authorization: TargetToken \(token.output.dropLast())"]
        #expect(try CurlRun(poll, proof).status == 200)
        #expect(serve.stop() == 0)
    }

    /// A name of one character, below the folder in which the command stands.
    @Test(arguments: ["s", "s/", "s/t"]) func aStateFolderOfAShortName(state: String) throws {
        let place = ["--state", state]
        let serve = try ServeRun(scratch, place)
        let backup = try MusterRun(["backup", scratch.fleet, "b"] + place, scratch)
        #expect(backup.code == 0, "\(backup.errors)")
        #expect(serve.stop() == 0)
        let restore = try MusterRun(["restore", "b", scratch.fleet, "--state", "r"], scratch)
        #expect(restore.code == 0, "\(restore.errors)")
        let key = try MusterRun(["key", "new", scratch.fleet, "--state", "k"], scratch)
        #expect(key.code == 0, "\(key.errors)")
    }

    /// Whatever changes something may be the first command of all; what only reads says that there is nothing.
    @Test(arguments: [
        ["device", "add", "FLEET", "till-9", "--firmware", "2.3.1"],
        ["device", "add", "FLEET", "till-9", "--firmware", "2.3.1", "--token"],
        ["device", "decommission", "FLEET", "pos-nyc-001"], ["device", "token", "FLEET"],
        ["api-token", "add", "FLEET", "ci", "--role", "viewer"], ["update", "start", "FLEET", "critical-patch-2.4.1"],
        ["key", "new", "FLEET"],
    ])
    func aCommandBeginsTheState(words: [String]) throws {
        let options = ["--state", "\(scratch.root)/new"]
        let devices = try MusterRun(["devices", scratch.fleet] + options, scratch)
        #expect(devices.code == 2 && devices.errors.contains("there is no journal at"), "\(devices.errors)")
        let run = try MusterRun(words.map { $0 == "FLEET" ? scratch.fleet : $0 } + options, scratch)
        #expect(run.code == 0, "\(words): \(run.errors)")
        let serve = try ServeRun(scratch, options)
        #expect(try MusterRun(["status", scratch.fleet] + options, scratch).code == 0)
        #expect(serve.stop() == 0)
    }
}
