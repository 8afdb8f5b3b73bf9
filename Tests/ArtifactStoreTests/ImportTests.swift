import ArtifactStore
import FleetCore
import Foundation
import Testing

/// The files of a release are taken if they are those of the release.
struct ImportTests {
    let scratch: ScratchStore
    let release: Release

    init() throws {
        let scratch = try ScratchStore()
        let texts = [("pos-app.bin", "the till"), ("terminal.conf", "its settings")]
        let artifacts = try texts.map { name, text in
            let digest = try PayloadFile.measure(try scratch.file(name, Array(text.utf8)))
            return Artifact(name: name, size: digest.size, sha256: digest.sha256)
        }
        self.scratch = scratch
        release = Release(version: Version(2, 4, 1), artifacts: artifacts)
    }

    @Test func allOfThem() throws {
        var told: [Int64] = []
        let stored = try scratch.store.import(release, from: scratch.root) { told.append($0) }
        #expect(stored.map(\.sha256) == release.artifacts.map(\.sha256))
        #expect(stored.map(\.size) == [8, 12])
        #expect(told == [8, 20])
        #expect(try stored.map { try scratch.store.verify(sha256: $0.sha256) } == stored)
        #expect(try scratch.store.import(release, from: scratch.root) == stored)
        #expect(scratch.files.count == 4)
    }

    @Test func anotherSize() throws {
        _ = try scratch.file("terminal.conf", Array("its".utf8))
        try refused(release, "terminal.conf of release 2.4.1 should have 12 bytes, and has 3")
        #expect(scratch.files == [])
    }

    @Test func otherBytesOfTheSameSize() throws {
        let found = try PayloadFile.measure(try scratch.file("terminal.conf", Array("its Settings".utf8)))
        let wanted = release.artifacts[1].sha256
        try refused(
            release,
            "terminal.conf of release 2.4.1 should have the SHA-256 \(wanted), and has \(found.sha256)")
        #expect(try scratch.store.find(sha256: found.sha256) == nil)
        #expect(scratch.files.count == 2)
    }

    @Test(arguments: ["../payload", "", ".", "..", "a\0b"]) func aNameThatLeadsElsewhere(name: String) throws {
        var release = release
        release.artifacts[0].name = name
        let error = #expect(throws: ArtifactStoreError.self) {
            try scratch.store.import(release, from: scratch.root)
        }
        #expect(error?.description == "an artifact whose name is no file name; name a file, without folders")
        #expect(scratch.files == [])
    }

    private func refused(_ release: Release, _ message: String) throws {
        let error = #expect(throws: ArtifactStoreError.self) {
            try scratch.store.import(release, from: scratch.root)
        }
        #expect(error?.fault == .mismatch)
        #expect(error?.description == message + "; a release is immutable: put the right file back")
    }
}
