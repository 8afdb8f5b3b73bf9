extension DeviceStatus: FactCase { package static var partName: String { "a device's status" } }
extension DeviceLifecycle: FactCase { package static var partName: String { "a device's lifecycle" } }
extension UpdateStatus: FactCase { package static var partName: String { "an update's status" } }
extension AttemptStep: FactCase { package static var partName: String { "an attempt's step" } }
extension GateVerdict: FactCase { package static var partName: String { "a gate's verdict" } }
extension OfflinePolicy: FactCase { package static var partName: String { "a policy for offline devices" } }
extension MissedPolicy: FactCase { package static var partName: String { "a policy for missed windows" } }
extension FailurePolicy: FactCase { package static var partName: String { "a policy for failed gates" } }
extension Weekday: FactCase { package static var partName: String { "a day of the week" } }

extension DeviceIndex: FactPart {
    package static var partName: String { "a device's index" }
    package func write(to writer: inout FactWriter) { writer.write(rawValue) }
    package init(from reader: inout FactReader) throws(DecodingFailure) { self.init(try reader.read()) }
}

extension UpdateIndex: FactPart {
    package static var partName: String { "an update's index" }
    package func write(to writer: inout FactWriter) { writer.write(rawValue) }
    package init(from reader: inout FactReader) throws(DecodingFailure) { self.init(try reader.read()) }
}

extension Timestamp: FactPart {
    package static var partName: String { "a moment" }
    package func write(to writer: inout FactWriter) { writer.write(milliseconds) }
    package init(from reader: inout FactReader) throws(DecodingFailure) { self.init(milliseconds: try reader.read()) }
}

/// Whole seconds, then the attoseconds left over, with the same sign: nothing is rounded away.
extension Duration: FactPart {
    package static var partName: String { "a duration" }
    package func write(to writer: inout FactWriter) {
        let (seconds, attoseconds) = components
        writer.write(seconds, attoseconds)
    }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        let seconds: Int64 = try reader.read()
        let attoseconds: Int64 = try reader.read()
        let isBelowSecond = attoseconds.magnitude < 1_000_000_000_000_000_000
        let hasOneSign = attoseconds == 0 || seconds == 0 || (attoseconds < 0) == (seconds < 0)
        guard isBelowSecond, hasOneSign else { throw DecodingFailure(offset: start, expected: Self.partName) }
        self.init(secondsComponent: seconds, attosecondsComponent: attoseconds)
    }
}

extension Version: FactPart {
    package static var partName: String { "a version" }
    package func write(to writer: inout FactWriter) { writer.write(major, minor, patch, prerelease, build) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(
            try reader.read(), try reader.read(), try reader.read(), prerelease: try reader.read(),
            build: try reader.read())
    }
}

/// As it was written; what it means is read from that again.
extension Selector: FactPart {
    package static var partName: String { "a selector" }
    package func write(to writer: inout FactWriter) { writer.write(source) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        let start = reader.offset
        let source: String = try reader.read()
        do { try self.init(parsing: source) } catch {
            throw DecodingFailure(offset: start, expected: "\(Self.partName) (\(error))")
        }
        // The parser drops blanks around the text, so the text without them is its one spelling.
        guard self.source == source else { throw DecodingFailure(offset: start, expected: Self.partName) }
    }
}

extension LocalDate: FactPart {
    package static var partName: String { "a date" }
    package func write(to writer: inout FactWriter) { writer.write(year, month, day) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(year: try reader.read(), month: try reader.read(), day: try reader.read())
    }
}

extension LocalDateTime: FactPart {
    package static var partName: String { "a local time" }
    package func write(to writer: inout FactWriter) { writer.write(date, secondOfDay) }
    package init(from reader: inout FactReader) throws(DecodingFailure) {
        self.init(date: try reader.read(), secondOfDay: try reader.read())
    }
}
