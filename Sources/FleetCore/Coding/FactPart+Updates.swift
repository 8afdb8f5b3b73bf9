extension UpdateDefinition: FactPart {
    package static var partName: String { "an update" }
    package func write(to writer: inout FactWriter) {
        writer.write(id, title, release, selector, strategy, window)
        writer.write(allowsDowngrade, requiresApproval, inFlight, startsPerMinute, freezeOverride, seed)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            id: try reader.read(), title: try reader.read(), release: try reader.read(),
            selector: try reader.read(), strategy: try reader.read(), window: try reader.read())
        allowsDowngrade = try reader.read()
        requiresApproval = try reader.read()
        inFlight = try reader.read()
        startsPerMinute = try reader.read()
        freezeOverride = try reader.read()
        seed = try reader.read()
    }
}

extension Strategy: FactPart {
    package static var partName: String { "a strategy" }
    package func write(to writer: inout FactWriter) {
        switch self {
        case .immediate(let offline):
            writer.write(byte: 0)
            writer.write(offline)
        case .scheduled(let missed):
            writer.write(byte: 1)
            writer.write(missed)
        case .progressive(let phases, let onFailure):
            writer.write(byte: 2)
            writer.write(phases, onFailure)
        case .onConnect(let expires):
            writer.write(byte: 3)
            writer.write(expires)
        }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: self = .immediate(offline: try reader.read())
        case 1: self = .scheduled(missed: try reader.read())
        case 2: self = .progressive(phases: try reader.read(), onFailure: try reader.read())
        case 3: self = .onConnect(expires: try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }
}

extension PhaseDefinition: FactPart {
    package static var partName: String { "a phase" }
    package func write(to writer: inout FactWriter) { writer.write(name, percent, gate, wait) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            name: try reader.read(), percent: try reader.read(), gate: try reader.read(), wait: try reader.read())
    }
}

extension WindowSchedule: FactPart {
    package static var partName: String { "a window" }
    package func write(to writer: inout FactWriter) { writer.write(opensAt, closesAt, timeZone, recurrence) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            opensAt: try reader.read(), closesAt: try reader.read(), timeZone: try reader.read(),
            recurrence: try reader.read())
    }
}

extension WindowSchedule.Recurrence: FactPart {
    package static var partName: String { "the days of a window" }
    package func write(to writer: inout FactWriter) {
        switch self {
        case .once(let date):
            writer.write(byte: 0)
            writer.write(date)
        case .weekly(let days):
            writer.write(byte: 1)
            writer.write(days)
        }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: self = .once(try reader.read())
        case 1: self = .weekly(try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }
}
