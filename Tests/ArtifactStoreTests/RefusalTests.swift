import ArtifactStore
import FleetCore
import Foundation
import Testing

/// What cannot be taken is named with what to do, and leaves nothing behind.
@Suite(.timeLimit(.minutes(10)))
struct RefusalTests {
    let scratch: ScratchStore

    init() throws { scratch = try ScratchStore() }

    @Test func sourcesThatAreNoFiles() throws {
        let file = try scratch.file()
        let link = "\(scratch.root)/link", pipe = "\(scratch.root)/pipe"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        #expect(mkfifo(pipe, 0o600) == 0)
        let refusals = [
            link: "\(link) is a symbolic link; name the file that it leads to",
            scratch.root: "\(scratch.root) is a directory; name the files in it",
            pipe: "\(pipe) is a pipe, a socket or a device; name a regular file",
            "/dev/null": "/dev/null is a pipe, a socket or a device; name a regular file",
            "\(file).gone": "\(file).gone is missing; name a file that is there",
            "\(file)/below": "\(file)/below is missing; name a file that is there",
            "\(file)\0.gone": "a path with a NUL in it; name a file",
        ]
        for (path, says) in refusals {
            try expect(.source, says) { try scratch.store.add(path: path) }
            try expect(.source, says) { try PayloadFile.size(of: path) }
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything")) func aSourceThatMayNotBeRead() throws {
        let file = try scratch.file()
        #expect(chmod(file, 0) == 0)
        try expect(.source, "\(file) cannot be read: Permission denied; check who may read it") {
            try scratch.store.add(path: file)
        }
    }

    /// By one byte in either direction, after the first piece was read.
    @Test(arguments: [-1, 1]) func aSourceThatChanges(bytes: Int) throws {
        let size = 3 << 20
        let file = try scratch.largeFile(size: size)
        try expect(
            .source, "\(file) changed while it was read; take it when nothing writes to it any more"
        ) {
            try scratch.store.add(path: file) { _ in _ = truncate(file, off_t(size + bytes)) }
        }
    }

    /// The folder stays in use after a copy that failed, so that the copy itself has to go.
    @Test func aCopyThatFailedIsTakenAway() throws {
        let file = try scratch.largeFile(size: 3 << 20)
        let staging = try StagingFolder(in: scratch.root, prefix: ".making-", rights: .mask)
        defer { staging.remove() }
        #expect(throws: ArtifactStoreError.self) {
            try staging.copy(file, as: "copy") { _ in _ = truncate(file, 1) }
        }
        #expect(scratch.tree(staging.path) == [])
        try staging.write("text", as: "copy")
        #expect(throws: ArtifactStoreError.self) { try staging.copy(file, as: "copy") }
        #expect(try String(contentsOfFile: "\(staging.path)/copy", encoding: .utf8) == "text")
    }

    @Test func aSourceThatIsTooLarge() throws {
        let file = try scratch.largeFile(size: 0)
        // Not every file system has files of this size.
        guard truncate(file, off_t(PayloadFile.largest) + 1) == 0 else { return }
        try expect(
            .source, "\(file) has 1099511627777 bytes, more than the 1099511627776 allowed; is it the right file?"
        ) { try scratch.store.add(path: file) }
    }

    @Test func aFolderThatCannotBe() throws {
        let file = try scratch.file()
        try expect(.storage, "\(file) is no folder; move it away, or name a folder") {
            try ArtifactStore(folder: file).add(path: file)
        }
        try expect(
            .storage,
            "the folder /proc/muster cannot be created: No such file or directory; check who may write in /proc"
        ) { try ArtifactStore(folder: "/proc/muster").add(path: file) }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere")) func aFolderThatMayNotBeWritten() throws {
        let file = try scratch.file(), folder = "\(scratch.root)/closed"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        #expect(chmod(folder, 0o500) == 0)
        try expect(
            .storage,
            "the folder \(folder)/incoming cannot be created: Permission denied; check who may write in \(folder)"
        ) { try ArtifactStore(folder: folder).add(path: file) }
    }

    /// A limit of a file's size stops the writing at the same place as a disk that is full.
    @Test func aDiskThatIsFull() throws {
        let file = try scratch.largeFile(size: 3 << 20)
        let end = try ProbeRun(scratch, file, "bytes=\((2 << 20) + 1)").end()
        #expect(end.code == 1)
        let says = "/payload cannot be written: File too large; raise the limit of a file's size (ulimit -f), "
        #expect(end.line.contains(says), "\(end.line)")
        #expect(scratch.files == [])
        #expect(try scratch.store.add(path: file).size == 3 << 20)
    }

    private func expect(
        _ fault: ArtifactStoreError.Fault, _ says: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () throws -> Any
    ) throws {
        let error = #expect(throws: ArtifactStoreError.self, sourceLocation: sourceLocation) { _ = try body() }
        #expect(error?.fault == fault, sourceLocation: sourceLocation)
        #expect(error?.description == says, sourceLocation: sourceLocation)
        #expect(scratch.files == [], sourceLocation: sourceLocation)
        let left = scratch.tree(scratch.root).filter { $0.contains("adding-") }
        #expect(left == [], sourceLocation: sourceLocation)
    }
}
