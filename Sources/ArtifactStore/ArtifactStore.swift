import FleetCore
import Foundation

/// Files of releases below a folder, each named by the SHA-256 of its bytes.
///
/// `objects/ab/abcdef…` holds the bytes and `objects/ab/abcdef….json` their size, SHA-1 and MD5. What is being copied
/// stands in `incoming/`. Everything is the owner's alone. Several processes may use one store.
public struct ArtifactStore: Sendable {
    /// The store's folder. It is created by the first file that is added.
    public let folder: String

    /// The store in a folder. Nothing is read or created yet.
    public init(folder: String) {
        self.folder = folder
    }

    /// The store of a fleet, by the folder of its state.
    public init(state: String) {
        self.init(folder: "\(state)/artifacts")
    }

    /// Keeps a copy of a file. The copy is made and hashed in one pass, and durable before this returns; a crash leaves
    /// the file or nothing. A file that is there already is verified, and replaced if it is damaged.
    ///
    /// - Parameters:
    ///   - path: A regular file. Links are not followed.
    ///   - progress: Called after each piece, with the bytes copied so far.
    /// - Throws: A fault of the source or of the storage. Nothing is left behind then.
    @discardableResult
    public func add(
        path: String, progress: (Int64) -> Void = { _ in }
    ) throws(ArtifactStoreError) -> StoredArtifact {
        try take(path, progress: progress) { (_) throws(ArtifactStoreError) in }
    }

    /// Keeps copies of a release's files. All are looked for before the first is copied; those copied before one that
    /// is refused stay, which does no harm.
    ///
    /// - Parameters:
    ///   - release: Which files, with their sizes and SHA-256.
    ///   - folder: Where they lie.
    ///   - progress: Called after each piece, with the bytes of all files copied so far.
    /// - Returns: The files in the release's order.
    /// - Throws: A mismatch that names the file, what was wanted and what was found; a fault of the source or of the
    ///   storage.
    @discardableResult
    public func `import`(
        _ release: Release, from folder: String, progress: (Int64) -> Void = { _ in }
    ) throws(ArtifactStoreError) -> [StoredArtifact] {
        for artifact in release.artifacts {
            let size = try PayloadFile.size(of: try Self.path(of: artifact, in: folder))
            if size != artifact.size { throw .mismatch(artifact, of: release, size: size) }
        }
        var stored: [StoredArtifact] = []
        var done: Int64 = 0
        for artifact in release.artifacts {
            let path = try Self.path(of: artifact, in: folder)
            stored.append(
                try take(path, progress: { progress(done + $0) }) { (digest) throws(ArtifactStoreError) in
                    if digest.size != artifact.size { throw .mismatch(artifact, of: release, size: digest.size) }
                    if digest.sha256 != artifact.sha256 {
                        throw .mismatch(artifact, of: release, sha256: digest.sha256)
                    }
                })
            done += artifact.size
        }
        return stored
    }

    /// A release may come from elsewhere than a fleet's files, where names are checked.
    private static func path(of artifact: Artifact, in folder: String) throws(ArtifactStoreError) -> String {
        let name = artifact.name
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(where: { $0 == 0 || $0 == 0x2f }) else {
            throw ArtifactStoreError(
                .mismatch, "an artifact whose name is no file name", remedy: "name a file, without folders")
        }
        return "\(folder)/\(name)"
    }

    /// - Parameter check: Refuses what was not asked for, before it is kept.
    private func take(
        _ path: String, progress: (Int64) -> Void,
        _ check: (PayloadDigest) throws(ArtifactStoreError) -> Void
    ) throws(ArtifactStoreError) -> StoredArtifact {
        let staging = try StagingFolder(in: "\(folder)/incoming", prefix: "adding-", rights: .owner)
        defer { staging.remove() }
        let digest = try staging.copy(path, as: "payload", progress: progress)
        try check(digest)
        if let whole = try whole(digest) { return whole }
        try staging.write(ArtifactSidecar(digest).text, as: "sidecar")
        let place = place(digest.sha256)
        try DurableFolder.create(DurableFolder.parent(of: place), rights: .owner)
        // Folders that are there may be of a process that was killed before it synced those above them.
        for above in ["\(folder)/objects", folder] { try DurableFolder.sync(above) }
        // The sidecar is durable before the file: a file that is there has its sidecar, whenever the power fails.
        try DurableFolder.move("\(staging.path)/sidecar", to: sidecarPlace(digest.sha256))
        try DurableFolder.move("\(staging.path)/payload", to: place)
        return StoredArtifact(path: place, digest: digest)
    }

    /// What is kept of these bytes already; nil also if it is damaged, since the copy at hand can take its place.
    private func whole(_ digest: PayloadDigest) throws(ArtifactStoreError) -> StoredArtifact? {
        do throws(ArtifactStoreError) {
            return try verify(sha256: digest.sha256)
        } catch  where error.fault == .damage {
            return nil
        }
    }
}

extension ArtifactStoreError {
    fileprivate static func mismatch(_ artifact: Artifact, of release: Release, size: Int64) -> ArtifactStoreError {
        mismatch(artifact, of: release, wanted: "\(artifact.size) bytes", found: "\(size)")
    }

    fileprivate static func mismatch(_ artifact: Artifact, of release: Release, sha256: String) -> ArtifactStoreError {
        mismatch(artifact, of: release, wanted: "the SHA-256 \(artifact.sha256)", found: sha256)
    }

    private static func mismatch(
        _ artifact: Artifact, of release: Release, wanted: String, found: String
    ) -> ArtifactStoreError {
        ArtifactStoreError(
            .mismatch, "\(artifact.name) of release \(release.version) should have \(wanted), and has \(found)",
            remedy: "a release is immutable: put the right file back")
    }
}
