extension String {
    /// The most characters of a file's text that a message repeats.
    private static let longestShown = 60

    /// The text as a message may repeat it: cut, and without characters that a terminal would act on.
    var shown: String {
        unicodeScalars.count <= Self.longestShown
            ? inert : String(String(unicodeScalars.prefix(Self.longestShown))).inert + "..."
    }

    /// The text without characters that a terminal would act on or that turn its direction; they appear as escapes.
    var inert: String {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return self }
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                text += scalar.escaped(asASCII: true)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
