import CNcurses
import Cells
import Glibc

extension CursesTerminal {
    /// The longest text that is copied, in bytes of UTF-8; several terminals take no more.
    public static let clipboardLimit = 48 * 1_024

    /// Copies text to the clipboard of the person's own machine, with OSC 52. Terminals that do not have it, or were
    /// told not to, ignore it.
    ///
    /// - Returns: false where the text is longer than `clipboardLimit`: then nothing is copied, since half a list that
    ///   looks like the whole does harm.
    @discardableResult
    public func copyToClipboard(_ text: String) -> Bool {
        guard text.utf8.count <= Self.clipboardLimit else { return false }
        let sequence = Self.clipboardSequence(text)
        // tmux takes the plain form if it may set the clipboard, and the wrapped one if it passes sequences through.
        send(getenv("TMUX") == nil ? sequence : sequence + Self.passedThroughTmux(sequence))
        return true
    }

    package static func clipboardSequence(_ text: String) -> String {
        "\u{1B}]52;c;\(base64(Array(text.utf8)))\u{07}"
    }

    package static func passedThroughTmux(_ sequence: String) -> String {
        let doubled = sequence.map { $0 == "\u{1B}" ? "\u{1B}\u{1B}" : String($0) }.joined()
        return "\u{1B}Ptmux;\(doubled)\u{1B}\\"
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = (0..<3).reduce(0) { $0 << 8 | Int($1 < group.count ? group[start + $1] : 0) }
            for index in 0..<4 {
                let isPadding = index > group.count
                text.append(isPadding ? UInt8(ascii: "=") : alphabet[bits >> (18 - 6 * index) & 63])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
