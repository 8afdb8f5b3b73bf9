import Foundation

/// The outbox in the state folder: a file for its owner alone, which is replaced as a whole, so that after a crash at any
/// point the old one or the new one is there.
struct OutboxFile {
    static let name = "alerts.json"
    /// The longest file that is read, in bytes: an outbox that is full has less.
    static let mostBytes = 16 << 20

    let directory: String
    private var path: String { "\(directory)/\(Self.name)" }
    private var temporary: String { "\(path).new" }

    /// Why it could not be read or written.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What is kept; nil: there is no file.
    func read() throws(Failure) -> Outbox? {
        // Without O_NONBLOCK a pipe in the file's place would hold the start up for good.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("cannot be read")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.mostBytes
        else { throw Failure(description: "\(path) is no outbox") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        guard let bytes = try? handle.read(upToCount: Self.mostBytes),
            let outbox = try? JSONDecoder().decode(Outbox.self, from: bytes)
        else { throw Failure(description: "\(path) is damaged") }
        return outbox
    }

    /// Keeps it, durably.
    func write(_ outbox: Outbox) throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let bytes = try? encoder.encode(outbox) else { throw Failure(description: "\(path) cannot be written") }
        _ = unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be written") }
        defer { close(descriptor) }
        guard Self.write(bytes, to: descriptor), fsync(descriptor) == 0, rename(temporary, path) == 0, syncFolder()
        else {
            let failure = failure("cannot be written")
            _ = unlink(temporary)
            throw failure
        }
    }

    /// Takes it away: alerts that begin anew do not begin with what is long past.
    func remove() { _ = unlink(path) }

    private func syncFolder() -> Bool {
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if folder >= 0 { close(folder) } }
        return folder >= 0 && fsync(folder) == 0
    }

    private static func write(_ bytes: Data, to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let step = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { return false }
            rest = rest.dropFirst(step)
        }
        return true
    }

    private func failure(_ what: String) -> Failure {
        Failure(description: "\(path) \(what): \(String(cString: strerror(errno)))")
    }
}
