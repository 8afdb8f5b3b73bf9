import FleetEngine

/// The engine's inbox behind a bound: of a storm of devices no more reach it than it can answer soon.
enum BoundedEntry {
    /// An entry that takes a call only while fewer than so many are under way.
    static func make(
        _ entry: @escaping EngineDesk.Entry, most: Int, _ meters: GatewayMeters
    ) -> EngineDesk.Entry {
        { call, completion in
            guard meters.callsUnderWay.add(1, ordering: .relaxed).newValue <= most else {
                meters.callsUnderWay.subtract(1, ordering: .relaxed)
                return false
            }
            let isTaken = entry(call) { reply in
                meters.callsUnderWay.subtract(1, ordering: .relaxed)
                completion(reply)
            }
            if !isTaken { meters.callsUnderWay.subtract(1, ordering: .relaxed) }
            return isTaken
        }
    }
}
