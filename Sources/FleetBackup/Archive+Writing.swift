import Crypto
import Foundation

/// A backup as one file: a tar archive of the manifest, the members, and `SHA256SUMS` over all of them, which
/// `sha256sum --check` reads.
enum Archive {
    static let sumsName = "SHA256SUMS"
    /// The longest list of hashes that is read, in bytes.
    static let longestSums: Int64 = 1 << 16
    /// Bytes that are read and written at once.
    static let chunk = 1 << 18
    /// What stands behind the last file.
    static let end = [UInt8](repeating: 0, count: 1024)

    /// A line of `SHA256SUMS`.
    static func sum(_ sha256: String, _ name: String) -> String { "\(sha256)  \(name)\n" }
}

/// Writes an archive.
struct ArchiveWriter {
    private let file: OwnFile
    private let modifiedAt: Int64
    private var sums = ""

    init(_ path: String, modifiedAt: Int64) throws {
        self.modifiedAt = modifiedAt
        file = try OwnFile(creating: path)
    }

    /// Puts a file behind the others. Throws if its bytes are not those of the hash.
    mutating func add(_ member: BackupManifest.Member, from path: String) throws {
        let source = try SourceFile(path)
        let header = try begin(member)
        var hash = SHA256(), rest = member.size
        while rest > 0 {
            let bytes = try source.read(Int(min(rest, Int64(Archive.chunk))))
            guard !bytes.isEmpty else { break }
            hash.update(data: bytes)
            rest -= Int64(bytes.count)
            try self.file.write(bytes)
        }
        guard rest == 0, hash.finalize().hexadecimal == member.sha256 else {
            throw BackupFailure("\(path) was changed while it was copied", remedy: "try again")
        }
        try self.file.write([UInt8](repeating: 0, count: header.padding))
    }

    /// Puts a file of these bytes behind the others.
    mutating func add(_ name: String, _ bytes: [UInt8]) throws {
        let member = BackupManifest.Member(
            name: name, size: Int64(bytes.count), sha256: SHA256.hash(data: bytes).hexadecimal)
        let header = try begin(member)
        try self.file.write(bytes + [UInt8](repeating: 0, count: header.padding))
    }

    private mutating func begin(_ member: BackupManifest.Member) throws -> ArchiveHeader {
        let header = ArchiveHeader(name: member.name, size: member.size, modifiedAt: modifiedAt)
        sums += Archive.sum(member.sha256, member.name)
        try self.file.write(header.bytes)
        return header
    }

    /// Ends the archive and makes it durable.
    mutating func finish() throws {
        try add(Archive.sumsName, Array(sums.utf8))
        try self.file.write(Archive.end)
        try file.sync()
    }
}

/// A file that is read from its beginning to its end.
final class SourceFile {
    /// Its length when it was opened.
    let size: Int64
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        // Without O_NONBLOCK a pipe in the file's place would be waited for.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        var status = stat()
        let isOpen = descriptor >= 0 && fstat(descriptor, &status) == 0
        size = Int64(status.st_size)
        guard isOpen else {
            throw BackupFailure.ofSystem("\(path) cannot be read", remedy: "check its name, and who may read it")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw BackupFailure("\(path) is no file", remedy: "name the file of a backup")
        }
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// So many bytes, or fewer at the file's end.
    func read(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count), received = 0
        while received < count {
            let step = bytes.withUnsafeMutableBytes {
                Foundation.read(descriptor, $0.baseAddress.map { $0 + received }, count - received)
            }
            if step < 0, errno == EINTR { continue }
            guard step >= 0 else {
                throw BackupFailure.ofSystem("\(path) cannot be read", remedy: "check its disk")
            }
            guard step > 0 else { break }
            received += step
        }
        return received == count ? bytes : Array(bytes[..<received])
    }

    /// All bytes, of a file that is not longer than this.
    func read(atMost limit: Int64) throws -> [UInt8] {
        guard size <= limit else { throw BackupFailure("\(path) is too long", remedy: "check what is in it") }
        return try read(Int(size))
    }

    /// Its length and its SHA-256, as far as it goes now.
    static func member(_ name: String, in folder: String) throws -> BackupManifest.Member {
        let file = try SourceFile("\(folder)/\(name)")
        var hash = SHA256(), size: Int64 = 0
        while true {
            let bytes = try file.read(Archive.chunk)
            guard !bytes.isEmpty else { break }
            hash.update(data: bytes)
            size += Int64(bytes.count)
        }
        return BackupManifest.Member(name: name, size: size, sha256: hash.finalize().hexadecimal)
    }
}

extension SHA256.Digest {
    /// 64 lower-case hexadecimal digits.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
