import FleetCore
import FleetEngine

/// A log that passes facts on and keeps the hash of their trace.
public final class TracingLog: FactLog {
    /// Facts that became durable through it.
    public private(set) var factCount = 0
    /// The hash of them.
    public private(set) var trace = TraceHash()
    private let log: any FactLog

    /// A log in front of another. Facts the other holds already take no part in the trace.
    public init(_ log: any FactLog) {
        self.log = log
    }

    public func append(_ facts: [Fact]) throws(FactLogError) {
        try log.append(facts)
        for fact in facts { trace.absorb(fact) }
        factCount += facts.count
    }

    public func replay(_ body: ([Fact]) -> Void) throws(FactLogError) {
        try log.replay(body)
    }
}
