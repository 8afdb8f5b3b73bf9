import FleetCore
import Testing

/// Any bytes give a fact or a failure that says where and what; never a trap, never a reservation by a claim.
struct CodingHostileBytesTests {
    /// What is read from random bytes is written as those very bytes: there is one spelling of each fact in a format.
    @Test func randomBytesGiveAFactOrAFailure() throws {
        var generator = FactGenerator(seed: 0xbad_5eed)
        var facts = 0
        for round in 0..<100_000 {
            var bytes = generator.bytes(upTo: 64)
            // Past the first two bytes, or nearly nothing would get there.
            if round % 4 > 0, bytes.count > 2 { bytes[0] = kind(round).rawValue }
            if round % 4 > 1, bytes.count > 2 { bytes[1] = kind(round).formatVersion }
            guard let fact = outcome(of: bytes) else { continue }
            facts += 1
            if bytes[1] == fact.event.kind.formatVersion { #expect(FactCoder.encode(fact) == bytes) }
        }
        #expect(facts > 0)
    }

    @Test(arguments: EventKind.allCases)
    func oneChangedByteGivesAFactOrAFailure(kind: EventKind) {
        var generator = FactGenerator(seed: 0xf11b + UInt64(kind.rawValue))
        for _ in 0..<200 {
            var bytes = FactCoder.encode(generator.fact(of: kind))
            let place = generator.below(bytes.count)
            bytes[place] ^= UInt8(1 << generator.below(8))
            guard let fact = outcome(of: bytes), bytes[1] == fact.event.kind.formatVersion else { continue }
            #expect(FactCoder.encode(fact) == bytes)
        }
    }

    @Test(
        arguments: [
            ([], DecodingFailure(offset: 0, expected: "the kind of an event")),
            ([0], DecodingFailure(offset: 0, expected: "the kind of an event")),
            ([1], DecodingFailure(offset: 1, expected: "the version of a format")),
            ([1, 9], DecodingFailure(offset: 1, expected: "format 1 of engineStarted")),
            ([1, 1], DecodingFailure(offset: 2, expected: "a number")),
            // A number that ends in an empty group, and one of more than 64 bits.
            ([1, 1, 0x80, 0], DecodingFailure(offset: 2, expected: "a number")),
            ([1, 1] + Array(repeating: 0xff, count: 9) + [2], DecodingFailure(offset: 2, expected: "a number")),
            // A device's status that there is not.
            ([20, 1, 0, 0, 3], DecodingFailure(offset: 4, expected: "a device's status")),
            // A device's index of 33 bits, and an update's of 17.
            ([20, 1, 0, 0x80, 0x80, 0x80, 0x80, 0x10, 0], DecodingFailure(offset: 3, expected: "a number of 32 bits")),
            ([35, 1, 0, 0x80, 0x80, 4], DecodingFailure(offset: 3, expected: "a number of 16 bits")),
            // A text that is no UTF-8.
            ([2, 1, 0, 2, 0xc3, 0x28], DecodingFailure(offset: 4, expected: "text in UTF-8")),
        ] as [([UInt8], DecodingFailure)])
    func failuresSayWhereAndWhat(bytes: [UInt8], failure: DecodingFailure) {
        #expect(throws: failure) { try FactCoder.decode(bytes) }
    }

    /// 2^62 sightings in four bytes: refused by the count of what is left, before anything is reserved.
    @Test func aClaimedCountIsCheckedAgainstWhatIsLeft() {
        let claim: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
        #expect(throws: DecodingFailure(offset: 3, expected: "the length of a list of a sighting, at most 4")) {
            try FactCoder.decode([21, 1, 0] + claim + [0, 0, 0, 0])
        }
    }

    @Test func aSelectorThatCannotBeReadIsRefused() throws {
        let selector = try Selector(parsing: "region = northeast")
        let definition = UpdateDefinition(
            id: "u", release: Version(1, 0, 0), selector: selector, strategy: .onConnect(expires: nil))
        var bytes = FactCoder.encode(Fact(at: Timestamp(milliseconds: 0), .updateDrafted(definition)))
        let place = try #require(bytes.firstRange(of: Array("region".utf8)))
        bytes.replaceSubrange(place, with: Array("regio=".utf8))
        let failure = #expect(throws: DecodingFailure.self) { try FactCoder.decode(bytes) }
        #expect(failure?.offset == place.lowerBound - 1)
        #expect(failure?.expected.hasPrefix("a selector (") == true)
    }

    @Test func moreBytesThanAFactMayHaveAreNotLookedAt() {
        let bytes = [UInt8](repeating: 1, count: FactCoder.maximumLength + 1)
        let failure = DecodingFailure(
            offset: FactCoder.maximumLength, expected: "no more than \(FactCoder.maximumLength) bytes")
        #expect(throws: failure) { try FactCoder.decode(bytes) }
    }

    private func kind(_ round: Int) -> EventKind {
        EventKind.allCases[round % EventKind.allCases.count]
    }

    /// Typed throws make every other error impossible; a trap would end the test run.
    private func outcome(of bytes: [UInt8]) -> Fact? {
        do throws(DecodingFailure) { return try FactCoder.decode(bytes) } catch {
            #expect((0...bytes.count).contains(error.offset))
            return nil
        }
    }
}
