import Foundation

/// What agents cost while they wait on a held poll.
public struct IdleFigures: Sendable {
    /// Memory that is an agent's own, and what it is in all with its share of what others use too, in KiB: the median, and
    /// the most of any.
    public var ownKiB: Int, mostOwnKiB: Int, proportionalKiB: Int
    /// Processor time of one agent in an hour, in seconds, on average.
    public var processorSecondsAnHour: Double

    /// How long processor time is counted.
    private static let seconds = 20.0

    /// The figures in a line.
    var line: String {
        "idle agent: \(ownKiB) KiB of its own (most \(mostOwnKiB)), \(proportionalKiB) KiB with its share; "
            + "\(processorSecondsAnHour) s of processor time an hour"
    }

    static func measure(_ agents: [pid_t]) -> IdleFigures {
        let before = agents.map(ticks), began = ContinuousClock.now
        usleep(useconds_t(seconds * 1e6))
        let used = zip(before, agents.map(ticks)).reduce(0) { $0 + max(0, $1.1 - $1.0) }
        let elapsed = (ContinuousClock.now - began) / .seconds(1)
        let memory = agents.map { Self.memory(of: $0) }.sorted { $0.own < $1.own }
        let shares = memory.map(\.proportional).sorted()
        return IdleFigures(
            ownKiB: memory[memory.count / 2].own, mostOwnKiB: memory[memory.count - 1].own,
            proportionalKiB: shares[shares.count / 2],
            processorSecondsAnHour: Double(used) / Double(sysconf(Int32(_SC_CLK_TCK))) / Double(agents.count)
                * 3600 / elapsed)
    }

    /// User and system time (proc(5), fields 14 and 15 of `stat`).
    private static func ticks(of pid: pid_t) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13 else { return 0 }
        return (Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)
    }

    private static func memory(of pid: pid_t) -> (own: Int, proportional: Int) {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/smaps_rollup", encoding: .utf8)) ?? ""
        func sum(_ names: Set<String>) -> Int {
            text.split(separator: "\n").reduce(0) { sum, line in
                let words = line.split(separator: " ")
                guard words.count > 1, names.contains(String(words[0])) else { return sum }
                return sum + (Int(words[1]) ?? 0)
            }
        }
        return (sum(["Private_Clean:", "Private_Dirty:"]), sum(["Pss:"]))
    }
}
