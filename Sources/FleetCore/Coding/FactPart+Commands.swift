extension Origin: FactPart {
    package static var partName: String { "the origin of a command" }
    package func write(to writer: inout FactWriter) { writer.write(operatorName, source, reason) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(operatorName: try reader.read(), source: try reader.read(), reason: try reader.read())
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
