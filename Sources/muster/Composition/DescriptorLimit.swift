import Foundation

/// How many files and connections this process may have open at once.
enum DescriptorLimit {
    /// Those that the journal, the files of releases and the consoles need beside the connections of devices.
    static let reserve = 512

    /// Asks the system for as many as it grants without further rights.
    /// - Returns: How many connections that leaves.
    static func raise() -> Int {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0 else { return reserve }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if setrlimit(kind, &raised) == 0 { limit = raised }
        return max(64, Int(clamping: limit.rlim_cur) - reserve)
    }
}
