import FleetCore
import FleetEngine
import Foundation
import Testing

@testable import EngineSocket

/// What those see who look once.
@Suite(.timeLimit(.minutes(10)))
struct LookTests {
    /// So many facts, each as long as a device may make one.
    private struct LongHistory: FactHistory {
        let count: UInt64

        func piece(after number: UInt64, atMost most: Int) -> HistoryPiece {
            let tags = (0..<64).map { Tag("name-\($0)", String(repeating: "\u{1}", count: 256)) }
            let fact = Fact(at: Timestamp(milliseconds: 0), .deviceDescribed(DeviceIndex(0), tags))
            let rest = number < count ? min(Int(count - number), most) : 0
            return HistoryPiece(facts: Array(repeating: fact, count: rest), latest: count)
        }
    }

    private func engine(_ role: Role?, facts: UInt64 = 3) throws -> ListeningEngine {
        let engine = try ListeningEngine()
        var access = AccessSettings()
        access.users = role.map { [RoleGrant("lee", $0)] } ?? [RoleGrant("kim", .viewer)]
        engine.configure(access)
        try engine.listen(as: LocalUser(name: "lee"))
        engine.server?.show(EngineLook(engine.host) { _ in LongHistory(count: facts) })
        return engine
    }

    @Test func aViewerIsShownTheStatus() throws {
        let engine = try engine(.viewer)
        engine.host.identify(EngineIdentity(user: "kim", process: 7, addresses: ["http://here"]))
        let status = try #require(try EngineSocketClient.status(in: engine.directory))
        #expect(status.fleet == "shop" && status.devices.total == 1 && !status.needsAPerson)
        #expect(status.engine.isRunning && status.engine.user == "kim" && status.engine.addresses == ["http://here"])
    }

    /// What is in force, and whose the engine is.
    @Test func aViewerIsShownWhoMayDoWhat() throws {
        let engine = try engine(.viewer)
        engine.host.identify(EngineIdentity(user: "kim", process: 7))
        var settings = AccessSettings()
        settings.users = [RoleGrant("lee", .viewer), RoleGrant("sam", .admin)]
        settings.groups = [RoleGrant("staff", .operator)]
        engine.configure(settings)
        let access = try #require(try EngineSocketClient.access(in: engine.directory))
        #expect(access.owner == "kim" && access.settings == settings)
        settings.users = []
        engine.configure(settings)
        #expect(throws: EngineSocketError.self) { try EngineSocketClient.access(in: engine.directory) }
    }

    @Test func whoHasNoRoleIsShownNothing() throws {
        let engine = try engine(nil)
        let error = #expect(throws: EngineSocketError.self) { try EngineSocketClient.status(in: engine.directory) }
        #expect(error?.isRefusal == true && error?.message.contains("knows no role") == true)
        #expect(throws: EngineSocketError.self) { try EngineSocketClient.events(after: 0, in: engine.directory) }
    }

    /// Pieces are bounded by their bytes, and each goes on behind the one before.
    @Test func longEventsComeInPieces() throws {
        let engine = try engine(.viewer, facts: 300)
        var seen: [UInt64] = [], pieces = 0
        while seen.last ?? 0 < 300 {
            let piece = try #require(try EngineSocketClient.events(after: seen.last ?? 0, in: engine.directory))
            #expect(piece.latest == 300)
            let events = try #require(piece.events)
            #expect(!events.isEmpty)
            seen += events.map(\.number)
            pieces += 1
        }
        #expect(seen == Array(1...300))
        #expect(pieces > 1)
    }

    @Test(arguments: [
        #"{"version":2,"look":"status"}"#, #"{"version":1,"look":"everything"}"#, #"{"version":1,"look":3}"#,
        #"{"look":"status"}"#, #"{"version":1,"look":"events","after":-1}"#,
    ])
    func whatIsNoLook(line: String) throws {
        let engine = try engine(.viewer)
        let client = RawClient(engine.path)
        defer { client.close() }
        client.send(line + "\n")
        #expect(client.readAll().contains("does not understand"))
        #expect(try EngineSocketClient.status(in: engine.directory) != nil)
    }

    /// One that does not read takes a place for a few seconds, and holds up nobody.
    @Test func whoDoesNotReadHoldsUpNobody() throws {
        let engine = try engine(.viewer, facts: 300)
        let lazy = (0..<4).map { _ in RawClient(engine.path) }
        for client in lazy { client.send(#"{"version":1,"look":"events","after":0}"# + "\n") }
        for _ in 0..<10 { #expect(try EngineSocketClient.status(in: engine.directory) != nil) }
        for client in lazy { client.close() }
    }
}
