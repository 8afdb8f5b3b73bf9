import FleetCore
import Testing

/// What is written is what is read, for every kind of event.
struct CodingRoundTripTests {
    @Test(arguments: EventKind.allCases)
    func randomFactsComeBackAsTheyWere(kind: EventKind) throws {
        var generator = FactGenerator(seed: 0x5eed + UInt64(kind.rawValue))
        for _ in 0..<200 {
            let fact = generator.fact(of: kind)
            #expect(fact.event.kind == kind)
            #expect(try FactCoder.decode(FactCoder.encode(fact)) == fact)
        }
    }

    @Test(arguments: EventKind.allCases)
    func everyPrefixIsRefusedWhereItEnds(kind: EventKind) {
        var generator = FactGenerator(seed: 0xc07 + UInt64(kind.rawValue))
        for _ in 0..<10 {
            let bytes = FactCoder.encode(generator.fact(of: kind))
            for length in bytes.indices {
                let failure = #expect(throws: DecodingFailure.self) { try FactCoder.decode(Array(bytes[..<length])) }
                #expect((failure?.offset ?? .max) <= length)
            }
        }
    }

    @Test(arguments: EventKind.allCases)
    func bytesBehindTheFactAreRefused(kind: EventKind) {
        var generator = FactGenerator(seed: 0xe4d + UInt64(kind.rawValue))
        let bytes = FactCoder.encode(generator.fact(of: kind))
        #expect(throws: DecodingFailure(offset: bytes.count, expected: "the end of the fact")) {
            try FactCoder.decode(bytes + [0])
        }
    }

    @Test func encodingIntoABufferKeepsWhatIsThere() {
        let fact = Fact(at: Timestamp(milliseconds: -1), .engineStarted)
        var bytes: [UInt8] = [9, 9]
        FactCoder.encode(fact, into: &bytes)
        #expect(bytes == [9, 9, 1, 1, 1])
    }

    @Test func textsKeepTheirBytes() throws {
        let fact = Fact(at: Timestamp(milliseconds: 0), .commandAccepted(command(reason: "e\u{301} é \u{202e}\0")))
        let bytes = FactCoder.encode(fact)
        #expect(FactCoder.encode(try FactCoder.decode(bytes)) == bytes)
    }

    @Test func aMillionTargetsAreRead() throws {
        let targets = (0..<1_000_000).map { DeviceIndex(UInt32($0)) }
        let fact = Fact(
            at: Timestamp(milliseconds: 1),
            .updateStarted(UpdateIndex(3), targets: targets, skipped: [], phaseSizes: [10_000, 1_000_000]))
        #expect(try FactCoder.decode(FactCoder.encode(fact)) == fact)
    }

    private func command(reason: String) -> CommandRecord {
        CommandRecord(
            verb: "pause", object: "u1", origin: Origin(operatorName: "ada", source: "console", reason: reason))
    }
}
