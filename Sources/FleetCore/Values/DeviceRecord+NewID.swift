// For the normal form of Unicode, of which the standard library says nothing.
import Foundation

extension DeviceRecord {
    /// What is wrong with a text as the id of a device that is to be taken in; nil: nothing.
    ///
    /// Besides what is wrong with any id: one that begins or ends with a blank, has a character that nobody sees, or is
    /// written in another form than others write the same characters, is read as the id of another device in every list.
    /// A device that has such an id already keeps it.
    public static func problem(ofNewID id: String) -> Refusal? {
        if let problem = problem(ofID: id) { return problem }
        guard let first = id.unicodeScalars.first, let last = id.unicodeScalars.last else { return nil }
        guard !first.properties.isWhitespace, !last.properties.isWhitespace else {
            return Refusal("the id of a device begins or ends with a blank", remedy: "remove it")
        }
        // Most ids are of these, and a fleet has millions.
        guard !id.utf8.allSatisfy({ $0 < 0x7f }) else { return nil }
        guard id.unicodeScalars.allSatisfy(isSeen) else {
            return Refusal("the id of a device has a character that is not seen", remedy: "remove it")
        }
        guard marksHaveLetters(id) else {
            return Refusal(
                "the id of a device has an accent or another mark with no character before it that it belongs to",
                remedy: "remove it")
        }
        guard id.precomposedStringWithCanonicalMapping.utf8.elementsEqual(id.utf8) else {
            return Refusal(
                "the id of a device writes a character in parts that has a form of its own, so that it is read as "
                    + "another device's",
                remedy: "write it in Unicode's normal form C")
        }
        return nil
    }

    /// The same id in the form in which characters are taken apart as far as they can be; nil: that is the id itself.
    static func idInParts(_ id: String) -> String? {
        guard !id.utf8.allSatisfy({ $0 < 0x7f }) else { return nil }
        let parts = id.decomposedStringWithCanonicalMapping
        return parts.utf8.elementsEqual(id.utf8) ? nil : parts
    }

    /// Blanks that Unicode counts among symbols, letters and marks: of Braille, of musical notes, of hieroglyphs, and of
    /// the small script of the Khitan.
    private static let blanks: Set<UInt32> = [0x2800, 0x1d159, 0x13441, 0x13442, 0x16fe4]

    private static func isSeen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: !scalar.properties.isDefaultIgnorableCodePoint && !blanks.contains(scalar.value)
        }
    }

    /// Whether no mark stands at the beginning, or behind a slash or a blank.
    private static func marksHaveLetters(_ id: String) -> Bool {
        var isFree = true
        for scalar in id.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .spacingMark, .enclosingMark: if isFree { return false }
            default: isFree = scalar == "/" || scalar.properties.isWhitespace
            }
        }
        return true
    }
}
