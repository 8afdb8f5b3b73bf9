import Foundation
import TUF

/// A folder that is removed with the last one who uses it.
final class ScratchFolder: Sendable {
    let path = NSTemporaryDirectory() + "tuf-tests-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A client with folders of its own, before a mirror in memory.
final class ClientFixture {
    let folder: String
    let metadata: String
    let targets: String
    let mirror: MemoryMirror
    var now = TestRepository.now
    var limits = Limits()

    init(_ repository: TestRepository) throws {
        let scratch = ScratchFolder()
        folder = scratch.path
        metadata = folder + "/metadata"
        targets = folder + "/targets"
        for path in [metadata, targets] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        mirror = MemoryMirror(repository, keeping: scratch)
        try TUFClient.begin(metadataFolder: metadata, root: repository.rootFile(1))
    }

    /// A client as a new process would have it.
    func client() -> TUFClient {
        TUFClient(metadataFolder: metadata, source: mirror, limits: limits, clock: { [now] in now })
    }

    /// Serves the repository from now on, and refreshes.
    func refresh(_ repository: TestRepository) async throws {
        await mirror.serve(repository)
        try await client().refresh()
    }

    func stored(_ role: String) -> [UInt8]? {
        FileManager.default.contents(atPath: "\(metadata)/\(role).json").map(Array.init)
    }

    /// The trusted version of each top-level role, by what lies in the folder.
    var versions: [String: Int] {
        var versions: [String: Int] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: metadata)) ?? [] where name.hasSuffix(".json")
        {
            let role = String(name.dropLast(5))
            let json = stored(role).flatMap { try? JSONValue(bytes: $0) }
            versions[role] = json?["signed"]?["version"]?.integer
        }
        return versions
    }

    func target(_ fileName: String) -> String? {
        FileManager.default.contents(atPath: "\(targets)/\(fileName)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// What came of the work.
    static func refusal(of work: () async throws -> Void) async -> TUFRefusal? {
        do {
            try await work()
            return nil
        } catch {
            return error as? TUFRefusal
        }
    }
}
