import ArtifactStore
import DeviceGateway
import FleetCore
import FleetFiles
import Logging
import Synchronization

/// The files of releases that the gateway delivers: each is hashed before its first byte leaves, and held open after.
final class StoredFiles: ArtifactSource {
    /// Files that are held open at once.
    private static let capacity = 256

    private let store: ArtifactStore
    private let logger: Logger
    private let open = Mutex<[String: OpenArtifact]>([:])

    /// The files of a store.
    init(_ store: ArtifactStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    func file(sha256: String) -> DeliverableFile? {
        guard let file = proven(sha256) else { return nil }
        let known = file.artifact
        return DeliverableFile(
            size: known.size, sha1: known.sha1, md5: known.md5, sha256: known.sha256, bytes: OpenBytes(file: file))
    }

    /// Two devices may have one file hashed at once, which costs time and does no harm.
    private func proven(_ sha256: String) -> OpenArtifact? {
        if let held = open.withLock({ $0[sha256] }), held.isUnchanged { return held }
        do {
            let file = try store.open(sha256: sha256)
            open.withLock { open in
                if open[sha256] == nil, open.count >= Self.capacity, let one = open.keys.first { open[one] = nil }
                open[sha256] = file
            }
            return file
        } catch {
            logger.error("\(error)")
            open.withLock { $0[sha256] = nil }
            return nil
        }
    }
}

private struct OpenBytes: FileBytes {
    let file: OpenArtifact

    func read(at offset: Int64, into piece: UnsafeMutableRawBufferPointer) throws -> Int {
        try file.read(at: offset, into: piece)
    }

    func descriptor(ofCached range: Range<Int64>) -> Int32? {
        file.isCached(range) ? file.descriptor : nil
    }
}

/// Puts the files of a fleet's releases into its store.
struct ReleaseIntake {
    let fleet: String
    let store: ArtifactStore

    /// Copies what the store does not have. Files that are there are not read again: each is hashed before it is
    /// delivered.
    /// - Throws: What is wrong with a release's file, or with the storage.
    func run() throws {
        let missing = try ReleaseReading.read(fleet).filter { found in
            !found.release.artifacts.allSatisfy { isThere($0) }
        }
        let meter = CopyMeter(total: missing.reduce(0) { $0 + $1.release.size })
        defer { meter.clear() }
        for found in missing {
            let name = "release \(found.release.version)"
            try store.import(found.release, from: "\(fleet)/\(found.folder)") { meter.show(name, bytes: $0) }
            meter.finish(bytes: found.release.size)
        }
    }

    /// A damaged file is copied anew.
    private func isThere(_ artifact: Artifact) -> Bool {
        ((try? store.find(sha256: artifact.sha256)) ?? nil) != nil
    }
}
