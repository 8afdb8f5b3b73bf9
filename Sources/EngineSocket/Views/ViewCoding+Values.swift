import FleetCore
import FleetEngine

extension AssignmentState: FactCase { package static var partName: String { "an assignment's state" } }
extension EventRow.Kind: FactCase { package static var partName: String { "the kind of an event" } }
extension Alert.Severity: FactCase { package static var partName: String { "how severe an alert is" } }

/// Its bits, so that nothing is rounded.
extension Double: FactPart {
    package static var partName: String { "a fraction" }
    package func write(to writer: inout FactWriter) { writer.write(bitPattern) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        self.init(bitPattern: try reader.read())
        guard isFinite else { throw DecodingFailure(offset: start, expected: Self.partName) }
    }
}

extension ClosedRange: FactPart where Bound == Double {
    package static var partName: String { "an interval" }
    package func write(to writer: inout FactWriter) { writer.write(lowerBound, upperBound) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        let lower: Double = try reader.read(), upper: Double = try reader.read()
        guard lower <= upper else { throw DecodingFailure(offset: start, expected: Self.partName) }
        self = lower...upper
    }
}

extension EngineHealth: FactPart {
    package static var partName: String { "whether the engine works" }
    package func write(to writer: inout FactWriter) { writer.write(failure) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let failure: String? = try reader.read()
        self = failure.map { .stopped($0) } ?? .running
    }
}

extension LimitScope: FactPart {
    package static var partName: String { "a limit" }
    package func write(to writer: inout FactWriter) {
        switch self {
        case .fleet(let limit): writer.write(byte: 0, limit)
        case .region(let name, let limit): writer.write(byte: 1, name, limit)
        case .site(let name, let limit): writer.write(byte: 2, name, limit)
        case .update(let limit): writer.write(byte: 3, limit)
        }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: self = .fleet(try reader.read())
        case 1: self = .region(try reader.read(), try reader.read())
        case 2: self = .site(try reader.read(), try reader.read())
        case 3: self = .update(try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }
}

extension FactWriter {
    /// The number of a case and what it carries.
    mutating func write<each Part: FactPart>(byte: UInt8, _ part: repeat each Part) {
        write(byte: byte)
        repeat (each part).write(to: &self)
    }
}

extension WaitReason: FactPart {
    package static var partName: String { "why a device waits" }
    package func write(to writer: inout FactWriter) {
        switch self {
        case .notStarted: writer.write(byte: 0)
        case .awaitingApproval: writer.write(byte: 1)
        case .paused(let reason): writer.write(byte: 2, reason)
        case .window(let opensAt): writer.write(byte: 3, opensAt)
        case .freeze(let name, let until): writer.write(byte: 4, name, until)
        case .gate(let phase): writer.write(byte: 5, phase)
        case .soak(let phase, let until): writer.write(byte: 6, phase, until)
        case .approval(let phase): writer.write(byte: 7, phase)
        case .limit(let scope): writer.write(byte: 8, scope)
        case .rate(let until): writer.write(byte: 9, until)
        case .bandwidth(let region, let until): writer.write(byte: 10, region, until)
        case .floor(let site, let working): writer.write(byte: 11, site, working)
        case .offline(let since): writer.write(byte: 12, since)
        case .neverSeen: writer.write(byte: 13)
        case .nextContact: writer.write(byte: 14)
        case .backingOff(let until): writer.write(byte: 15, until)
        case .busy(let update): writer.write(byte: 16, update)
        case .due: writer.write(byte: 17)
        case .secondPerson(let name): writer.write(byte: 18, name)
        }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: self = .notStarted
        case 1: self = .awaitingApproval
        case 2: self = .paused(try reader.read())
        case 3: self = .window(opensAt: try reader.read())
        case 4: self = .freeze(name: try reader.read(), until: try reader.read())
        case 5: self = .gate(phase: try reader.read())
        case 6: self = .soak(phase: try reader.read(), until: try reader.read())
        case 7: self = .approval(phase: try reader.read())
        case 8: self = .limit(try reader.read())
        case 9: self = .rate(until: try reader.read())
        case 10: self = .bandwidth(region: try reader.read(), until: try reader.read())
        case 11: self = .floor(site: try reader.read(), working: try reader.read())
        case 12: self = .offline(since: try reader.read())
        case 13: self = .neverSeen
        case 14: self = .nextContact
        case 15: self = .backingOff(until: try reader.read())
        case 16: self = .busy(update: try reader.read())
        case 17: self = .due
        case 18: self = .secondPerson(askedBy: try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }
}
