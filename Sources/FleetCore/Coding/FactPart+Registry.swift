extension Tag: FactPart {
    package static var partName: String { "a tag" }
    package func write(to writer: inout FactWriter) { writer.write(name, value) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(try reader.read(), try reader.read())
    }
}

extension DeviceRecord: FactPart {
    package static var partName: String { "a device" }
    package func write(to writer: inout FactWriter) {
        writer.write(id, name, address, site, region, location, tags, timeZone, firmware, status, lifecycle, lastSeen)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            id: try reader.read(), name: try reader.read(), address: try reader.read(), site: try reader.read(),
            region: try reader.read(), location: try reader.read(), tags: try reader.read(),
            timeZone: try reader.read(), firmware: try reader.read(), status: try reader.read(),
            lifecycle: try reader.read(), lastSeen: try reader.read())
    }
}

extension Sighting: FactPart {
    package static var partName: String { "a sighting" }
    package func write(to writer: inout FactWriter) { writer.write(device, at) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(device: try reader.read(), at: try reader.read())
    }
}

extension Artifact: FactPart {
    package static var partName: String { "an artifact" }
    package func write(to writer: inout FactWriter) { writer.write(name, size, sha256) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(name: try reader.read(), size: try reader.read(), sha256: try reader.read())
    }
}

extension Release: FactPart {
    package static var partName: String { "a release" }
    package func write(to writer: inout FactWriter) { writer.write(version, notes, artifacts) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(version: try reader.read(), notes: try reader.read(), artifacts: try reader.read())
    }
}
