import Testing

@testable import FleetCore

/// Any bytes give a state or a failure, and a state that was given can be asked and gone on with.
@Suite struct StateHostileBytesTests {
    private let fixture: CoreFixture
    private let bytes: [UInt8]

    init() {
        var chance = TestChance(seed: 7)
        var fixture = CounterTests.fixture()
        for _ in 0..<150 { CounterTests.act(&fixture, &chance) }
        self.fixture = fixture
        bytes = StateCoder.encode(fixture.machine.state)
    }

    @Test func everyPrefixIsRefusedWhereItEnds() {
        for length in bytes.indices {
            let failure = #expect(throws: DecodingFailure.self) { try StateCoder.decode(Array(bytes[..<length])) }
            #expect((failure?.offset ?? .max) <= length)
        }
    }

    @Test func bytesBehindTheStateAreRefused() {
        #expect(throws: DecodingFailure(offset: bytes.count, expected: "the end of the state")) {
            try StateCoder.decode(bytes + [0])
        }
    }

    @Test func anotherFormatIsRefused() {
        var other = bytes
        other[0] += 1
        #expect(throws: DecodingFailure(offset: 0, expected: "format \(StateCoder.formatVersion) of a state")) {
            try StateCoder.decode(other)
        }
    }

    /// Two bits of every byte, so that no place is left to luck.
    @Test(arguments: 0..<8)
    func aFlippedBitGivesAStateThatWorksOrAFailure(bit: Int) {
        var states = 0
        for place in stride(from: bit % 4, to: bytes.count, by: 4) {
            var damaged = bytes
            damaged[place] ^= UInt8(1 << bit)
            guard let state = try? StateCoder.decode(damaged) else { continue }
            states += 1
            if states % 16 == 0 { goOn(from: state) }
        }
        #expect(states > 0)
    }

    @Test func randomBytesBehindAGoodBeginningGiveAStateOrAFailure() {
        var chance = TestChance(seed: 99)
        for _ in 0..<5000 {
            var damaged = bytes
            let start = chance.next(bytes.count), length = 1 + chance.next(16)
            for place in start..<min(start + length, bytes.count) { damaged[place] = UInt8(chance.next(256)) }
            if let state = try? StateCoder.decode(damaged) { goOn(from: state) }
        }
    }

    /// 2^62 updates in a few bytes: refused by the count of what is left, before anything is reserved.
    @Test func aClaimedLengthIsCheckedAgainstWhatIsLeft() {
        let empty = StateCoder.encode(FleetState())
        let claim: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
        for place in empty.indices where empty[place] == 0 {
            let damaged = Array(empty[..<place]) + claim + Array(empty[(place + 1)...])
            if let state = try? StateCoder.decode(damaged) { goOn(from: state) }
        }
    }

    /// A trap would end the test run.
    private func goOn(from state: FleetState) {
        var next = fixture
        next.machine = FleetMachine()
        next.machine.begin(from: state)
        next.machine.takeUp(now: next.now)
        next.machine.tick(now: next.now)
        var chance = TestChance(seed: 5)
        for _ in 0..<12 { CounterTests.act(&next, &chance) }
        next.pass(.hours(100))
        _ = next.machine.state.orders
    }
}
