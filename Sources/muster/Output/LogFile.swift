import Foundation
import Synchronization

/// A log in a file of bounded size: one that is full becomes the older one, and the older one before it goes.
///
/// Lines that cannot be written, since the disk is full or the folder gone, are lost and the next is tried; none is
/// written by half.
final class LogFile: Sendable {
    /// Bytes of the file beyond which it becomes the older one.
    static let mostBytes: Int64 = 64 << 20

    private struct State {
        var descriptor: Int32
        /// Bytes in the file.
        var size: Int64
    }

    let path: String
    /// The path of the older one.
    var olderPath: String { path + ".1" }
    private let mostBytes: Int64
    private let state: Mutex<State>

    /// Opens the file behind what it holds, or creates it for its owner alone; nil: it cannot be, by `errno`.
    init?(path: String, mostBytes: Int64 = LogFile.mostBytes) {
        guard let opened = Self.open(path) else { return nil }
        self.path = path
        self.mostBytes = mostBytes
        state = Mutex(opened)
    }

    deinit { state.withLock { _ = close($0.descriptor) } }

    /// Writes a line, in a file in which there is room for it.
    /// - Returns: Whether it was written, whole.
    @discardableResult
    func append(_ line: Data) -> Bool {
        state.withLock { state in
            if state.size > 0, state.size + Int64(line.count) > mostBytes, !turn(&state) { return false }
            let count = line.withUnsafeBytes { Foundation.write(state.descriptor, $0.baseAddress, $0.count) }
            guard count == line.count else {
                // Half a line would spoil the next.
                if count > 0 { ftruncate(state.descriptor, off_t(state.size)) }
                return false
            }
            state.size += Int64(count)
            return true
        }
    }

    /// Begins a new file; false: that cannot be, and the old one stays as it is.
    private func turn(_ state: inout State) -> Bool {
        // One that somebody has taken away needs no other name.
        guard rename(path, olderPath) == 0 || errno == ENOENT, let opened = Self.open(path) else { return false }
        close(state.descriptor)
        state = opened
        return true
    }

    private static func open(_ path: String) -> State? {
        let descriptor = Foundation.open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        return State(descriptor: descriptor, size: Int64(lseek(descriptor, 0, SEEK_END)))
    }
}
