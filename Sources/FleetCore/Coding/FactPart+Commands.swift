extension Origin: FactPart {
    package static var partName: String { "the origin of a command" }
    package func write(to writer: inout FactWriter) {
        writer.write(operatorName, source, reason, user, role, key, basis)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(operatorName: try reader.read(), source: try reader.read(), reason: try reader.read())
        guard reader.format >= 2 else { return }
        user = try reader.read()
        role = try reader.read()
        key = try reader.read()
        basis = try reader.read()
    }
}

extension CommandRecord: FactPart {
    package static var partName: String { "a command" }
    package func write(to writer: inout FactWriter) { writer.write(verb, object, origin) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(verb: try reader.read(), object: try reader.read(), origin: try reader.read())
    }
}

extension Refusal: FactPart {
    package static var partName: String { "a refusal" }
    package func write(to writer: inout FactWriter) { writer.write(message, remedy) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(try reader.read(), remedy: try reader.read())
    }
}

extension Role: FactCase {
    package static var partName: String { "a role" }
}

extension CommandKey: FactPart {
    package static var partName: String { "the key of a command" }
    package func write(to writer: inout FactWriter) { writer.write(high, low) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(high: try reader.read(), low: try reader.read())
    }
}

extension Proposal.Deed: FactCase {
    package static var partName: String { "what needs a second person" }
}

extension Proposal: FactPart {
    package static var partName: String { "what waits for a second person" }
    package func write(to writer: inout FactWriter) { writer.write(deed, devices, name, user) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(try reader.read(), devices: try reader.read(), by: try reader.read(), user: try reader.read())
    }
}

extension RecentCommand: FactPart {
    package static var partName: String { "a command of late" }
    package func write(to writer: inout FactWriter) { writer.write(revision, at, record, refusal) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            revision: try reader.read(), at: try reader.read(), record: try reader.read(), refusal: try reader.read())
    }
}
