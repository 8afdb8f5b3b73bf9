/// The ASCII character that comes nearest to another one.
public enum AsciiForm {
    /// The nearest ASCII character; `?` where there is none.
    public static func nearest(_ character: Character) -> Character {
        guard let first = character.unicodeScalars.first else { return "?" }
        if first.value >= 0x20 && first.value < 0x7F { return Character(first) }
        for (forms, ascii) in table where forms.contains(first) { return ascii }
        return "?"
    }

    private static let table: [([Unicode.Scalar], Character)] = [
        ("─━═╌╍┄┅╴╶‐‑‒–—―−", "-"), ("│┃║╎╏┆┇", "|"),
        ("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋", "+"),
        ("█▉▊▋▓", "#"), ("▇▆▒", "%"), ("▅▄▌", "="), ("▃▂▍", ":"), ("▁▎▏░·…․", "."),
        ("•●◆■✱∗★", "*"), ("○◯◇□", "o"), ("×✕✖✗✘", "x"), ("✓✔", "+"),
        ("←◀‹«⟨", "<"), ("→▶›»⟩", ">"), ("↑▲", "^"), ("↓▼", "v"), ("≈∼", "~"), ("‘’′", "'"), ("“”″", "\""),
        ("\u{A0}\u{2002}\u{2003}\u{2009}\u{202F}\u{3000}", " "),
        ("ÀÁÂÃÄÅĀĂĄ", "A"), ("àáâãäåāăą", "a"), ("ÇĆČ", "C"), ("çćč", "c"), ("ĎÐ", "D"), ("ďð", "d"),
        ("ÈÉÊËĒĘĚ", "E"), ("èéêëēęě", "e"), ("ĞĢ", "G"), ("ğģ", "g"), ("ÌÍÎÏĪİ", "I"), ("ìíîïīı", "i"),
        ("Ł", "L"), ("ł", "l"), ("ÑŃŇ", "N"), ("ñńň", "n"), ("ÒÓÔÕÖØŌŐ", "O"), ("òóôõöøōő", "o"),
        ("Ř", "R"), ("ř", "r"), ("ŚŞŠȘ", "S"), ("śşšșß", "s"), ("ŢŤȚ", "T"), ("ţťț", "t"),
        ("ÙÚÛÜŪŮŰ", "U"), ("ùúûüūůű", "u"), ("ÝŸ", "Y"), ("ýÿ", "y"), ("ŹŻŽ", "Z"), ("źżž", "z"),
    ].map { (Array($0.0.unicodeScalars), $0.1) }
}
