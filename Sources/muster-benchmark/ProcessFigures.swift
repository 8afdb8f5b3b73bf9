import Foundation

/// What the kernel says of a process.
enum ProcessFigures {
    /// Bytes of this process in memory, after what was freed has been given back.
    static func residentBytes() -> Int {
        giveBackFreed()
        return residentBytes(of: getpid())
    }

    /// Bytes of a process in memory.
    static func residentBytes(of process: pid_t) -> Int {
        let fields = read("/proc/\(process)/statm").split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }

    /// The most bytes of a process that were in memory at any time.
    static func peakBytes(of process: pid_t) -> Int {
        let line = read("/proc/\(process)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    /// Processor time that a process has used, in ticks of `secondsPerTick`.
    static func ticks(of process: pid_t) -> Int {
        // The name stands in brackets and may hold spaces.
        let fields = read("/proc/\(process)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else { return 0 }
        return user + system
    }

    /// A process and those it has started.
    static func family(of process: pid_t) -> [pid_t] {
        let children = read("/proc/\(process)/task/\(process)/children").split(separator: " ").compactMap { pid_t($0) }
        return [process] + children
    }

    static var secondsPerTick: Double { 1 / Double(sysconf(Int32(_SC_CLK_TCK))) }

    /// How often the threads of a process have waited for something.
    static func wakes(of process: pid_t) -> Int {
        let folder = "/proc/\(process)/task"
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return tasks.reduce(0) { sum, task in
            let line = read("\(folder)/\(task)/status").split(separator: "\n").first { $0.hasPrefix("voluntary") }
            return sum + (line.flatMap { Int($0.split(separator: "\t").last ?? "") } ?? 0)
        }
    }

    private static func read(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }

    /// glibc keeps what was freed; Swift's module does not show the call that ends it.
    private static func giveBackFreed() {
        typealias Trim = @convention(c) (Int) -> Int32
        guard let symbol = dlsym(dlopen(nil, RTLD_NOW), "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    }
}
