import FleetFiles
import Foundation
import Logging
import TUF
import Testing

@testable import TerminalAgent

/// What the fleet's keys have signed is installed, and nothing else.
@Suite struct SignedTrustTests {
    private let folder: ScratchFolder
    private let mirror = Mirror()
    private let warnings = Warnings()
    private static let hash = String(repeating: "a", count: 64)

    init() throws {
        folder = try ScratchFolder()
        try Data(try mirror.publish([:], version: 1)).write(to: URL(filePath: folder.path + "/root.json"))
    }

    private func target(
        _ version: String, from: [String] = [], hash: String = hash, part: (Int, of: Int)? = nil
    ) -> TargetFile {
        var custom: [String: JSONValue] = ["version": .string(version)]
        if let part { (custom["part"], custom["parts"]) = (.integer(part.0), .integer(part.of)) }
        if !from.isEmpty { custom["rollback-from"] = .array(from.map { .string($0) }) }
        return TargetFile(length: 3, hashes: Hashes(["sha256": hash]), custom: .object(custom))
    }

    private func trust() throws -> SignedTrust {
        try SignedTrust(
            .init(
                metadataURL: "http://x", rootFile: folder.path + "/root.json", folder: folder.path + "/tuf"),
            // The mirror waits for its turn among all tests.
            source: mirror, longestCheck: .seconds(1200), logger: Logger(label: "test") { [warnings] _ in warnings })
    }

    private func offered(_ version: String, _ files: [String]) -> OfferedRelease {
        OfferedRelease(
            action: 1, version: version, part: "os",
            files: files.map { .init(name: $0, length: 3, sha256: Self.hash, url: "http://x/\($0)") })
    }

    /// The agent asks on a thread of its own, which may be held up; so does this.
    private func refusal(
        _ version: String, running: String?..., files: [String] = ["app"]
    ) async throws -> TrustRefusal? {
        await refusal(of: try trust(), version, running: running.compactMap { $0 }, files: files)
    }

