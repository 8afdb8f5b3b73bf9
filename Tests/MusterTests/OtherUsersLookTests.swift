import Foundation
import Glibc
import Testing

@testable import EngineSocket

/// Users of the machine who may only look, at an engine whose files they cannot read.
@Suite(
    .enabled(if: OtherUser.obstacle == nil, "\(OtherUser.obstacle ?? "other users can run the program")"),
    .timeLimit(.minutes(10)))
struct OtherUsersLookTests {
    let scratch: ScratchFleet
    let engine: ServeRun
    private var place: [String] { ["--state", "\(scratch.root)/shared"] }

    init() throws {
        scratch = try ScratchFleet()
        let text = try scratch.text("fleet.yaml") + "\naccess:\n  users: {bin: viewer}\n"
        try scratch.write("fleet.yaml", Array(text.utf8))
        chmod(scratch.fleet, 0o700)
        engine = try ServeRun(
            scratch, ["--state", "\(scratch.root)/shared", "--start", "offline-2.4.0"])
    }

    @Test func aViewerSeesHowItStands() throws {
        let run = try MusterRun(["status", "x", "--json"] + place, scratch, as: .bin)
        #expect(run.code == 0, "\(run.errors)")
        let status = try run.object()
        #expect((status["engine"] as? [String: Any])?["is_running"] as? Bool == true)
        #expect((status["updates"] as? [Any])?.count == 1)
        let stranger = try MusterRun(["status", "x"] + place, scratch, as: .nobody)
        #expect(stranger.code == 2 && stranger.errors.contains("knows no role"), "\(stranger.errors)")
        #expect(try MusterRun(["watch", "x"] + place, scratch, as: .nobody).code == 2)
    }

    /// By the socket, over the end of an engine, with every number once.
    @Test func aViewerSeesWhatHappens() throws {
        let watch = try WatchRun(scratch, ["--after", "0"] + place, as: .bin)
        var lines = try watch.lines { ($0["text"] as? String)?.hasPrefix("start offline-2.4.0") == true }
        #expect(engine.stop() == 0)
        let next = try ServeRun(scratch, place)
        lines += try watch.lines { $0["kind"] as? String == "engineStarted" }
        #expect(lines.map { $0["number"] as? Int } == Array(1...lines.count))
        #expect(try watch.closeOutput() == 0)
        #expect(next.stop() == 0)
    }

    /// An engine of another version is no engine that is waited for.
    @Test func anAnswerThatNobodyCanReadEndsAWatch() throws {
        #expect(engine.stop() == 0)
        let other = "\(scratch.root)/other"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: false)
        // Whoever may read the journal asks no engine.
        #expect(FileManager.default.createFile(atPath: "\(other)/journal.sqlite", contents: nil))
        chmod("\(other)/journal.sqlite", 0o600)
        let listener = try SocketPlace.makeSocket()
        let bound = try SocketPlace(directory: other).withAddress { bind(listener, $0, $1) }
        try #require(bound.result == 0 && listen(listener, 8) == 0)
        chmod("\(other)/engine.sock", 0o666)
        let thread = Thread {
            let connection = accept(listener, nil, nil)
            let channel = LineChannel(descriptor: connection)
            _ = try? channel.readLine(atMost: 1 << 16, within: .seconds(60))
            channel.writeLine(Data("{}".utf8), within: .seconds(60))
            close(connection)
            close(listener)
        }
        thread.start()
        let watch = try MusterRun(["watch", "x", "--state", other], scratch, as: .bin)
        #expect(watch.code == 1 && watch.output == "")
        #expect(
            watch.errors
                == "muster: the engine (pid \(getpid())) has given an answer that cannot be read; "
                + "use the `muster` that runs the engine\n")
    }
}
