import Foundation

/// The way of a target into a file: it gets its name when its length and hashes are right.
enum TargetDownload {
    static func store<Pieces: AsyncSequence & Sendable>(
        _ pieces: Pieces, of target: TargetFile, name: String, at path: String
    ) async throws where Pieces.Element == [UInt8] {
        var verifier = try target.verifier(name: name)
        let file = try DurableFileWriter(path: path)
        do {
            for try await piece in pieces {
                try verifier.receive(piece)
                try file.append(piece)
            }
            try verifier.finish()
            try file.commit()
        } catch {
            file.abandon()
            throw error
        }
    }

    /// Whether the file is there with the right length and hashes.
    static func isWhole(_ target: TargetFile, at path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0, var verifier = try? target.verifier(name: path) else { return false }
        defer { close(descriptor) }
        var piece = [UInt8](repeating: 0, count: 64 * 1_024)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 && (try? verifier.finish()) != nil }
            guard (try? verifier.receive(piece[..<count])) != nil else { return false }
        }
    }
}
