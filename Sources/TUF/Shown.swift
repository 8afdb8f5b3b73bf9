/// Texts of strangers as they are shown: names in metadata are whatever somebody signed, or somebody forged.
enum Shown {
    /// The longest text that is shown, in characters.
    static let longest = 500

    /// The text, cut, with numbers in the place of what a terminal would act on.
    static func text(_ text: String) -> String {
        var shown = ""
        var length = 0
        for scalar in text.unicodeScalars {
            guard length < longest else { return shown + "..." }
            let piece =
                isInert(scalar) ? String(Character(scalar)) : "U+" + String(scalar.value, radix: 16, uppercase: true)
            shown += piece
            length += piece.unicodeScalars.count
        }
        return shown
    }

    private static func isInert(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
