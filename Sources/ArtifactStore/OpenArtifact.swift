import Foundation

/// A file of a store that was hashed and is held open. What is read later is of the same open file, whatever its path
/// leads to by then. Closed when nobody holds it any more.
public final class OpenArtifact: @unchecked Sendable {
    /// What was proven of its bytes.
    public let artifact: StoredArtifact
    /// The open file. Whoever uses it keeps this object.
    public let descriptor: Int32
    private let stamp: Stamp
    private let residence: FileResidence

    /// What changes when somebody writes to a file, unless the writer takes pains to hide it.
    private struct Stamp: Equatable {
        var size: Int64
        var changedSeconds: Int
        var changedNanoseconds: Int
    }

    /// Opens a file and hashes what it opened.
    /// - Throws: Damage if the bytes are not those of the digest; a fault of the storage.
    init(_ artifact: StoredArtifact) throws(ArtifactStoreError) {
        let descriptor = open(artifact.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .ofSystem(.storage, "\(artifact.path) cannot be opened", remedy: "check who may read it")
        }
        self.artifact = artifact
        self.descriptor = descriptor
        // Taken before the first byte is read: a write after it is noticed.
        stamp = Self.stamp(descriptor)
        residence = FileResidence(descriptor, size: artifact.size)
        let digest = try digest()
        guard digest == artifact.digest, Self.stamp(descriptor) == stamp else {
            throw ArtifactStoreError(
                .damage, "\(artifact.path) is damaged: its SHA-256 is \(digest.sha256)", remedy: "add the file again")
        }
    }

    deinit { _ = close(descriptor) }

    /// Whether nobody has written to the file since it was hashed.
    public var isUnchanged: Bool { Self.stamp(descriptor) == stamp }

    /// Reads bytes from a place in the file; 0 at its end.
    /// - Throws: A fault of the storage.
    public func read(at offset: Int64, into piece: UnsafeMutableRawBufferPointer) throws(ArtifactStoreError) -> Int {
        while true {
            let count = pread(descriptor, piece.baseAddress, piece.count, off_t(offset))
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw .ofSystem(.storage, "\(artifact.path) cannot be read", remedy: "check the disk")
            }
        }
    }

    /// Whether the system holds these bytes of the file in memory.
    public func isCached(_ range: Range<Int64>) -> Bool { residence.isCached(range) }

    private func digest() throws(ArtifactStoreError) -> PayloadDigest {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: PayloadFile.pieceLength, alignment: 16)
        defer { piece.deallocate() }
        var hasher = PayloadHasher()
        var position: Int64 = 0
        while case let count = try read(at: position, into: piece), count > 0 {
            hasher.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            position += Int64(count)
            // One that grows while it is read would never end.
            guard position <= artifact.size else { break }
        }
        return hasher.digest
    }

    private static func stamp(_ descriptor: Int32) -> Stamp {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return Stamp(size: -1, changedSeconds: 0, changedNanoseconds: 0) }
        return Stamp(
            size: Int64(status.st_size), changedSeconds: status.st_ctim.tv_sec,
            changedNanoseconds: status.st_ctim.tv_nsec)
    }
}

extension ArtifactStore {
    /// The file with this SHA-256, open, after its bytes were hashed.
    ///
    /// - Parameter sha256: 64 lower-case hexadecimal digits; there is no file of another text.
    /// - Returns: nil if the store has no such file.
    /// - Throws: Damage if its bytes or its sidecar are not what they were; a fault of the storage.
    public func open(sha256: String) throws(ArtifactStoreError) -> OpenArtifact? {
        guard let stored = try find(sha256: sha256) else { return nil }
        return try OpenArtifact(stored)
    }
}
