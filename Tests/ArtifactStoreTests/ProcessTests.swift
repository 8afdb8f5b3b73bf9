import ArtifactStore
import Foundation
import Testing

/// Processes that add to a store, and one that is killed.
@Suite(.timeLimit(.minutes(10)))
struct ProcessTests {
    let scratch: ScratchStore

    init() throws { scratch = try ScratchStore() }

    private var incoming: [String] { scratch.files.filter { $0.hasPrefix("incoming/") } }

    @Test func oneThatIsKilledLeavesNoFile() throws {
        let large = try scratch.largeFile(size: 256 << 20)
        try ProbeRun(scratch, large).killWhileCopying()
        #expect(incoming.count == 1)
        #expect(scratch.files == incoming)
        let stored = try scratch.store.add(path: try scratch.file())
        #expect(incoming == [])
        #expect(scratch.files.count == 2)
        #expect(try scratch.store.verify(sha256: stored.sha256) == stored)
    }

    /// What another is working on is no leftover, however long it takes.
    @Test func oneThatIsAtWorkIsLeftAlone() throws {
        let large = try scratch.largeFile(size: 128 << 20)
        let run = try ProbeRun(scratch, large)
        try run.hold()
        #expect(incoming.count == 1)
        try scratch.store.add(path: try scratch.file())
        #expect(incoming.count == 1)
        try run.goOn()
        let end = try run.end()
        #expect(end.code == 0, "\(end.line)")
        let sha256 = String(end.line.prefix(64))
        #expect(try scratch.store.verify(sha256: sha256)?.size == 128 << 20)
        #expect(incoming == [])
    }

    @Test func twoThatAddTheSame() throws {
        let large = try scratch.largeFile(size: 32 << 20)
        let runs = try (0..<4).map { _ in try ProbeRun(scratch, large) }
        let ends = try runs.map { try $0.end() }
        #expect(ends.map(\.code) == [0, 0, 0, 0])
        #expect(Set(ends.map { $0.line.prefix(64) }).count == 1)
        #expect(scratch.files.count == 2)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status")))
    func aLargeFileNeedsNoMoreMemory() throws {
        let small = try ProbeRun(scratch, try scratch.largeFile("small.bin", size: 2 << 20)).end()
        let large = try ProbeRun(scratch, try scratch.largeFile(size: 64 << 20)).end()
        let peaks = [small, large].compactMap { $0.line.split(separator: " ").last.flatMap { Int($0) } }
        try #require(peaks.count == 2 && peaks[0] > 0)
        #expect(peaks[1] - peaks[0] < 4096, "KiB: \(peaks)")
    }
}
