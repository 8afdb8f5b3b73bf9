import Foundation

/// Memory that a process holds, in MiB.
/// - Parameter process: Its number; nil: this one.
func residentMemory(of process: pid_t? = nil) -> Int {
    let name = process.map { "\($0)" } ?? "self"
    let text = (try? String(contentsOfFile: "/proc/\(name)/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return (pages * Int(getpagesize())) >> 20
}

/// A number that the environment may set, for runs by hand.
func scale(_ name: String, _ standard: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
}
