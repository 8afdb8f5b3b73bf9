import DeviceGateway
import Foundation

/// How many files and connections this process may have open at once, and what they are for. There must always be some
/// to spare: the system's library of threads ends a process that has none.
struct DescriptorBudget: Hashable {
    /// Kept back for all that is no connection of a device, if the limit is not low.
    static let usualReserve = 512
    /// What there is beside connections of devices and files of releases: the journal, commands, consoles, connections
    /// that are about to be refused; and for each processor, what its event loop waits by.
    static let own = 64 + GatewayLimits.mostBeyond, perProcessor = 4
    /// Fewer connections or files of releases are of no use.
    static let fewestConnections = 16, fewestFiles = 16

    /// Connections of devices.
    var connections: Int
    /// Files of releases that are held open.
    var files: Int

    /// The budget of a process that may open so many; nil: they are too few.
    init?(limit: Int, processors: Int) {
        let own = Self.own + Self.perProcessor * processors
        let reserve = max(min(Self.usualReserve, limit / 2), own + Self.fewestFiles)
        guard limit - reserve >= Self.fewestConnections else { return nil }
        connections = limit - reserve
        files = min(StoredFiles.mostOpen, reserve - own)
    }

    /// Asks the system for as many as it grants without further rights.
    /// - Returns: How many that is.
    static func raise() -> Int {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        // The least that any system grants.
        guard getrlimit(kind, &limit) == 0 else { return 1024 }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        if setrlimit(kind, &raised) == 0 { limit = raised }
        return Int(clamping: limit.rlim_cur)
    }
}
