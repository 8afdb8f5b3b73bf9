/// A whole state as bytes: what a checkpoint keeps. Derived data: whatever is wrong with it, the facts tell the truth.
///
/// Values are spelled as in facts (`FactCoder`); a column of numbers is its count and then a block of them in full
/// width, little-endian. Look-ups are not written but made anew. Counters and lists that follow from other columns are
/// written and compared with what they follow from, so that a state that was read can be gone on with without a trap.
public enum StateCoder {
    /// The format in which this build writes a state, and the meaning of what is in it. Raised when a column is added
    /// or changed, and when `apply` makes another state of the same facts: a checkpoint of an older build would go on
    /// with the older meaning.
    public static let formatVersion: UInt8 = 9

    /// What must be the same in the build that wrote a state and in the one that reads it: the format of the state,
    /// and those of the values in it, which change with the formats of facts.
    public static var formatMark: UInt64 {
        var hash = StableHash(seed: UInt64(formatVersion))
        for kind in EventKind.allCases { hash.combine(bytes: [kind.rawValue, kind.formatVersion]) }
        return hash.value
    }

    /// Stored properties of the types that are written here. A test counts them, so that none is added without a place
    /// in the coding: then the number here and `formatVersion` go up together.
    static let storedProperties = [
        "FleetState": 12, "DeviceTable": 29, "DeviceIdentity": 3, "PlaceCount": 5, "StatusCounts": 3,
        "UpdateRecord": 25, "CauseKey": 2, "AssignmentTable": 16, "PhaseRecord": 10, "RecentCommands": 2,
        "RecentCommand": 4, "Proposal": 4, "Tally": 2, "Bitset": 2,
    ]

    /// The bytes of a state.
    public static func encode(_ state: FleetState) -> [UInt8] {
        var bytes: [UInt8] = []
        encode(state, into: &bytes)
        return bytes
    }

    /// Puts the bytes of a state behind those that are there.
    public static func encode(_ state: FleetState, into bytes: inout [UInt8]) {
        var writer = FactWriter()
        swap(&writer.bytes, &bytes)
        writer.bytes.reserveCapacity(writer.bytes.count + state.estimatedLength)
        writer.write(byte: formatVersion)
        state.write(to: &writer)
        swap(&writer.bytes, &bytes)
    }

    /// The state of these bytes, all of which it must use up. Any bytes give a state or a failure.
    public static func decode(_ bytes: [UInt8]) throws(DecodingFailure) -> FleetState {
        var reader = FactReader(bytes)
        guard try reader.byte("the version of a format") == formatVersion else {
            throw DecodingFailure(offset: 0, expected: "format \(formatVersion) of a state")
        }
        let state = try FleetState(from: &reader)
        guard reader.isAtEnd else { throw reader.failure("the end of the state") }
        return state
    }
}
