import FleetCore

/// Reads `devices.csv` (RFC 4180): the first record names the columns, every further one is a device. Quoted fields may
/// hold commas, doubled quotes and line ends. An empty field counts as not given.
struct CSVDeviceReader: ~Copyable {
    /// Columns of a file.
    static let maximumColumns = 128

    private var window: ByteWindow
    private let onProgress: (Int64, Int) -> Void
    private var columns: [Column] = []
    private let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: ByteWindow.maximumRecord)

    private enum Column {
        case field(DeviceField)
        case tag(String)
    }

    /// How a field ended.
    private enum FieldEnd {
        case comma, record
    }

    /// A reader that says after each window how many bytes and devices it has read.
    init(_ window: consuming ByteWindow, onProgress: @escaping (_ bytes: Int64, _ devices: Int) -> Void) {
        self.window = window
        self.onProgress = onProgress
    }

    deinit { scratch.deallocate() }

    /// Reads everything into the intake. What cannot be read past stops it and is thrown.
    mutating func read(into intake: inout DeviceIntake) throws(ReadFault) {
        _ = try window.fill()
        passByteOrderMark()
        guard window.cursor < window.limit else {
            throw ReadFault(
                place: window.place, message: "the file is empty", remedy: "begin it with a line that names the columns"
            )
        }
        try readHeader(scope: intake.scope)
        while true {
            if try window.fill() { onProgress(window.bytesConsumed, intake.devices.count) }
            guard window.cursor < window.limit else { break }
            if passEmptyLine() { continue }
            try readDevice(into: &intake)
        }
        onProgress(window.bytesConsumed, intake.devices.count)
    }

    private mutating func passByteOrderMark() {
        if window.limit >= 3, window.bytes[0] == 0xef, window.bytes[1] == 0xbb, window.bytes[2] == 0xbf {
            window.cursor = 3
            window.noteContinuations(3)
        }
    }

    private mutating func passEmptyLine() -> Bool {
        if window.bytes[window.cursor] == 10 {
            window.passLineFeed()
            return true
        }
        guard window.cursor + 1 < window.limit, window.bytes[window.cursor] == 13, window.bytes[window.cursor + 1] == 10
        else { return false }
        window.cursor += 1
        window.passLineFeed()
        return true
    }

    private mutating func readHeader(scope: FileScope) throws(ReadFault) {
        var names: [String] = []
        var end = FieldEnd.comma
        while end == .comma {
            let place = window.place
            let field = try readField()
            let name = String(decoding: field.bytes, as: UTF8.self)
            guard names.count < Self.maximumColumns else {
                throw ReadFault(
                    place: place, message: "more than \(Self.maximumColumns) columns", remedy: "remove some")
            }
            try addColumn(name, names: names, at: place, scope: scope)
            names.append(name)
            end = field.end
        }
        guard columns.contains(where: { if case .field(.id) = $0 { true } else { false } }) else {
            throw ReadFault(
                place: Place(line: 1, column: 1), message: "no column `id`",
                remedy: "name the columns in the first line: id,name,address,status,firmware,site,region")
        }
    }

    private mutating func addColumn(
        _ name: String, names: [String], at place: Place, scope: FileScope
    ) throws(ReadFault) {
        if name.isEmpty { throw ReadFault(place: place, message: "a column without a name", remedy: "name it") }
        if names.contains(name) {
            throw ReadFault(place: place, message: "duplicate column `\(name.shown)`", remedy: "keep one of them")
        }
        let field = Array(name.utf8).withUnsafeBufferPointer { DeviceField.of(key: $0) }
        if field == nil, let near = NearMiss.best(of: name, among: DeviceField.keys) {
            throw ReadFault(place: place, message: "unknown column `\(name.shown)`", remedy: "did you mean `\(near)`?")
        }
        columns.append(field.map { .field($0) } ?? .tag(name))
    }

    private mutating func readDevice(into intake: inout DeviceIntake) throws(ReadFault) {
        intake.begin(at: window.place)
        let start = window.place
        var count = 0
        var end = FieldEnd.comma
        while end == .comma {
            let place = window.place
            let field = try readField()
            if count < columns.count, !field.bytes.isEmpty { take(field.bytes, columns[count], at: place, &intake) }
            count += 1
            end = field.end
        }
        if count != columns.count {
            let fields = count == 1 ? "1 field" : "\(count) fields"
            intake.refuse(
                start, "\(fields) where the first line names \(columns.count)", "is a comma or a quote missing?")
        }
        try intake.finish()
    }

    private func take(
        _ bytes: UnsafeBufferPointer<UInt8>, _ column: Column, at place: Place, _ intake: inout DeviceIntake
    ) {
        switch column {
        case .field(let field): intake.take(field, bytes, at: place)
        case .tag(let name): intake.takeTag(name, bytes, at: place)
        }
    }

    /// One field and what ended it. Its bytes are valid until the next call.
    private mutating func readField() throws(ReadFault) -> (bytes: UnsafeBufferPointer<UInt8>, end: FieldEnd) {
        if window.cursor < window.limit, window.bytes[window.cursor] == UInt8(ascii: "\"") { return try readQuoted() }
        let start = window.cursor
        while window.cursor < window.limit {
            switch window.bytes[window.cursor] {
            case UInt8(ascii: ","), 10, 13:
                let bytes = UnsafeBufferPointer(start: window.bytes + start, count: window.cursor - start)
                return (bytes, try passFieldEnd())
            case UInt8(ascii: "\""):
                throw ReadFault(
                    place: window.place, message: "a quote inside a field without quotes",
                    remedy: "put the field in quotes and double the quotes inside")
            default: try passCharacter()
            }
        }
        guard window.isAtEnd else { throw window.cutOff("a record") }
        return (UnsafeBufferPointer(start: window.bytes + start, count: window.cursor - start), .record)
    }

    private mutating func readQuoted() throws(ReadFault) -> (bytes: UnsafeBufferPointer<UInt8>, end: FieldEnd) {
        let opening = window.place
        window.cursor += 1
        var length = 0
        while window.cursor < window.limit, length < scratch.count - 4 {
            let byte = window.bytes[window.cursor]
            if byte == UInt8(ascii: "\"") {
                window.cursor += 1
                guard window.cursor < window.limit, window.bytes[window.cursor] == UInt8(ascii: "\"") else {
                    return (UnsafeBufferPointer(rebasing: scratch[..<length]), try passFieldEnd())
                }
            }
            let before = window.cursor
            try passCharacter()
            for offset in before..<window.cursor {
                scratch[length] = window.bytes[offset]
                length += 1
            }
        }
        guard window.isAtEnd, window.cursor == window.limit else { throw window.cutOff("a record") }
        throw ReadFault(place: opening, message: "a quote that is never closed", remedy: "close it")
    }

    /// Moves past one character, which must be well-formed.
    private mutating func passCharacter() throws(ReadFault) {
        let byte = window.bytes[window.cursor]
        if byte == 10 { return window.passLineFeed() }
        if byte >= 0x20, byte < 0x80 {
            window.cursor += 1
            return
        }
        let length = UTF8Check.sequenceLength(window.bytes, at: window.cursor, limit: window.limit)
        if length == 0 { throw UTF8Check.badByte(byte, at: window.place) }
        if byte < 0x20, byte != 9, byte != 13 {
            throw ReadFault(place: window.place, message: "a control character in a field", remedy: "remove it")
        }
        window.cursor += length
        window.noteContinuations(length - 1)
    }

    private mutating func passFieldEnd() throws(ReadFault) -> FieldEnd {
        guard window.cursor < window.limit else {
            guard window.isAtEnd else { throw window.cutOff("a record") }
            return .record
        }
        switch window.bytes[window.cursor] {
        case UInt8(ascii: ","):
            window.cursor += 1
            return .comma
        case 13:
            window.cursor += 1
            if window.cursor < window.limit, window.bytes[window.cursor] == 10 { window.passLineFeed() }
            return .record
        case 10:
            window.passLineFeed()
            return .record
        default:
            throw ReadFault(
                place: window.place, message: "text after the closing quote", remedy: "double the quotes inside a field"
            )
        }
    }
}
