/// What a device that is not in the registry says of itself when it calls in for the first time.
public struct Introduction: Hashable, Sendable {
    /// The id by which it calls.
    public var id: String
    /// What it says of itself; taken in within the bounds of `DeviceAttributes`.
    public var attributes: [Tag]
    /// What it runs, if it says so.
    public var firmware: Version?

    /// Devices that may wait for acceptance at once: whoever can reach the gateway can introduce itself, and a registry
    /// is for good.
    public static let mostWaiting = 1_000

    /// An introduction of these parts.
    public init(id: String, attributes: [Tag] = [], firmware: Version? = nil) {
        self.id = id
        self.attributes = attributes
        self.firmware = firmware
    }
}

/// What a device may say of itself: bounded, since it is a stranger's text that is kept for good.
public enum DeviceAttributes {
    /// Names of one device.
    public static let mostNames = 64
    /// The longest name in bytes.
    public static let mostNameBytes = 64
    /// The longest value in bytes.
    public static let mostValueBytes = 256

    /// What is taken in of what was said, sorted by name, each name once. A name that is empty, too long or said before
    /// is left out, as are names beyond the most; a longer value is cut; characters that steer a screen are replaced.
    public static func taken(_ said: [Tag]) -> [Tag] {
        var names: Set<String> = []
        var taken: [Tag] = []
        for tag in said where taken.count < mostNames {
            guard (1...mostNameBytes).contains(tag.name.utf8.count) else { continue }
            let name = InertText.of(tag.name, bytes: mostNameBytes)
            guard !name.isEmpty, names.insert(name).inserted else { continue }
            taken.append(Tag(name, InertText.of(tag.value, bytes: mostValueBytes)))
        }
        return taken.sorted()
    }

    /// Whether these are attributes as they are taken in.
    static func isTaken(_ tags: [Tag]) -> Bool { taken(tags) == tags }
}

/// A stranger's text, made harmless: what steers a screen or hides in a text is replaced.
public enum InertText {
    /// The text without control and format characters and line ends, cut after so many bytes at a character's edge.
    public static func of(_ text: String, bytes most: Int) -> String {
        var inert = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            let shown = isInert(scalar) ? scalar : "\u{FFFD}"
            bytes += UTF8.width(shown)
            guard bytes <= most else { break }
            inert.append(shown)
        }
        return String(inert)
    }

    /// The same, cut after so many Unicode scalars.
    public static func of(_ text: String, characters most: Int) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(most).map { isInert($0) ? $0 : "\u{FFFD}" }))
    }

    private static func isInert(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

/// Why a device was taken out of service until an operator has looked at it.
public enum HoldReason: Hashable, Sendable, CustomStringConvertible {
    /// Two terminals call by its id; what differed between them, in a few words that are not ours.
    case twoUnderOneID(evidence: String)

    /// The longest evidence, in Unicode scalars.
    public static let mostEvidence = 200

    public var description: String {
        switch self {
        case .twoUnderOneID(let evidence):
            "two devices under one id" + (evidence.isEmpty ? "" : " (\(evidence))")
        }
    }

    /// Whether it is as a decision makes it.
    var isInBounds: Bool {
        switch self {
        case .twoUnderOneID(let evidence): InertText.of(evidence, characters: Self.mostEvidence) == evidence
        }
    }
}

/// A device that is held, from when, and why.
public struct DeviceHold: Hashable, Sendable {
    /// Why.
    public var reason: HoldReason
    /// Since when.
    public var since: Timestamp
}
