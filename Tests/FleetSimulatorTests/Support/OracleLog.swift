import FleetCore
import FleetEngine
import FleetSimulator

/// A log that shows every commit to an oracle.
final class OracleLog: FactLog {
    private(set) var oracle = Oracle()
    private(set) var facts: [Fact] = []

    func append(_ facts: [Fact]) {
        self.facts += facts
        oracle.observe(.committed(facts, epoch: 1))
    }

    func replay(_ body: ([Fact]) -> Void) { body(facts) }

    /// Holds what the engine shows against what the oracle counted.
    func compare(_ state: FleetState) { oracle.observe(.shown(EngineReading(state))) }
}
