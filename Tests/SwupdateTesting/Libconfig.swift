/// The syntax of swupdate's configuration and of image descriptions.
enum Libconfig {
    /// A string in quotes.
    static func text(_ value: String) -> String {
        let escaped = value.flatMap { character in
            switch character {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            default: String(character)
            }
        }
        return "\"\(String(escaped))\""
    }
}
