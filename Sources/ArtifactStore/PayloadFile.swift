import Foundation

/// A file that is read once, in pieces, so that a large one needs no more memory than a small one.
public enum PayloadFile {
    /// The largest file that is taken, in bytes.
    public static let largest: Int64 = 1 << 40
    /// Bytes read at a time.
    static let pieceLength = 1 << 20

    /// The size of a file in bytes, or why it cannot be taken.
    ///
    /// - Throws: A fault of the source: no regular file (links are not followed), missing, unreadable, too large.
    public static func size(of path: String) throws(ArtifactStoreError) -> Int64 {
        let source = try PayloadSource(path)
        return source.size
    }

    /// Hashes a file.
    ///
    /// - Parameter progress: Called after each piece, with the bytes read so far.
    /// - Throws: A fault of the source, also if the file changes its size meanwhile.
    public static func measure(
        _ path: String, progress: (Int64) -> Void = { _ in }
    ) throws(ArtifactStoreError) -> PayloadDigest {
        try read(path, progress: progress) { (_) throws(ArtifactStoreError) in }
    }

    /// Copies a file to a path where nothing is yet, hashes it on the way, and makes the copy's bytes durable. The
    /// folder is not synced. What fails leaves nothing there.
    static func copy(
        _ path: String, to target: String, rights: FileRights, progress: (Int64) -> Void
    ) throws(ArtifactStoreError) -> PayloadDigest {
        // First the source: what cannot be read must not even create a file.
        let source = try PayloadSource(path)
        let copy = try NewFile(target, rights: rights)
        let digest = try read(source, progress: progress) { (bytes) throws(ArtifactStoreError) in
            try copy.write(bytes)
        }
        try copy.finish()
        return digest
    }

    private static func read(
        _ path: String, progress: (Int64) -> Void,
        _ body: (UnsafeRawBufferPointer) throws(ArtifactStoreError) -> Void
    ) throws(ArtifactStoreError) -> PayloadDigest {
        try read(try PayloadSource(path), progress: progress, body)
    }

    private static func read(
        _ source: PayloadSource, progress: (Int64) -> Void,
        _ body: (UnsafeRawBufferPointer) throws(ArtifactStoreError) -> Void
    ) throws(ArtifactStoreError) -> PayloadDigest {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceLength, alignment: 16)
        defer { piece.deallocate() }
        var hasher = PayloadHasher()
        var done: Int64 = 0
        while case let count = try source.read(into: piece), count > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: piece[..<count])
            hasher.update(bytes)
            try body(bytes)
            done += Int64(count)
            // A file that is appended to faster than it is read would never end.
            guard done <= source.size else { break }
            progress(done)
        }
        guard done == source.size else { throw source.changed }
        return hasher.digest
    }
}
