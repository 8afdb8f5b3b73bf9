import Cells
import Foundation
import Synchronization

/// Lines of a log on their way to a file, written by a thread of their own: who logs waits neither for a disk nor for a
/// pipe that nobody reads, and a line that cannot be written stops nothing.
final class LogQueue: Sendable {
    /// Bytes of the lines that wait at most; further ones are left out and counted.
    static let mostBytes = 4 << 20
    /// How long the end of a process waits for lines that are not yet written.
    static let flushTime = DispatchTimeInterval.seconds(2)

    private struct Backlog {
        var bytes = 0
        var leftOut = 0
    }

    private let backlog = Mutex(Backlog())
    private let queue = DispatchQueue(label: "muster.log")
    private let write: @Sendable (Data) -> Void

    /// - Parameter write: Writes a line, on the queue's thread; may block.
    init(_ write: @escaping @Sendable (Data) -> Void) { self.write = write }

    /// The log of a process without a screen.
    static func standardError() -> LogQueue { LogQueue { try? FileHandle.standardError.write(contentsOf: $0) } }

    /// A log in the state folder, in a file of bounded size, for a process that has a screen.
    static func file(_ name: String, in directory: String) throws -> LogQueue {
        let path = "\(directory)/\(name)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard let file = LogFile(path: path) else {
            printError("muster: \(TextWidth.sanitised(path)) cannot be written: \(String(cString: strerror(errno)))")
            throw ExitStatus.failed
        }
        return LogQueue { file.append($0) }
    }

    /// Takes a line, whole and with its end.
    func add(_ line: Data) {
        let hasRoom = backlog.withLock { backlog in
            guard backlog.bytes + line.count <= Self.mostBytes else {
                backlog.leftOut += 1
                return false
            }
            backlog.bytes += line.count
            return true
        }
        guard hasRoom else { return }
        queue.async { [self] in
            write(line)
            let leftOut = backlog.withLock { backlog in
                backlog.bytes -= line.count
                defer { backlog.leftOut = 0 }
                return backlog.leftOut
            }
            if leftOut > 0 { write(Self.notice(leftOut)) }
        }
    }

    /// Waits until the lines so far are written, or have had their time.
    func flush() {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + Self.flushTime)
    }

    private static func notice(_ count: Int) -> Data {
        Data(
            (#"{"count":"\#(count)","level":"warning","message":"lines were left out, as the log is not written so fast","#
                + #""time":"\#(WallClock.now.iso)"}"# + "\n").utf8)
    }
}
