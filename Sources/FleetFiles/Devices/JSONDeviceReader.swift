import FleetCore

/// Reads `devices.json`: a list of objects. One device at a time lies in memory, whatever the file's size.
struct JSONDeviceReader: ~Copyable {
    private var scanner: JSONScanner
    private let onProgress: (Int64, Int) -> Void
    /// What was decided about keys that are not ours: a tag, or a typing error with its near miss.
    private var decisions: [String: KeyDecision] = [:]
    private static let maximumDecisions = 1024

    private enum KeyDecision {
        case tag
        case nearMiss(String)
    }

    /// A reader that says after each window how many bytes and devices it has read.
    init(_ window: consuming ByteWindow, onProgress: @escaping (_ bytes: Int64, _ devices: Int) -> Void) {
        scanner = JSONScanner(window)
        self.onProgress = onProgress
    }

    /// Reads everything into the intake. What cannot be read past stops it and is thrown.
    mutating func read(into intake: inout DeviceIntake) throws(ReadFault) {
        _ = try scanner.window.fill()
        try passByteOrderMark()
        guard try scanner.next(in: "the list of devices") == UInt8(ascii: "[") else { throw notAList() }
        scanner.window.cursor += 1
        if try scanner.next(in: "the list of devices") == UInt8(ascii: "]") {
            scanner.window.cursor += 1
        } else {
            try readDevices(into: &intake)
        }
        try expectEnd()
        onProgress(scanner.window.bytesConsumed, intake.devices.count)
    }

    private mutating func readDevices(into intake: inout DeviceIntake) throws(ReadFault) {
        while true {
            guard try scanner.next(in: "the list of devices") == UInt8(ascii: "{") else {
                throw scanner.unexpected("{", "the list of devices")
            }
            if try scanner.window.fill() { onProgress(scanner.window.bytesConsumed, intake.devices.count) }
            try readDevice(into: &intake)
            let byte = try scanner.next(in: "the list of devices")
            guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") else {
                throw scanner.unexpected(",", "the list of devices")
            }
            scanner.window.cursor += 1
            if byte == UInt8(ascii: "]") { return }
        }
    }

    private mutating func passByteOrderMark() throws(ReadFault) {
        let window = scanner.window.bytes
        if scanner.window.limit >= 3, window[0] == 0xef, window[1] == 0xbb, window[2] == 0xbf {
            scanner.window.cursor = 3
            scanner.window.noteContinuations(3)
        }
    }

    private func notAList() -> ReadFault {
        guard scanner.window.bytes[scanner.window.cursor] == UInt8(ascii: "{") else {
            return scanner.unexpected("[", "a device file")
        }
        return ReadFault(
            place: scanner.window.place, message: "an object where the list of devices is expected",
            remedy: "begin with [ and end with ]")
    }

    private mutating func expectEnd() throws(ReadFault) {
        while true {
            if scanner.peek() != nil {
                throw ReadFault(
                    place: scanner.window.place, message: "something follows the list of devices", remedy: "remove it")
            }
            guard try scanner.window.fill() else { return }
        }
    }

    private mutating func readDevice(into intake: inout DeviceIntake) throws(ReadFault) {
        intake.begin(at: scanner.window.place)
        scanner.window.cursor += 1
        if !scanner.pass("}") {
            repeat {
                _ = try scanner.next(in: "a device")
                let place = scanner.window.place
                let key = try scanner.text(in: "a device")
                try readField(key, at: place, into: &intake)
            } while scanner.pass(",")
            try scanner.expect("}", "a device")
        }
        try intake.finish()
    }

    private mutating func readField(
        _ key: UnsafeBufferPointer<UInt8>, at place: Place, into intake: inout DeviceIntake
    ) throws(ReadFault) {
        if let field = DeviceField.of(key: key) {
            try scanner.expect(":", "a device")
            return try readValue(of: field, into: &intake)
        }
        if key.reads("metadata") {
            try scanner.expect(":", "a device")
            return try readMetadata(into: &intake)
        }
        let name = String(decoding: key, as: UTF8.self)
        try scanner.expect(":", "a device")
        if case .nearMiss(let meant) = decision(about: name) {
            intake.refuse(place, "unknown key `\(name.shown)`", "did you mean `\(meant)`?")
        }
        try readTag(name, into: &intake)
    }

    private mutating func decision(about key: String) -> KeyDecision {
        if let known = decisions[key] { return known }
        let decision = NearMiss.best(of: key, among: DeviceField.keys).map { KeyDecision.nearMiss($0) } ?? .tag
        if decisions.count < Self.maximumDecisions { decisions[key] = decision }
        return decision
    }

    private mutating func readValue(of field: DeviceField, into intake: inout DeviceIntake) throws(ReadFault) {
        _ = try scanner.next(in: "a device")
        let place = scanner.window.place
        switch try scanner.plain(in: "a device") {
        case .value(let bytes): intake.take(field, bytes, at: place)
        case .null: break
        case .nested: intake.refuse(place, "`\(field.name)` is a list or an object", "write a text in quotes")
        }
    }

    private mutating func readTag(_ name: String, into intake: inout DeviceIntake) throws(ReadFault) {
        _ = try scanner.next(in: "a device")
        let place = scanner.window.place
        switch try scanner.plain(in: "a device") {
        case .value(let bytes): intake.takeTag(name, bytes, at: place)
        case .null: break
        case .nested:
            intake.refuse(place, "tag `\(name.shown)` is a list or an object", "write a text, a number, true or false")
        }
    }

    /// `store_id` is the site and `region` the region; every other key is a tag.
    private mutating func readMetadata(into intake: inout DeviceIntake) throws(ReadFault) {
        guard try scanner.next(in: "metadata") == UInt8(ascii: "{") else { throw scanner.unexpected("{", "metadata") }
        scanner.window.cursor += 1
        if scanner.pass("}") { return }
        repeat {
            let key = try scanner.text(in: "metadata")
            if key.reads("store_id") || key.reads("site") {
                try scanner.expect(":", "metadata")
                try readValue(of: .site, into: &intake)
            } else if key.reads("region") {
                try scanner.expect(":", "metadata")
                try readValue(of: .region, into: &intake)
            } else {
                let name = intake.texts.text(key)
                try scanner.expect(":", "metadata")
                try readTag(name, into: &intake)
            }
        } while scanner.pass(",")
        try scanner.expect("}", "metadata")
    }
}
