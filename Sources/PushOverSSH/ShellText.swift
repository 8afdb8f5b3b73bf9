/// Words as a POSIX shell takes them: each as it stands, whatever is in it.
enum ShellText {
    /// A word in single quotes, in which a shell reads nothing but their end. A quote in it ends them, stands behind a
    /// backslash, and begins them anew.
    ///
    /// Byte by byte, as a shell reads: to Swift a quote with an accent on it is another character than a quote.
    static func quoted(_ word: String) -> String {
        var bytes = [quote]
        for byte in word.utf8 { bytes += byte == quote ? escapedQuote : [byte] }
        return String(decoding: bytes + [quote], as: UTF8.self)
    }

    private static let quote = UInt8(ascii: "'"), escapedQuote = Array(#"'\''"#.utf8)

    /// A command of these words. The only way by which anything becomes a part of a line for a shell.
    /// - Throws: If a word holds a NUL, which no program can be given.
    static func line(_ words: [String]) throws(PushFault) -> String {
        for word in words where word.utf8.contains(0) { throw .unusable("a word for the terminal holds a NUL") }
        return words.map(quoted).joined(separator: " ")
    }
}
