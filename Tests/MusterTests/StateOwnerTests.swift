import Foundation
import TerminalTesting
import Testing

/// Whose a state folder is: two fleets of one name do not share it, and nobody else may write in it.
@Suite(.timeLimit(.minutes(10)))
struct StateOwnerTests {
    let scratch: ScratchFleet
    static let patch = "critical-patch-2.4.1"
    private var copy: String { "\(scratch.root)/copy" }
    private var mark: String { "\(scratch.state)/fleet.path" }

    init() throws {
        scratch = try ScratchFleet()
        try FileManager.default.copyItem(atPath: scratch.fleet, toPath: copy)
    }

    @Test(arguments: [true, false]) func aCopyOfTheSameNameIsRefused(whileAnEngineRuns: Bool) throws {
        let serve = try ServeRun(scratch)
        #expect(try String(contentsOfFile: mark, encoding: .utf8).hasSuffix("/fleet\n"))
        if !whileAnEngineRuns { #expect(serve.stop() == 0) }
        for words in [
            ["update", "start", copy, Self.patch], ["serve", copy, "--listen", "127.0.0.1:0"], ["status", copy],
            ["updates", copy], ["plan", copy, Self.patch], ["watch", copy], ["stop", copy], ["devices", copy],
            ["device", "token", copy, "pos-nyc-001"], ["api-token", "list", copy], ["audit", "list", copy],
            ["console", copy, "--detached"], ["backup", copy, "\(scratch.root)/backup"],
        ] {
            let run = try MusterRun(words, scratch)
            #expect(run.code == 2 && run.output == "", "\(words): \(run.code) \(run.errors)")
            #expect(run.errors.contains("has the same name; give it another `name:`"), "\(words): \(run.errors)")
        }
        #expect(
            try MusterRun(["updates", scratch.fleet, "--json"], scratch).list().allSatisfy {
                $0["status"] as? String == "draft"
            })
        if whileAnEngineRuns { #expect(serve.stop() == 0) }
    }

    @Test func anotherNameMakesAnotherState() throws {
        let serve = try ServeRun(scratch)
        let file = "\(copy)/fleet.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("name: sample-fleet", with: "name: my-fleet").write(
            toFile: file, atomically: true, encoding: .utf8)
        #expect(try MusterRun(["update", "start", copy, Self.patch], scratch).code == 0)
        #expect(FileManager.default.fileExists(atPath: "\(scratch.root)/state/muster/my-fleet/journal.sqlite"))
        #expect(serve.stop() == 0)
    }

    /// A folder by another path is the same one; one that was moved says so once.
    @Test func aFolderThatWasMovedTakesItsStateOver() throws {
        #expect(try ServeRun(scratch).stop() == 0)
        try FileManager.default.createSymbolicLink(
            atPath: "\(scratch.root)/link", withDestinationPath: scratch.fleet)
        #expect(try MusterRun(["update", "start", "\(scratch.root)/link", Self.patch], scratch).code == 0)
        let moved = "\(scratch.root)/moved"
        try FileManager.default.moveItem(atPath: scratch.fleet, toPath: moved)
        #expect(try MusterRun(["update", "pause", moved, Self.patch], scratch).code == 2)
        #expect(try MusterRun(["update", "pause", moved, Self.patch, "--state", scratch.state], scratch).code == 0)
        #expect(try MusterRun(["update", "resume", moved, Self.patch], scratch).code == 0)
        #expect(try String(contentsOfFile: mark, encoding: .utf8).hasSuffix("/moved\n"))
    }

    @Test(arguments: [0o777, 0o770, 0o702]) func aFolderInWhichOthersMayWriteIsRefused(mode: Int) throws {
        let state = "\(scratch.root)/shared"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
        chmod(state, mode_t(mode))
        let run = try MusterRun(["serve", scratch.fleet, "--listen", "127.0.0.1:0", "--state", state], scratch)
        #expect(run.code == 1, "\(run.errors)")
        #expect(run.errors.contains("others than its owner may write in \(state); take that right"), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(state)/journal.sqlite"))
    }

    @Test(.enabled(if: geteuid() == 0)) func aFolderOfSomebodyElseIsRefused() throws {
        let state = "\(scratch.root)/theirs"
        try FileManager.default.createDirectory(
            atPath: state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        #expect(chown(state, 1, 1) == 0)
        for words in [
            ["serve", scratch.fleet, "--listen", "127.0.0.1:0"], ["console", scratch.fleet, "--detached"],
            ["update", "start", scratch.fleet, Self.patch],
        ] {
            let run = try MusterRun(words + ["--state", state], scratch)
            #expect(run.code == 1, "\(words): \(run.errors)")
            #expect(run.errors.contains("belongs to another user, number 1; run it as that user"), "\(run.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: "\(state)/journal.sqlite"))
    }

    /// A state folder that is named by a slip: what is meant for one fleet is not done to another.
    @Test func theStateOfAFleetOfAnotherNameIsRefused() throws {
        let serve = try ServeRun(scratch)
        let settings = "\(copy)/fleet.yaml"
        let text = try String(contentsOfFile: settings, encoding: .utf8)
        let name = try #require(text.split(separator: "\n").first { $0.hasPrefix("name:") })
        try text.replacingOccurrences(of: name, with: "name: elsewhere").write(
            toFile: settings, atomically: true, encoding: .utf8)
        for words in [
            ["stop", copy], ["update", "start", copy, Self.patch], ["status", copy], ["serve", copy],
            ["console", copy, "--detached"], ["api-token", "list", copy], ["device", "token", copy, "pos-nyc-001"],
        ] {
            let run = try MusterRun(words + ["--state", scratch.state], scratch)
            #expect(run.code == 2 && run.output == "", "\(words): \(run.code) \(run.errors)")
            let isSaid = run.errors.contains("/copy is elsewhere; name the state folder of elsewhere")
            #expect(isSaid, "\(words): \(run.errors)")
        }
        #expect(serve.stop() == 0)
    }
}
