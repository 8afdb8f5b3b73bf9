extension FleetState {
    /// Commands that are looked through for the latest of each operator.
    private static let lookBack = 200

    /// The latest command that each operator gave and that was carried out, latest first, so many at most. What an engine took
    /// over from files when it started is nobody's.
    public func latestCommands(atMost count: Int) -> [(at: Timestamp, record: CommandRecord)] {
        var found: [(at: Timestamp, record: CommandRecord)] = []
        for entry in recentCommands.entries.suffix(Self.lookBack).reversed() where found.count < count {
            let origin = entry.record.origin
            guard entry.refusal == nil, origin.source != "files",
                !found.contains(where: { $0.record.origin.operatorName == origin.operatorName })
            else { continue }
            found.append((entry.at, entry.record))
        }
        return found
    }
}
