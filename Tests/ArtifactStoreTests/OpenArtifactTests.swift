import ArtifactStore
import Foundation
import Testing

/// Files of a store that are held open.
@Suite struct OpenArtifactTests {
    private func open(_ bytes: [UInt8]) throws -> (ScratchStore, OpenArtifact) {
        let scratch = try ScratchStore()
        let stored = try scratch.store.add(path: try scratch.file("payload.bin", bytes))
        return (scratch, try #require(try scratch.store.open(sha256: stored.sha256)))
    }

    /// A file system in memory forgets nothing.
    private static let isOnDisk: Bool = {
        let mounts = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
        return mounts.map { !$0.contains(" /tmp tmpfs ") } ?? false
    }()

    @Test(.enabled(if: isOnDisk)) func whatWasReadIsInMemoryAndWhatWasForgottenIsNot() throws {
        let (scratch, file) = try open([UInt8](repeating: 7, count: 300_001))
        #expect(file.isCached(0..<300_001) && file.isCached(4097..<8191) && file.isCached(300_000..<300_001))
        fsync(file.descriptor)
        posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_DONTNEED)
        #expect(!file.isCached(0..<1) && !file.isCached(0..<300_001))
        _ = try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try file.read(at: 5000, into: $0) }
        #expect(file.isCached(5000..<5001))
        withExtendedLifetime(scratch) {}
    }

    @Test func whatIsNotInTheFileIsNotInMemory() throws {
        let (scratch, file) = try open([UInt8](repeating: 7, count: 10_000))
        #expect(!file.isCached(0..<10_001) && !file.isCached(-1..<1) && !file.isCached(.max - 1 ..< .max))
        // The file is cut short while it is held.
        #expect(truncate(file.artifact.path, 0) == 0)
        #expect(!file.isCached(0..<10_000) && !file.isUnchanged)
        let (empty, nothing) = try open([])
        #expect(!nothing.isCached(0..<1))
        withExtendedLifetime((scratch, empty)) {}
    }
}
