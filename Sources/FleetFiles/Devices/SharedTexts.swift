import FleetCore

/// Makes texts from bytes; those that many devices share are made once, so that a fleet of a hundred thousand keeps
/// one `America/New_York` and not a hundred thousand.
struct SharedTexts {
    /// Places in the table. A text that falls on a taken place takes it over: the table only ever saves memory.
    private static let places = 4096

    private var table = [String](repeating: "", count: places)
    private var versions: [String: Version] = [:]
    /// Versions remembered; more than that in one fleet are read anew each time.
    private static let maximumVersions = 1024

    /// The text of these bytes, which must be UTF-8.
    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        // Short texts live inside the String itself: there is nothing to share.
        guard bytes.count > 15 else { return String(decoding: bytes, as: UTF8.self) }
        let place = Self.place(of: bytes)
        if table[place].utf8.count == bytes.count, table[place].utf8.elementsEqual(bytes) { return table[place] }
        table[place] = String(decoding: bytes, as: UTF8.self)
        return table[place]
    }

    /// The version that a text stands for; nil if it is none.
    mutating func version(_ text: String) -> Version? {
        if let known = versions[text] { return known }
        guard let version = Version(text) else { return nil }
        if versions.count < Self.maximumVersions { versions[text] = version }
        return version
    }

    private static func place(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(truncatingIfNeeded: (hash ^ (hash >> 29)) & UInt64(places - 1))
    }
}
