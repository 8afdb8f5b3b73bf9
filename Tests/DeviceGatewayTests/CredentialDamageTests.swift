import Foundation
import Synchronization
import Testing

@testable import DeviceGateway

/// A file of tokens that was damaged shuts devices out, and says so.
@Suite struct CredentialDamageTests {
    private let folder = NSTemporaryDirectory() + "credentials-" + UUID().uuidString

    /// What was told, in its order.
    private final class Told: Sendable {
        private let list = Mutex<[CredentialFailure?]>([])
        var all: [CredentialFailure?] { list.withLock { $0 } }
        func add(_ problem: CredentialFailure?) { list.withLock { $0.append(problem) } }
    }

    private var path: String { "\(folder)/\(CredentialFile.name)" }

    private func write(_ bytes: Data) throws { try bytes.write(to: URL(filePath: path), options: .atomic) }

    /// Of `HASH till-12`: nothing is left, a part of the hash, a part of the id, all but the line's end.
    @Test(arguments: [0, 30, 71, 72]) func aFileThatWasCutIsToldOnce(bytes: Int) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let token = try CredentialFile.issue("till-12", directory: folder)
        let whole = try Data(contentsOf: URL(filePath: path))
        #expect(whole.count == 73)
        let told = Told()
        let file = CredentialFile(directory: folder) { told.add($0) }
        #expect(file.isToken(token, of: "till-12") && told.all.isEmpty)
        try write(whole.prefix(bytes))
        for _ in 0..<3 {
            file.lookAgain()
            for device in ["till-12", "till-1"] { #expect(!file.isToken(token, of: device), "\(device)") }
        }
        #expect(told.all.count == 1)
        let problem = try #require(told.all.first ?? nil)
        #expect(problem.message.hasPrefix(path) && !problem.remedy.isEmpty)
        try write(whole)
        #expect(file.isToken(token, of: "till-12"))
        #expect(told.all.count == 2 && told.all.last == .some(nil))
    }

    @Test func aFileThatIsGoneIsToldAndOneThatNeverWasIsNot() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let told = Told()
        let file = CredentialFile(directory: folder) { told.add($0) }
        file.lookAgain()
        #expect(told.all.isEmpty)
        _ = try CredentialFile.issue("till-1", directory: folder)
        file.lookAgain()
        try FileManager.default.removeItem(atPath: path)
        file.lookAgain()
        #expect(told.all.count == 1 && told.all.first??.message == "\(path) is not there any more")
    }

    /// That nobody has a token is nothing wrong where the last one was taken back.
    @Test func theLastTokenThatIsTakenBackLeavesNoDamage() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let token = try CredentialFile.issue("till-1", directory: folder)
        let told = Told()
        let file = CredentialFile(directory: folder) { told.add($0) }
        #expect(file.isToken(token, of: "till-1"))
        #expect(try CredentialFile.revoke("till-1", directory: folder))
        #expect(!file.isToken(token, of: "till-1"))
        #expect(told.all.isEmpty)
        let next = try CredentialFile.issue("till-1", directory: folder)
        #expect(file.isToken(next, of: "till-1") && told.all.isEmpty)
    }
}
