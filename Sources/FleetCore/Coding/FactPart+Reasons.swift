extension FailureCause: FactPart {
    package static var partName: String { "the cause of a failure" }
    package func write(to writer: inout FactWriter) { writer.write(code, isPermanent) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(code: try reader.read(), isPermanent: try reader.read())
    }
}

extension EndReason: FactPart {
    package static var partName: String { "the reason of an end" }
    package func write(to writer: inout FactWriter) {
        writer.write(byte: number)
        switch self {
        case .offline, .neverSeen, .decommissioned, .missedWindow, .expired, .rolledBack, .held: break
        case .alreadyOn(let version), .onNewer(let version), .releaseMissing(let version),
            .releaseWithoutFiles(let version):
            writer.write(version)
        case .superseded(let text), .cancelled(let text), .gateFailed(let text): writer.write(text)
        case .failed(let cause): writer.write(cause)
        }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: self = .offline
        case 1: self = .neverSeen
        case 2: self = .alreadyOn(try reader.read())
        case 3: self = .onNewer(try reader.read())
        case 4: self = .decommissioned
        case 5: self = .missedWindow
        case 6: self = .superseded(by: try reader.read())
        case 7: self = .expired
        case 8: self = .cancelled(by: try reader.read())
        case 9: self = .gateFailed(phase: try reader.read())
        case 10: self = .rolledBack
        case 11: self = .failed(try reader.read())
        case 12: self = .held
        case 13: self = .releaseMissing(try reader.read())
        case 14: self = .releaseWithoutFiles(try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }

    private var number: UInt8 {
        switch self {
        case .offline: 0
        case .neverSeen: 1
        case .alreadyOn: 2
        case .onNewer: 3
        case .decommissioned: 4
        case .missedWindow: 5
        case .superseded: 6
        case .expired: 7
        case .cancelled: 8
        case .gateFailed: 9
        case .rolledBack: 10
        case .failed: 11
        case .held: 12
        case .releaseMissing: 13
        case .releaseWithoutFiles: 14
        }
    }
}

extension PauseReason: FactPart {
    package static var partName: String { "the reason of a pause" }
    package func write(to writer: inout FactWriter) {
        switch self {
        case .operatorPaused(let name):
            writer.write(byte: 0)
            writer.write(name)
        case .inconclusive(let phase):
            writer.write(byte: 1)
            writer.write(phase)
        case .gateFailed(let phase):
            writer.write(byte: 2)
            writer.write(phase)
        }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: self = .operatorPaused(name: try reader.read())
        case 1: self = .inconclusive(phase: try reader.read())
        case 2: self = .gateFailed(phase: try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }
}

extension HoldReason: FactPart {
    package static var partName: String { "the reason of a hold" }
    package func write(to writer: inout FactWriter) {
        switch self {
        case .twoUnderOneID(let evidence):
            writer.write(byte: 0)
            writer.write(evidence)
        }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: self = .twoUnderOneID(evidence: try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }
}

extension Skip: FactPart {
    package static var partName: String { "a skipped device" }
    package func write(to writer: inout FactWriter) { writer.write(device, reason) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(device: try reader.read(), reason: try reader.read())
    }
}
