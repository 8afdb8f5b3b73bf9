import FleetCore
import Testing

struct CodingTraceHashTests {
    @Test func theSameFactsGiveTheSameValue() {
        #expect(hash(of: facts(seed: 1)) == hash(of: facts(seed: 1)))
        #expect(hash(of: facts(seed: 1)) != hash(of: facts(seed: 2)))
    }

    @Test func orderCounts() {
        let forward = facts(seed: 3)
        #expect(hash(of: forward) != hash(of: forward.reversed()))
    }

    /// Fixed: a value of another build or another day must be comparable with today's.
    @Test func theValueIsFixed() {
        #expect(TraceHash().hex == "f52a15e9a9b5e89b")
        #expect(hash(of: [Fact(at: Timestamp(milliseconds: 0), .engineStarted)]) == "daa44b0615c79d27")
    }

    @Test func theHexadecimalFormHasSixteenDigits() {
        for seed in 0..<200 {
            var hash = TraceHash()
            for fact in facts(seed: UInt64(seed)) { hash.absorb(fact) }
            #expect(hash.hex.count == 16)
            #expect(UInt64(hash.hex, radix: 16) == hash.value)
        }
    }

    private func facts(seed: UInt64) -> [Fact] {
        var generator = FactGenerator(seed: seed)
        return EventKind.allCases.map { generator.fact(of: $0) }
    }

    private func hash(of facts: [Fact]) -> String {
        var hash = TraceHash()
        for fact in facts { hash.absorb(fact) }
        return hash.hex
    }
}
