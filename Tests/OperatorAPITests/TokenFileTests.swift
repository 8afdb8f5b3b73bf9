import DeviceGateway
import FleetCore
import Foundation
import Testing

@testable import OperatorAPI

/// The file of tokens.
@Suite struct TokenFileTests {
    private let folder = NSTemporaryDirectory() + "tokens-" + UUID().uuidString

    @Test func onlyHashesAreKeptForTheOwnerAlone() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let secret = try APITokenFile.issue(APIToken(name: "ci", role: .operator), directory: folder)
        let path = "\(folder)/\(APITokenFile.name)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(secret.utf8.count == 43)
        #expect(text.hasSuffix(" operator ci\n") && text.utf8.count == 64 + 13)
        #expect(!text.contains(secret))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let file = APITokenFile(directory: folder)
        #expect(file.owner(of: secret) == APIToken(name: "ci", role: .operator))
        #expect(file.owner(of: secret + "x") == nil)
        #expect(file.owner(of: "") == nil)
    }

    /// What root draws in somebody else's folder is that user's, whose engine could not read it otherwise.
    @Test(.enabled(if: geteuid() == 0)) func whatRootDrawsIsTheFoldersOwners() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        #expect(chown(folder, 1, 2) == 0)
        _ = try APITokenFile.issue(APIToken(name: "ci", role: .viewer), directory: folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            var status = stat()
            #expect(stat("\(folder)/\(name)", &status) == 0)
            #expect(status.st_uid == 1 && status.st_gid == 2 && status.st_mode & 0o7777 == 0o600, "\(name)")
        }
    }

    @Test func aNameIsOneTokens() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let first = try APITokenFile.issue(APIToken(name: "ci", role: .viewer), directory: folder)
        #expect(throws: CredentialFailure.self) {
            try APITokenFile.issue(APIToken(name: "ci", role: .admin), directory: folder)
        }
        #expect(APITokenFile(directory: folder).owner(of: first)?.role == .viewer)
        #expect(try APITokenFile.owners(in: folder) == [APIToken(name: "ci", role: .viewer)])
    }

    @Test func thereAreOnlySoMany() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for number in 0..<APITokenFile.mostTokens {
            _ = try APITokenFile.issue(APIToken(name: "t\(number)", role: .viewer), directory: folder)
        }
        #expect(throws: CredentialFailure.self) {
            try APITokenFile.issue(APIToken(name: "more", role: .viewer), directory: folder)
        }
    }

    /// A file that was damaged proves nobody, and is not written anew without its lines.
    @Test func aDamagedFileIsLeftAsItIs() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let secret = try APITokenFile.issue(APIToken(name: "ci", role: .admin), directory: folder)
        let path = "\(folder)/\(APITokenFile.name)"
        let damaged = "not a hash admin ci\n" + (try String(contentsOfFile: path, encoding: .utf8))
        try damaged.write(toFile: path, atomically: true, encoding: .utf8)
        #expect(APITokenFile(directory: folder).owner(of: secret) == nil)
        #expect(throws: CredentialFailure.self) {
            try APITokenFile.issue(APIToken(name: "other", role: .viewer), directory: folder)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == damaged)
    }

    @Test(arguments: ["", "two words", "a\n", "a/b", "ü", String(repeating: "a", count: 65)])
    func noName(name: String) { #expect(!APITokenFile.isName(name)) }

    @Test(arguments: ["ci", "release-train.2", "kim@ops_1"])
    func aName(name: String) { #expect(APITokenFile.isName(name)) }
}
