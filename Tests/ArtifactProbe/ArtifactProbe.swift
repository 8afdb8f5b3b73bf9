import ArtifactStore
import Foundation

/// `ArtifactProbe STORE FILE [bytes=N]`: adds a file to a store, and prints its SHA-256 and the most memory, in KiB, that
/// the process had. `bytes=N` is the most that a file may have. It says `copying` when it is at work.
@main
struct ArtifactProbe {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count >= 2 else { exit(2) }
        if let bytes = arguments.dropFirst(2).first?.split(separator: "=").last.flatMap({ UInt64($0) }) { limit(bytes) }
        let store = ArtifactStore(folder: arguments[1])
        var isCopying = false
        do {
            let stored = try store.add(path: arguments[2]) { _ in
                if !isCopying { say("copying") }
                isCopying = true
            }
            say("\(stored.sha256) \(peak())")
        } catch {
            say("\(error)")
            exit(1)
        }
    }

    /// What is written behind the limit fails like a full disk, instead of ending the process.
    private static func limit(_ bytes: UInt64) {
        signal(SIGXFSZ, SIG_IGN)
        var limits = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
        #if canImport(Glibc)
            _ = setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limits)
        #else
            _ = setrlimit(RLIMIT_FSIZE, &limits)
        #endif
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    /// The high-water mark of resident memory. That of `getrusage` would be the parent's where that had more.
    private static func peak() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").compactMap { Int($0) }.first ?? 0
    }
}
