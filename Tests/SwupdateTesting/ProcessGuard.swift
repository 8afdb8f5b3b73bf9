import Foundation
import Glibc

/// Ends the daemons of this process when this process is gone, however it went: a shell that knows them reads a pipe,
/// and when the pipe is closed it kills those that are left.
package final class ProcessGuard: Sendable {
    /// The guard of this process.
    package static let shared = ProcessGuard()

    /// `+N`: the group N has begun; `-N`: it has ended, and its number may become another's.
    private static let script = """
        groups=' '
        while read -r line; do
            case $line in
                +*) groups="$groups${line#+} " ;;
                -*) groups="${groups%% ${line#-} *} ${groups#* ${line#-} }" ;;
            esac
        done
        for group in $groups; do kill -9 -- "-$group"; done 2>/dev/null
        """

    private let input: Int32

    private init() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            input = -1
            return
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        input = ends[1]
        Spawn.startGuard(["sh", "-c", Self.script], input: ends[0])
        close(ends[0])
    }

    /// A process began that leads a group of its own.
    package func began(_ group: pid_t) { write("+\(group)\n") }

    /// The whole group has ended.
    package func ended(_ group: pid_t) { write("-\(group)\n") }

    /// A line is shorter than what a pipe takes in one piece.
    private func write(_ line: String) {
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(input, $0.baseAddress, $0.count) }
    }
}
