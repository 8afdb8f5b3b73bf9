import FleetCore
import FleetEngine

extension RowRange: FactPart {
    package static var partName: String { "a stretch of rows" }
    package func write(to writer: inout FactWriter) { writer.write(offset, count) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(offset: try reader.read(), count: try reader.read())
    }
}

extension DeviceSort: FactPart {
    package static var partName: String { "an order of devices" }
    package func write(to writer: inout FactWriter) { writer.write(key, isReversed) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(try reader.read(), reversed: try reader.read())
    }
}

extension DeviceSortKey: FactCase { package static var partName: String { "what devices are sorted by" } }

extension DeviceFilter: FactPart {
    package static var partName: String { "a filter" }
    package func write(to writer: inout FactWriter) {
        switch self {
        case .everything: writer.write(byte: 0)
        case .text(let text):
            writer.write(byte: 1)
            writer.write(text)
        case .selector(let selector):
            writer.write(byte: 2)
            writer.write(selector)
        }
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        switch try reader.byte(Self.partName) {
        case 0: self = .everything
        case 1: self = .text(try reader.read())
        case 2: self = .selector(try reader.read())
        default: throw DecodingFailure(offset: start, expected: Self.partName)
        }
    }
}

extension ViewQuery: FactPart {
    package static var partName: String { "a query" }
    package func write(to writer: inout FactWriter) {
        writer.write(
            update, filter, sort, deviceRows, selectedDevice, followsSelection, region, queueRows, eventCount, detail,
            rollbackPreview, startPreview, retryPreview)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init()
        update = try reader.read()
        filter = try reader.read()
        sort = try reader.read()
        deviceRows = try reader.read()
        selectedDevice = try reader.read()
        followsSelection = try reader.read()
        region = try reader.read()
        queueRows = try reader.read()
        eventCount = try reader.read()
        detail = try reader.read()
        rollbackPreview = try reader.read()
        startPreview = try reader.read()
        retryPreview = try reader.read()
    }
}
