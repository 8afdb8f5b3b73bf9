extension Tag: FactPart {
    static var partName: String { "a tag" }
    func write(to writer: inout FactWriter) { writer.write(name, value) }
    init(from reader: inout FactReader) throws(DecodingFailure) { self.init(try reader.read(), try reader.read()) }
}

extension DeviceRecord: FactPart {
    static var partName: String { "a device" }
    func write(to writer: inout FactWriter) {
        writer.write(id, name, address, site, region, location, tags, timeZone, firmware, status, lifecycle, lastSeen)
    }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            id: try reader.read(), name: try reader.read(), address: try reader.read(), site: try reader.read(),
            region: try reader.read(), location: try reader.read(), tags: try reader.read(),
            timeZone: try reader.read(), firmware: try reader.read(), status: try reader.read(),
            lifecycle: try reader.read(), lastSeen: try reader.read())
    }
}

extension Sighting: FactPart {
    static var partName: String { "a sighting" }
    func write(to writer: inout FactWriter) { writer.write(device, at) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(device: try reader.read(), at: try reader.read())
    }
}

extension Artifact: FactPart {
    static var partName: String { "an artifact" }
    func write(to writer: inout FactWriter) { writer.write(name, size, sha256) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(name: try reader.read(), size: try reader.read(), sha256: try reader.read())
    }
}

extension Release: FactPart {
    static var partName: String { "a release" }
    func write(to writer: inout FactWriter) { writer.write(version, notes, artifacts) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(version: try reader.read(), notes: try reader.read(), artifacts: try reader.read())
    }
}