    private func refusal(
        of trust: SignedTrust, _ version: String, running: [String], files: [String]
    ) async -> TrustRefusal? {
        let release = offered(version, files)
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                do throws(TrustRefusal) {
                    let files = try trust.verified(release, running: running) { false }
                    continuation.resume(returning: files == release.files ? nil : TrustRefusal("other files"))
                } catch { continuation.resume(returning: error) }
            }
        }
    }

    @Test func whatIsSignedIsTrusted() async throws {
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0")], version: 2)
        for running in [nil, "1.0.0", "2.0.0", "2.0.0-rc.1"] {
            #expect(try await refusal("2.0.0", running: running) == nil, "\(running ?? "nothing")")
        }
    }

    @Test func whatIsNotSignedIsRefusedForGood() async throws {
        _ = try mirror.publish(["releases/1.0.0/app": target("1.0.0")], version: 2)
        let refusal = try #require(try await refusal("2.0.0", running: "1.0.0"))
        #expect(!refusal.isPassing && refusal.description.contains("signature"))
        #expect(refusal.description.contains("no role describes the target releases/2.0.0/app"))
    }

    @Test func otherBytesThanAreSignedAreRefused() async throws {
        let other = String(repeating: "b", count: 64)
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0", hash: other)], version: 2)
        #expect(try await refusal("2.0.0", running: nil)?.description.contains("another length or hash") == true)
        _ = try mirror.publish(["releases/2.0.0/app": target("3.0.0")], version: 3)
        #expect(try await refusal("2.0.0", running: nil)?.description.contains("is signed for 3.0.0") == true)
    }

    /// Who delivers a release can leave nothing of it out, and put nothing beside it: that would be another release.
    @Test func allOfItsFilesAreOfferedAndNoOther() async throws {
        func publish(_ targets: [String: TargetFile], _ version: Int) throws {
            _ = try mirror.publish(
                Dictionary(uniqueKeysWithValues: targets.map { ("releases/2.0.0/\($0)", $1) }), version: version)
        }
        func refusal(_ files: String...) async throws -> String? {
            let refusal = try await self.refusal("2.0.0", running: "1.0.0", files: files)
            #expect(refusal?.isPassing != true)
            return refusal?.description
        }
        try publish(["app": target("2.0.0", part: (1, of: 2)), "table": target("2.0.0", part: (2, of: 2))], 2)
        #expect(try await refusal("app", "table") == nil)
        #expect(try await refusal("table", "app") == nil)
        #expect(try await refusal("app") == "signature: 1 file is offered as 2.0.0, and 2 are signed")
        #expect(try await refusal("app", "table", "more")?.contains("releases/2.0.0/more") == true)
        // What others may sign in the place of a release is no part of it all the same.
        try publish(
            [
                "app": target("2.0.0", part: (1, of: 2)), "table": target("2.0.0", part: (2, of: 2)),
                "more": target("2.0.0"), "twin": target("2.0.0", part: (1, of: 2)),
            ], 3)
        #expect(
            try await refusal("app", "table", "more")
                == "signature: the files of 2.0.0 are not signed as one release")
        #expect(
            try await refusal("app", "table", "twin") == "signature: 3 files are offered as 2.0.0, and 2 are signed")
        #expect(
            try await refusal("app", "twin")
                == "signature: a file of 2.0.0 is missing, and another is in its place")
        #expect(try await refusal("app", "table") == nil)
        // One that another tool has published says nothing of it.
        try publish(["app": target("2.0.0"), "table": target("2.0.0")], 4)
        #expect(try await refusal("app") == nil)
    }

    @Test func anOlderVersionNeedsAnApprovedRollback() async throws {
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0", from: ["3.0.0"])], version: 2)
        #expect(try await refusal("2.0.0", running: "3.0.0") == nil)
        let refusal = try #require(try await refusal("2.0.0", running: "3.1.0"))
        #expect(!refusal.isPassing)
        #expect(
            refusal.description
                == "signature: 2.0.0 is older than 3.1.0, and no rollback from that is signed")
        #expect(try await self.refusal("2.0.0", running: "no version") != nil)
    }

    /// The version command's word and the slot's record: the newer counts, whichever says it.
    @Test func ofTwoWordsTheNewerHasToBeApproved() async throws {
        _ = try mirror.publish(["releases/1.0.0/app": target("1.0.0", from: ["3.0.0"])], version: 2)
        let refused = "signature: 1.0.0 is older than 2.1.0, and no rollback from that is signed"
        #expect(try await refusal("1.0.0", running: "0.9.0", "2.1.0")?.description == refused)
        #expect(try await refusal("1.0.0", running: "2.1.0", "0.9.0")?.description == refused)
        #expect(try await refusal("1.0.0", running: "2.1.0", "3.0.0") == nil)
        #expect(try await refusal("1.0.0", running: "0.9.0", "1.0.0") == nil)
        #expect(try await refusal("1.0.0", running: "3.0.0", "R5")?.description.contains("older than R5") == true)
    }

    @Test func aFolderThatIsAFileIsNamed() throws {
        let file = folder.path + "/tuf"
        try Data().write(to: URL(filePath: file))
        #expect(throws: TrustRefusal("the root of signed releases: \(file) is no folder")) { try trust() }
    }

    @Test func whatCannotBeHadIsAnotherMatterLater() async throws {
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0")], version: 2)
        mirror.isDown.withLock { $0 = true }
        #expect(try await refusal("2.0.0", running: nil)?.isPassing == true)
        mirror.isDown.withLock { $0 = false }
        #expect(try await refusal("2.0.0", running: nil) == nil)
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0")], version: 3, endsIn: -1)
        let ended = try #require(try await refusal("2.0.0", running: nil))
        #expect(ended.isPassing && ended.description.hasPrefix("signature: "), "\(ended)")
    }

    /// Metadata that was trusted once is not taken back, whoever holds the mirror.
    @Test func olderMetadataIsRefused() async throws {
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0")], version: 2)
        let former = mirror.files.withLock { $0 }
        _ = try mirror.publish([:], version: 3)
        #expect(try await refusal("2.0.0", running: nil) != nil)
        mirror.files.withLock { $0 = former }
        #expect(try await refusal("2.0.0", running: nil)?.isPassing == false)
    }

    /// Verified metadata of one's own that is damaged, before a start or behind it, shuts nothing out.
    @Test(arguments: ["root", "timestamp", "snapshot", "targets"], ["{}", "", nil])
    func damagedMetadataOfOnesOwnIsBegunAnew(role: String, text: String?) async throws {
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0")], version: 2)
        #expect(try await refusal("2.0.0", running: "1.0.0") == nil)
        let path = "\(folder.path)/tuf/\(role).json"
        try FileManager.default.removeItem(atPath: path)
        if let text {
            try Data(text.utf8).write(to: URL(filePath: path))
        } else {
            try FileManager.default.createDirectory(atPath: path + "/inside", withIntermediateDirectories: true)
        }
        #expect(try await refusal("2.0.0", running: "1.0.0") == nil)
        #expect(try SystemDisk().length(of: path) ?? 0 > 2)
        let isAside = FileManager.default.fileExists(atPath: path + ".damaged")
        #expect(isAside == (role == "root" || text == nil))
        let told = warnings.texts
        #expect(told.allSatisfy { $0.contains("metadata that was verified before is damaged") && $0.contains(path) })
        #expect(told.count == (isAside ? 1 : 0), "\(told)")
    }

    /// Also while an agent runs.
    @Test func aRootThatIsDamagedBehindTheStartIsBegunAnew() async throws {
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0")], version: 2)
        let trust = try trust()
        try Data("{}".utf8).write(to: URL(filePath: folder.path + "/tuf/root.json"))
        #expect(await refusal(of: trust, "2.0.0", running: ["1.0.0"], files: ["app"]) == nil)
    }

    /// The mirror is whoever's has the keys that were taken back: it serves the repository of the first root, and later that of
    /// the second again.
    private func expectRevoked(_ trust: SignedTrust, _ version: Int) async throws {
        _ = try mirror.publish(["releases/9.0.0/app": target("9.0.0")], version: version)
        let refusal = try #require(await refusal(of: trust, "9.0.0", running: ["2.0.0"], files: ["app"]))
        #expect(refusal.description.contains("keys that root 2 demands"), "\(refusal)")
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0")], version: version + 1, rotated: true)
        #expect(await self.refusal(of: trust, "2.0.0", running: ["2.0.0"], files: ["app"]) == nil)
    }

    private func rotated() async throws -> SignedTrust {
        _ = try mirror.publish(["releases/2.0.0/app": target("2.0.0")], version: 2, rotated: true)
        let trust = try trust()
        #expect(await refusal(of: trust, "2.0.0", running: ["1.0.0"], files: ["app"]) == nil)
        return trust
    }

    /// What is there may be as good as ever: it is neither moved nor replaced, and believed when it can be read again.
    @Test func aRootThatCannotBeReadForNowIsNotGivenUp() async throws {
        let trust = try await rotated()
        let path = folder.path + "/tuf/root.json", away = folder.path + "/away"
        try FileManager.default.removeItem(atPath: path + ".copy")
        try FileManager.default.moveItem(atPath: path, toPath: away)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "root.json")
        _ = try mirror.publish(["releases/9.0.0/app": target("9.0.0")], version: 9)
        // Also to an agent that starts meanwhile.
        for trust in [trust, try self.trust()] {
            let refusal = try #require(await refusal(of: trust, "9.0.0", running: ["2.0.0"], files: ["app"]))
            #expect(refusal.isPassing && refusal.description.contains("\(path): Too many levels"), "\(refusal)")
        }
        #expect(
            warnings.texts == [
                "the root of signed releases cannot be read or written now: \(path): Too many levels of symbolic links"
            ])
        #expect(try SystemDisk().linkTarget(path) == "root.json")
        #expect(!FileManager.default.fileExists(atPath: path + ".damaged"))
        let settings = AgentSettings(
            gateway: .init(url: "http://x", tokenFile: "/token"), device: "till", state: folder.path, slots: folder.path
        )
        var signed = settings
        signed.signedReleases = .init(
            metadataURL: "http://x", rootFile: folder.path + "/root.json", folder: folder.path + "/tuf")
        #expect(AgentGround.problems(of: signed).contains { $0.contains("\(path): Too many levels") })
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: away, toPath: path)
        try await expectRevoked(trust, 10)
    }

    /// Keys that the last root has taken back are believed no more, whatever becomes of its file.
    @Test(arguments: ["{}", "", nil]) func aDamagedRootIsBegunAnewFromItsCopy(text: String?) async throws {
        let trust = try await rotated()
        let path = folder.path + "/tuf/root.json"
        try FileManager.default.removeItem(atPath: path)
        if let text { try Data(text.utf8).write(to: URL(filePath: path)) }
        try await expectRevoked(trust, 9)
        #expect(FileManager.default.fileExists(atPath: path + ".damaged") == (text != nil))
    }

    /// Both are damaged: from the root that the terminal was given the later ones are found again.
    @Test(arguments: ["{}", "", nil]) func aCopyThatIsDamagedTooShutsNothingOut(text: String?) async throws {
        let trust = try await rotated()
        let path = folder.path + "/tuf/root.json"
        try Data("{}".utf8).write(to: URL(filePath: path))
        try FileManager.default.removeItem(atPath: path + ".copy")
        if let text {
            try Data(text.utf8).write(to: URL(filePath: path + ".copy"))
        } else {
            try FileManager.default.createDirectory(atPath: path + ".copy", withIntermediateDirectories: true)
        }
        #expect(await refusal(of: trust, "2.0.0", running: ["2.0.0"], files: ["app"]) == nil)
        try await expectRevoked(trust, 9)
    }

    @Test func aRootThatIsNoneIsNamed() throws {
        try Data("{}".utf8).write(to: URL(filePath: folder.path + "/root.json"))
        #expect(throws: TrustRefusal.self) { try trust() }
    }
}
