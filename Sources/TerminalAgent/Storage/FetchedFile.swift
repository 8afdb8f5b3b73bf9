import Crypto

/// A file as far as it was fetched: hashed while it comes.
final class FetchedFile: FetchSink, @unchecked Sendable {
    /// More came than the file is said to have.
    struct TooLong: Error {}

    private let file: any OpenFile
    private let expected: OfferedRelease.File
    private var hash = SHA256()
    /// Bytes that are there.
    private(set) var length: Int64 = 0
    /// Whether more came than the file is said to have.
    private(set) var overflowed = false
    /// What the storage said when it failed.
    private(set) var failure: StorageFailure?

    /// Whether a file is there, whole, and what it is said to be.
    /// - Parameter between: Called between two pieces of it; what it throws ends the look.
    static func isProven(
        _ expected: OfferedRelease.File, at path: String, on disk: any Disk, between: () throws -> Void
    ) throws -> Bool {
        guard try disk.length(of: path) == expected.length else { return false }
        var hash = SHA256(), length: Int64 = 0
        try disk.readPieces(of: path) {
            hash.update(bufferPointer: $0)
            length += Int64($0.count)
            try between()
        }
        return length == expected.length && text(of: hash) == expected.sha256
    }

    /// Opens a file at what is there of it already, which is read and hashed.
    init(_ expected: OfferedRelease.File, at path: String, on disk: any Disk) throws {
        self.expected = expected
        let there = try disk.length(of: path) ?? 0
        if there > 0, there <= expected.length {
            var hash = SHA256(), length: Int64 = 0
            try disk.readPieces(of: path) {
                hash.update(bufferPointer: $0)
                length += Int64($0.count)
            }
            (self.hash, self.length) = (hash, length)
        }
        file = try disk.open(path)
        if there > expected.length { try file.empty() }
    }

    /// Whether it is whole, and what it is said to be.
    var isProven: Bool { length == expected.length && sha256 == expected.sha256 }

    private var sha256: String { Self.text(of: hash) }

    private static func text(of hash: SHA256) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    func beginAnew() throws {
        hash = SHA256()
        length = 0
        try noting { try file.empty() }
    }

    func take(_ bytes: UnsafeRawBufferPointer) throws {
        guard length + Int64(bytes.count) <= expected.length else {
            overflowed = true
            throw TooLong()
        }
        try noting { try file.append(bytes) }
        hash.update(bufferPointer: bytes)
        length += Int64(bytes.count)
    }

    func sync() throws { try file.sync() }

    private func noting(_ work: () throws -> Void) throws {
        do { try work() } catch let error as StorageFailure {
            failure = error
            throw error
        }
    }
}
