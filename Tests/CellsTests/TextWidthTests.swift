import Cells
import Testing

struct TextWidthTests {
    @Test(arguments: [
        ("", 0), ("pos-eu-0417", 11), ("Gent café", 9), ("漢字", 4), ("ｱ", 1), ("Ａ", 2), ("e\u{301}", 1),
        ("😀", 2), ("👨\u{200D}👩\u{200D}👧", 1), ("❤\u{FE0F}", 1), ("🇧🇪", 1), ("👍🏽", 1), ("\u{1112}\u{1161}\u{11AB}", 2),
        ("…", 1), ("±", 1), ("שלום", 4), ("\r\n", 1), ("\u{301}", 1),
    ])
    func `a text takes the columns that every terminal gives it`(text: String, columns: Int) {
        #expect(TextWidth.columns(of: text) == columns)
    }

    @Test(arguments: [
        ("\u{1B}[31mred\u{1B}[0m", "\u{FFFD}[31mred\u{FFFD}[0m"),
        ("\u{1B}]0;title\u{07}", "\u{FFFD}]0;title\u{FFFD}"),
        ("a\tb\nc\rd\r\ne", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e"),
        ("\u{9B}2J", "\u{FFFD}2J"),
        ("del\u{7F}", "del\u{FFFD}"),
        ("user\u{202E}txt.exe", "user\u{FFFD}txt.exe"),
        ("\u{2066}a\u{2069}", "\u{FFFD}a\u{FFFD}"),
        ("\u{200E}\u{200F}\u{061C}", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("zero\u{200B}width\u{FEFF}", "zero\u{FFFD}width\u{FFFD}"),
        ("line\u{2028}end\u{2029}", "line\u{FFFD}end\u{FFFD}"),
        ("soft\u{AD}hyphen", "soft\u{FFFD}hyphen"),
        ("👨\u{200D}👩\u{200D}👧!", "\u{FFFD}!"),
        ("Z\u{300}\u{301}\u{302}\u{303}", "Z\u{300}\u{301}\u{302}\u{303}"),
        ("Z\u{300}\u{301}\u{302}\u{303}\u{304}", "\u{FFFD}"),
        ("\u{1}\u{1F3FB}", "\u{FFFD}\u{FFFD}"),
        ("🇧", "\u{FFFD}"),
        ("\u{D4E}\u{1}", "\u{FFFD}\u{FFFD}"),
        ("plain ~ text", "plain ~ text"),
        ("Köln 漢字", "Köln 漢字"),
    ])
    func `what is not safe to show becomes a replacement`(text: String, shown: String) {
        #expect(Array(TextWidth.sanitised(text).unicodeScalars) == Array(shown.unicodeScalars))
    }

    @Test func `a flood of combining marks takes one column`() {
        let flood = "a" + String(repeating: "\u{0301}", count: 10_000) + "b"
        #expect(TextWidth.sanitised(flood) == "\u{FFFD}b")
        #expect(TextWidth.columns(of: flood) == 2)
    }

    @Test func `nothing unsafe ever comes through and the width stays the same`() {
        var generator = SeededGenerator(seed: 0x7E57)
        for _ in 0..<5_000 {
            let text = generator.hostileText(maximumScalars: 24)
            let shown = TextWidth.sanitised(text)
            let unsafe = shown.unicodeScalars.filter { scalar in
                scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                    || [.format, .control, .lineSeparator, .paragraphSeparator].contains(
                        scalar.properties.generalCategory)
            }
            #expect(unsafe.isEmpty, "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
            #expect(TextWidth.columns(of: shown) == TextWidth.columns(of: text))
        }
    }

    @Test(arguments: [
        ("abc", 5, Alignment.leading, "abc  "), ("abc", 5, .trailing, "  abc"), ("abc", 6, .centred, " abc  "),
        ("abcdef", 4, .leading, "abc…"), ("abcdef", 4, .trailing, "abc…"), ("abc", 3, .leading, "abc"),
        ("abc", 1, .leading, "…"), ("abc", 0, .leading, ""), ("abc", -1, .leading, ""), ("漢字漢", 4, .leading, "漢… "),
        ("漢字漢", 5, .leading, "漢字…"), ("a\u{1B}b", 4, .leading, "a\u{FFFD}b "),
    ])
    func `fitted text is cut or padded`(text: String, columns: Int, alignment: Alignment, fitted: String) {
        #expect(TextWidth.fitted(text, to: columns, alignment: alignment) == fitted)
    }

    @Test func `text may be cut without an ellipsis`() {
        #expect(TextWidth.fitted("abcdef", to: 4, ellipsis: false) == "abcd")
        #expect(TextWidth.fitted("漢字", to: 3, ellipsis: false) == "漢 ")
    }

    @Test func `fitted text has exactly its columns`() {
        var generator = SeededGenerator(seed: 0xF17)
        for _ in 0..<3_000 {
            let text = generator.hostileText(maximumScalars: 20)
            let columns = Int.random(in: 0...16, using: &generator)
            for alignment in [Alignment.leading, .trailing, .centred] {
                let fitted = TextWidth.fitted(
                    text, to: columns, alignment: alignment, ellipsis: Bool.random(using: &generator))
                #expect(TextWidth.columns(of: fitted) == columns)
            }
        }
    }
}
