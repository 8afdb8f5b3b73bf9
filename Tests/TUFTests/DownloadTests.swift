import Foundation
import TUF
import Testing

@Suite struct DownloadTests {
    private func fixture(_ content: String = "the content", as name: String = "a/b.bin") async throws -> (
        TestRepository, ClientFixture, TUFClient
    ) {
        var repository = try TestRepository()
        repository.add(content, as: name)
        try repository.publish()
        let fixture = try ClientFixture(repository)
        let client = fixture.client()
        try await client.refresh()
        return (repository, fixture, client)
    }

    @Test func aTargetIsFetchedOnce() async throws {
        let (repository, fixture, client) = try await fixture()
        let path = try await client.download("a/b.bin", from: fixture.mirror, into: fixture.targets)
        #expect(fixture.target("a%2Fb.bin") == "the content")
        #expect(path.hasSuffix("/targets/a%2Fb.bin"))
        let asked = await fixture.mirror.asked
        #expect(asked.last == repository.targetFiles.keys.first)
        _ = try await client.download("a/b.bin", from: fixture.mirror, into: fixture.targets)
        #expect(await fixture.mirror.asked == asked)
    }

    @Test func whatLiesThereAndIsWrongIsReplaced() async throws {
        let (_, fixture, client) = try await fixture()
        for wrong in ["", "the contenT", "the content and more"] {
            try Data(wrong.utf8).write(to: URL(fileURLWithPath: fixture.targets + "/a%2Fb.bin"))
            _ = try await client.download("a/b.bin", from: fixture.mirror, into: fixture.targets)
            #expect(fixture.target("a%2Fb.bin") == "the content")
        }
    }

    @Test func otherBytesAreRefusedAndLeaveWhatWasThere() async throws {
        let (repository, fixture, client) = try await fixture()
        _ = try await client.download("a/b.bin", from: fixture.mirror, into: fixture.targets)
        var next = repository
        next.add("newer content", as: "a/b.bin")
        try next.publish()
        let name = try #require(next.targets.targets["a/b.bin"]?.hashes.byAlgorithm["sha256"])
        func refusal(serving bytes: String?) async throws -> TUFRefusal? {
            next.targetFiles["a/\(name).b.bin"] = bytes.map { Array($0.utf8) }
            await fixture.mirror.serve(next)
            let client = fixture.client()
            try await client.refresh()
            return await ClientFixture.refusal {
                _ = try await client.download("a/b.bin", from: fixture.mirror, into: fixture.targets)
            }
        }
        #expect(try await refusal(serving: "newer c0ntent") == .wrongHash(file: "a/b.bin", algorithm: "sha256"))
        #expect(try await refusal(serving: "newer") == .wrongLength(file: "a/b.bin", found: 5, expected: 13))
        let endless = String(repeating: "x", count: 1_000_000)
        #expect(try await refusal(serving: endless) == .tooLong(file: "a/b.bin", limit: 13))
        #expect(try await refusal(serving: nil) == .missing(path: "a/\(name).b.bin"))
        #expect(fixture.target("a%2Fb.bin") == "the content")
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.targets) == ["a%2Fb.bin"])
        #expect(try await refusal(serving: "newer content") == nil)
        #expect(fixture.target("a%2Fb.bin") == "newer content")
    }

    @Test func anEmptyTargetIsAFile() async throws {
        let (_, fixture, client) = try await fixture("", as: "empty")
        _ = try await client.download("empty", from: fixture.mirror, into: fixture.targets)
        #expect(fixture.target("empty") == "")
    }

    @Test(arguments: ["..", ".", "../x", "a/../b", "a/", ""])
    func aNameThatLeadsElsewhereIsRefused(name: String) async throws {
        var repository = try TestRepository()
        repository.add("x", as: "x")
        repository.targets.targets[name] = repository.targets.targets["x"]
        try repository.publish()
        let fixture = try ClientFixture(repository)
        let client = fixture.client()
        try await client.refresh()
        let refusal = await ClientFixture.refusal {
            _ = try await client.download(name, from: fixture.mirror, into: fixture.targets)
        }
        #expect(refusal == .unsafeName(name))
    }

    @Test func eachKnownHashMustBeRight() throws {
        let bytes = Array("content".utf8)
        let right = Hashes(of: bytes).byAlgorithm
        let wrong = String(repeating: "00", count: 64)
        func refusal(_ hashes: [String: String]) -> TUFRefusal? {
            do throws(TUFRefusal) {
                var verifier = try TargetFile(length: 7, hashes: Hashes(hashes)).verifier(name: "x")
                try verifier.receive(bytes)
                try verifier.finish()
                return nil
            } catch { return error }
        }
        #expect(refusal(right) == nil)
        #expect(refusal(right.mapValues { $0.uppercased() }) == nil)
        #expect(refusal(right.merging(["blake2b": "00"]) { left, _ in left }) == nil)
        #expect(
            refusal(right.merging(["sha512": wrong]) { left, _ in left }) == .wrongHash(file: "x", algorithm: "sha512"))
        #expect(refusal(["md5": "00"]) == .noKnownHash(file: "x"))
    }
}
