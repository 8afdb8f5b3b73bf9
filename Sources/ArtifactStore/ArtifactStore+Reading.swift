import Foundation

extension ArtifactStore {
    /// The file with this SHA-256, by what is known of it; its bytes are not read.
    ///
    /// - Parameter sha256: 64 lower-case hexadecimal digits; there is no file of another text.
    /// - Returns: nil if the store has no such file.
    /// - Throws: Damage if its sidecar is not whole, or its size is another; a fault of the storage.
    public func find(sha256: String) throws(ArtifactStoreError) -> StoredArtifact? {
        // Anything else could lead out of the folder.
        guard sha256.isHexadecimal(count: 64) else { return nil }
        let place = place(sha256)
        var status = stat()
        guard lstat(place, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .ofSystem(.storage, "\(place) cannot be looked at", remedy: "check who may read in \(folder)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Self.damage(place, "it is no regular file") }
        guard let sidecar = ArtifactSidecar(path: sidecarPlace(sha256)) else {
            throw Self.damage(place, "what was noted beside it is missing or broken")
        }
        guard sidecar.size == Int64(status.st_size) else {
            throw Self.damage(place, "it has \(status.st_size) bytes, not \(sidecar.size)")
        }
        let digest = PayloadDigest(size: sidecar.size, sha1: sidecar.sha1, md5: sidecar.md5, sha256: sha256)
        return StoredArtifact(path: place, digest: digest)
    }

    /// The file with this SHA-256, after its bytes were hashed again.
    ///
    /// - Parameters:
    ///   - sha256: 64 lower-case hexadecimal digits; there is no file of another text.
    ///   - progress: Called after each piece, with the bytes read so far.
    /// - Returns: nil if the store has no such file.
    /// - Throws: Damage if its bytes or its sidecar are not what they were; a fault of the storage.
    public func verify(
        sha256: String, progress: (Int64) -> Void = { _ in }
    ) throws(ArtifactStoreError) -> StoredArtifact? {
        guard let stored = try find(sha256: sha256) else { return nil }
        let digest: PayloadDigest
        do throws(ArtifactStoreError) {
            digest = try PayloadFile.measure(stored.path, progress: progress)
        } catch {
            throw ArtifactStoreError(.storage, error.message, remedy: "check the disk, and who may read in \(folder)")
        }
        guard digest.sha256 == sha256 else { throw Self.damage(stored.path, "its SHA-256 is \(digest.sha256)") }
        guard digest == stored.digest else { throw Self.damage(stored.path, "another SHA-1 or MD5 is noted beside it") }
        return stored
    }

    /// Where the bytes of a SHA-256 are kept: few files in one folder, however many there are.
    func place(_ sha256: String) -> String { "\(folder)/objects/\(sha256.prefix(2))/\(sha256)" }

    /// Where their size, SHA-1 and MD5 are kept.
    func sidecarPlace(_ sha256: String) -> String { place(sha256) + ".json" }

    private static func damage(_ path: String, _ finding: String) -> ArtifactStoreError {
        ArtifactStoreError(.damage, "\(path) is damaged: \(finding)", remedy: "add the file again")
    }
}
