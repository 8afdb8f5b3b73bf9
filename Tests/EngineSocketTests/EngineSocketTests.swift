import EngineSocket
import FleetCore
import Foundation
import Testing

/// Commands over the engine's socket.
@Suite(.timeLimit(.minutes(10)))
struct EngineSocketTests {
    @Test func aCommandIsCarriedOutOnceAndInTheUsersName() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let request = EngineRequest(.decommission, "till-1", reason: "sold")
        #expect(try EngineSocketClient.send(request, to: engine.directory) == EngineResponse(.done))
        // The same request once more is the same command; the same words in another are another.
        #expect(try EngineSocketClient.send(request, to: engine.directory) == EngineResponse(.done))
        let other = EngineRequest(.decommission, "till-1", reason: "sold", basis: 5)
        let again = try EngineSocketClient.send(other, to: engine.directory)
        #expect(
            again
                == EngineResponse(
                    .refused, Refusal("till-1 is decommissioned", remedy: "there is nothing left to do")))
        var origin = Origin(
            operatorName: UserName.own, source: "command line", reason: "sold", user: UserName.own,
            key: request.key.flatMap { CommandKey($0) })
        let first = origin
        origin.key = other.key.flatMap { CommandKey($0) }
        origin.basis = 5
        #expect(engine.origins == [first, first, origin])
        #expect(first.key != nil && origin.key != nil && first.key != origin.key)
    }

    @Test func everyVerbBecomesItsCommand() throws {
        func command(_ verb: EngineRequest.Verb) throws -> Command {
            try EngineRequest(verb, "x", confirmation: "y", device: DeviceForm(id: "x", firmware: "1.0.0"))
                .makeCommand()
        }
        #expect(try command(.start) == .start(update: "x"))
        #expect(try command(.approve) == .approve(update: "x"))
        #expect(try command(.pause) == .pause(update: "x"))
        #expect(try command(.resume) == .resume(update: "x"))
        #expect(try command(.cancel) == .cancel(update: "x"))
        #expect(try command(.rollBack) == .rollBack(update: "x", confirmation: "y", preview: nil))
        #expect(try command(.retryFailed) == .retryFailed(update: "x"))
        #expect(try command(.decommission) == .decommission(device: "x"))
        #expect(
            try command(.register) == .register([DeviceRecord(id: "x", site: "x", firmware: Version(1, 0, 0))]))
    }

    @Test func withoutAnEngineThereIsNoAnswer() throws {
        let engine = try ListeningEngine()
        let request = EngineRequest(.decommission, "till-1")
        #expect(try EngineSocketClient.send(request, to: engine.directory) == nil)
        #expect(try EngineSocketClient.send(request, to: "\(engine.directory)/nowhere") == nil)
        try engine.listen()
        engine.stopListening()
        #expect(!FileManager.default.fileExists(atPath: engine.path))
        #expect(try EngineSocketClient.send(request, to: engine.directory) == nil)
    }

    @Test func theSocketIsItsOwnersAlone() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let attributes = try FileManager.default.attributesOfItem(atPath: engine.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    /// What a killed engine leaves is a file that nobody listens on.
    @Test func theSocketOfADeadProcessIsReplaced() throws {
        let engine = try ListeningEngine()
        let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: engine.path.utf8) }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        close(dead)
        #expect(FileManager.default.fileExists(atPath: engine.path))
        let request = EngineRequest(.decommission, "till-1")
        #expect(try EngineSocketClient.send(request, to: engine.directory) == nil)
        try engine.listen()
        #expect(try EngineSocketClient.send(request, to: engine.directory) == EngineResponse(.done))
    }

    @Test func whatIsNoSocketIsNotRemoved() throws {
        let engine = try ListeningEngine()
        try "mine".write(toFile: engine.path, atomically: true, encoding: .utf8)
        let error = #expect(throws: EngineSocketError.self) { try engine.listen() }
        #expect(error?.description == "\(engine.path) is no socket; move it away: the engine listens there")
        #expect(try String(contentsOfFile: engine.path, encoding: .utf8) == "mine")
    }

    /// A socket's address holds 107 bytes.
    @Test(arguments: [106, 107, 108, 109, 900]) func aStateThatLiesDeep(pathLength: Int) throws {
        let engine = try ListeningEngine(pathLength: pathLength)
        #expect(engine.path.utf8.count == pathLength)
        let request = EngineRequest(.decommission, "till-1")
        #expect(try EngineSocketClient.send(request, to: engine.directory) == nil)
        try engine.listen()
        #expect(try EngineSocketClient.send(request, to: engine.directory) == EngineResponse(.done))
        engine.stopListening()
        #expect(!FileManager.default.fileExists(atPath: engine.path))
    }

    @Test(arguments: [
        "", "{}", "hello", #"{"version":1,"command":"dance","object":"x","reason":""}"#, "[[[[[[[[", "\u{0}\u{0}",
    ])
    func linesThatSayNothing(line: String) throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let client = RawClient(engine.path)
        defer { client.close() }
        client.send(line + "\n")
        #expect(client.readAll().contains("the engine does not understand the request"))
        #expect(engine.origins == [])
    }

    @Test func anotherVersionIsToldApart() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        var request = EngineRequest(.decommission, "till-1")
        request.version = 1
        let response = try #require(try EngineSocketClient.send(request, to: engine.directory))
        #expect(response.outcome == .refused)
        #expect(response.message == "the request is of version 1, and this engine speaks 2")
    }

    @Test func aKeyThatIsNone() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        var request = EngineRequest(.decommission, "till-1")
        request.key = "yes"
        let response = try #require(try EngineSocketClient.send(request, to: engine.directory))
        #expect(response.outcome == .refused)
        #expect(response.message == "the request's key is not one")
        #expect(engine.origins == [])
    }

    @Test func aLineHasABound() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let client = RawClient(engine.path)
        defer { client.close() }
        client.send([UInt8](repeating: UInt8(ascii: "a"), count: EngineRequest.maximumLength + 1))
        #expect(client.readAll().contains("longer than 65536 bytes"))
        let long = EngineRequest(.decommission, "till-1", reason: String(repeating: "a", count: 70_000))
        #expect(throws: EngineSocketError.self) { try EngineSocketClient.send(long, to: engine.directory) }
        #expect(engine.origins == [])
    }

    /// Connections that say nothing hold no place for long. While they hold all that their user may have, others of theirs
    /// are told so, and come again by themselves.
    @Test func connectionsAreBoundedAndHaveADeadline() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let silent = (0..<EngineSocketServer.mostOfAnOwner).map { _ in RawClient(engine.path) }
        defer { for client in silent { client.close() } }
        let turnedAway = RawClient(engine.path)
        defer { turnedAway.close() }
        #expect(turnedAway.readAll().contains("the engine has no room for another connection"))
        // Nobody sends this one again whose line drops; but it was not read.
        let stop = try EngineSocketClient.send(EngineRequest(.stop, ""), to: engine.directory, period: .zero)
        #expect(stop == EngineResponse(.done))
        for client in silent { #expect(client.readAll() == "") }
        #expect(engine.origins.count == 1 && engine.isToStop)
    }

    @Test func aConsoleThatIsTurnedAwayComesAgain() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let silent = (0..<EngineSocketServer.mostOfAnOwner).map { _ in RawClient(engine.path) }
        defer { for client in silent { client.close() } }
        let console = try AttachedEngine.attach(to: engine.directory, isReadOnly: true, alias: nil) {}
        #expect(console != nil)
        console?.leave()
    }

    @Test func stoppingCutsOffThoseWhoSayNothing() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        let client = RawClient(engine.path)
        defer { client.close() }
        let start = ContinuousClock.now
        engine.stopListening()
        #expect(client.readAll().contains("\"isFull\":true,\"message\":\"the engine has ended\""))
        #expect(ContinuousClock.now - start < .seconds(4))
    }

    @Test func theEngineThatHasEnded() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        #expect(engine.host.stop())
        let response = try EngineSocketClient.send(EngineRequest(.decommission, "till-1"), to: engine.directory)
        #expect(response?.outcome == .failed)
    }
}
