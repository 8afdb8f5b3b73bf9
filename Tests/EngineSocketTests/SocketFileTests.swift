import FleetCore
import Foundation
import Testing

@testable import EngineSocket

/// The socket as a file: its mode, its folder's, and what else may lie in its place.
@Suite(.timeLimit(.minutes(10)))
struct SocketFileTests {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func setMode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private static let somebody: AccessSettings = {
        var access = AccessSettings()
        access.users = [RoleGrant("nobody", .viewer)]
        return access
    }()

    /// Others may pass through the folder, and no more; afterwards everything is as it was.
    @Test(arguments: [(0o700, 0o711, 0o700), (0o755, 0o755, 0o755), (0o750, 0o751, 0o751)])
    func othersComeAndGo(before: Int, open: Int, after: Int) throws {
        let engine = try ListeningEngine()
        try setMode(before, engine.directory)
        try engine.listen()
        #expect(try mode(engine.path) == 0o600)
        let server = try #require(engine.server)
        try server.admit(Self.somebody)
        #expect(try mode(engine.path) == 0o666)
        #expect(try mode(engine.directory) == open)
        try server.admit(AccessSettings())
        #expect(try mode(engine.path) == 0o600)
        #expect(try mode(engine.directory) == after)
    }

    /// A folder on the way that lets nobody pass is named.
    @Test func aClosedFolderOnTheWay() throws {
        let engine = try ListeningEngine(pathLength: 200)
        let above = URL(filePath: engine.directory).deletingLastPathComponent().path()
        let folder = above.hasSuffix("/") ? String(above.dropLast()) : above
        try setMode(0o700, folder)
        try engine.listen()
        let server = try #require(engine.server)
        let error = #expect(throws: EngineSocketError.self) { try server.admit(Self.somebody) }
        #expect(error?.message.contains("since \(folder) lets nobody pass") == true)
    }

    /// A link in the socket's place is no socket, wherever it leads, and what it leads to is left alone.
    @Test func aLinkInItsPlace() throws {
        let engine = try ListeningEngine(), other = try ListeningEngine()
        try other.listen()
        try FileManager.default.createSymbolicLink(atPath: engine.path, withDestinationPath: other.path)
        let error = #expect(throws: EngineSocketError.self) { try engine.listen() }
        #expect(error?.message == "\(engine.path) is no socket")
        #expect(throws: EngineSocketError.self) {
            try EngineSocketClient.send(EngineRequest(.decommission, "till-1"), to: engine.directory)
        }
        #expect(other.origins == [])
        #expect(throws: EngineSocketError.self) { try SocketPlace(directory: engine.directory).admit(others: true) }
        #expect(try mode(other.path) == 0o600)
    }

    /// What has taken its place meanwhile is not removed at the end.
    @Test func whatTookItsPlaceStays() throws {
        let engine = try ListeningEngine()
        try engine.listen()
        try FileManager.default.removeItem(atPath: engine.path)
        try "mine".write(toFile: engine.path, atomically: true, encoding: .utf8)
        engine.stopListening()
        #expect(try String(contentsOfFile: engine.path, encoding: .utf8) == "mine")
    }
}
