extension Origin: FactPart {
    static var partName: String { "the origin of a command" }
    func write(to writer: inout FactWriter) { writer.write(operatorName, source, reason) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(operatorName: try reader.read(), source: try reader.read(), reason: try reader.read())
    }
}

extension CommandRecord: FactPart {
    static var partName: String { "a command" }
    func write(to writer: inout FactWriter) { writer.write(verb, object, origin) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(verb: try reader.read(), object: try reader.read(), origin: try reader.read())
    }
}

extension Refusal: FactPart {
    static var partName: String { "a refusal" }
    func write(to writer: inout FactWriter) { writer.write(message, remedy) }
    init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(try reader.read(), remedy: try reader.read())
    }
}
