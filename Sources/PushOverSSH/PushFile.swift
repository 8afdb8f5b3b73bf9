import Crypto
import Dispatch
import FleetCore

/// A file of a release, whose bytes were proven to be the release's.
public protocol PushFile: Sendable {
    /// Whether nobody has written to it since it was proven.
    var isUnchanged: Bool { get }
    /// Reads bytes from a place in the file; 0 at its end. Blocks.
    func read(at offset: Int64, into piece: UnsafeMutableRawBufferPointer) throws -> Int
}

/// The files of releases, by what they hold.
public protocol PushFileSource: Sendable {
    /// A file of a release; nil: it cannot be had now. May read the whole file, and blocks while it does.
    func file(_ artifact: Artifact, of release: Version) -> (any PushFile)?
}

extension PushFile {
    /// Bytes that are read at once.
    static var pieceBytes: Int { 64 << 10 }

    /// So many bytes from a place on, fewer at the end.
    func piece(at offset: Int64, atMost count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
        }
    }

    /// SHA-256 of its first bytes, in lower-case hexadecimal.
    func sha256(ofFirst count: Int64) throws -> String {
        var hash = SHA256(), offset: Int64 = 0
        while offset < count {
            let bytes = try piece(at: offset, atMost: Int(min(count - offset, Int64(Self.pieceBytes))))
            guard !bytes.isEmpty else { break }
            hash.update(data: bytes)
            offset += Int64(bytes.count)
        }
        return hash.finalize().map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}

/// What takes its time on a thread: the hashing of a file. The threads of tasks, of which there are few, do not wait for it.
enum Blocking {
    static func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: work()) }
        }
    }
}
