import Foundation
import Glibc
import Synchronization

/// Says when a file in a folder was written, without looking at the clock: the kernel tells (inotify).
final class FolderWatch: Sendable {
    private let descriptor: Int32
    private let names = Mutex<Set<String>>([])

    /// A watch over a folder; nil if there is none. `onChange` is called on a thread of the watch.
    init?(folder: String, onChange: @escaping @Sendable () -> Void) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { return nil }
        // A save is a write that is closed, or a finished file that is moved into place.
        guard inotify_add_watch(descriptor, folder, UInt32(IN_CLOSE_WRITE | IN_MOVED_TO)) >= 0 else {
            close(descriptor)
            return nil
        }
        let thread = Thread { [self] in watch(onChange) }
        thread.name = "folder watch"
        thread.start()
    }

    /// Names of files that were written since the last call.
    func takeNames() -> Set<String> {
        names.withLock { names in
            defer { names = [] }
            return names
        }
    }

    /// Lasts as long as the process: the watch is made once, for the operator's own themes.
    private func watch(_ onChange: @Sendable () -> Void) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let headerSize = MemoryLayout<inotify_event>.size
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return }
            var start = 0
            while start + headerSize <= count {
                let length = buffer.withUnsafeBytes { bytes in
                    Int(bytes.loadUnaligned(fromByteOffset: start + 12, as: UInt32.self))
                }
                let name = buffer[(start + headerSize)..<min(count, start + headerSize + length)].prefix { $0 != 0 }
                names.withLock { _ = $0.insert(String(decoding: name, as: UTF8.self)) }
                start += headerSize + length
            }
            onChange()
        }
    }
}
